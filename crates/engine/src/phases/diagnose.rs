//! Finding out why an entity is not up, when somebody asks.

use serde_json::{Map, Value};

use crate::advance::Flow;
use crate::draft::Draft;
use crate::effect::{Outcome, Work};
use crate::machine::{Try, settled};
use crate::names;
use crate::place::Reach;
use crate::task::Task;

impl Draft {
    pub(crate) fn diagnose(&mut self, task: &Task) -> Flow {
        settled(self.try_diagnose(task))
    }

    fn try_diagnose(&mut self, task: &Task) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        match self.site(&entity)? {
            None => Ok(self.say_found(task, &[("driver", "No driver".to_owned())])),
            Some(site) if site.place.machine.reach == Reach::Local => {
                Ok(self.diagnosed(task, &Outcome::Done))
            }
            Some(site) => {
                let what = "asks whether the machine can be reached".to_owned();
                Ok(self.act_at(task, &site, what, Work::Describe { base_dir: None }))
            }
        }
    }

    /// Whether the machine can be reached has come out.
    pub(crate) fn diagnosed(&mut self, task: &Task, outcome: &Outcome) -> Flow {
        let mut found = Vec::new();
        if let Outcome::Failed(why) = outcome {
            found.push((
                "sshable",
                format!("The machine for this entity does not appear to be sshable: {why}"),
            ));
        }
        let entity = task.entity.as_ref().and_then(|id| self.root.entity(id));
        if entity.and_then(|e| e.sensor(names::PROCESS_IS_RUNNING)) == Some(&false.into()) {
            let text = "The software process for this entity does not appear to be running".to_owned();
            found.push((names::PROCESS_IS_RUNNING, text));
        }
        self.say_found(task, &found)
    }

    fn say_found(&mut self, task: &Task, found: &[(&str, String)]) -> Flow {
        let map: Map<String, Value> =
            found.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into())).collect();
        if let Some(id) = &task.entity {
            self.update_sensor(id, names::DIAGNOSTICS, Value::Object(map));
        }
        Flow::Next
    }
}
