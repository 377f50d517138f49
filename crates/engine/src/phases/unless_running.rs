//! A start that launches nothing where the process is found running (`skip.start.ifRunning`): of something that is
//! there before it is managed, and that only its own check can tell.

use crate::advance::Flow;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{Outcome, Script};
use crate::machine::{Try, fail, settled};
use crate::program::StepKind;
use crate::script;
use crate::task::Task;
use crate::watch::Check;

impl Draft {
    /// Takes `steps` unless the entity's process runs.
    pub(crate) fn unless_running(&mut self, task: &Task, steps: &[StepKind]) -> Flow {
        settled(self.try_unless_running(task, steps))
    }

    fn try_unless_running(&mut self, task: &Task, steps: &[StepKind]) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let command = match self.check_of(&entity.id).or_else(unreadable)? {
            Check::Always => return Ok(Flow::Next),
            // It was looked for just before.
            Check::PidFile if entity.process.is_some() => return Ok(Flow::Next),
            Check::PidFile => return Ok(self.expand(task, steps.to_vec())),
            Check::Command(command) => command,
        };
        let Some(site) = self.site(&entity)? else {
            return fail(format!("{} has no machine", entity.described()));
        };
        let check = script::check(&self.root, &entity, &site.place, &command)?;
        // Nothing has made the folder yet.
        let script = Script { make_dirs: vec![site.place.run_dir.clone()], progress: true, ..check };
        Ok(self.run_script(task, &site, script))
    }

    /// What the check has said, or how far it is.
    pub(crate) fn running_told(&mut self, task: &Task, steps: &[StepKind], outcome: Outcome) -> Flow {
        match outcome {
            Outcome::Ended { exit_code, streams, timed_out } => {
                self.script_ended(task, &streams);
                if exit_code == 0 && !timed_out { Flow::Next } else { self.expand(task, steps.to_vec()) }
            }
            going => self.on_script(task, going),
        }
    }
}
