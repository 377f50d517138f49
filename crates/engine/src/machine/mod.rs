//! Machines: which one an entity gets, how it is reached, what is asked of it, giving it back.
//!
//! A machine is taken by recording that the entity has it ([`obtain`]), before anything is asked of it. What is
//! free is what no entity has: nothing can be given twice, and nothing can leak.

mod obtain;
pub(crate) mod ports;
mod reached;
mod release;
mod take;
mod target;
mod zone;

use std::sync::Arc;

pub(crate) use obtain::shown;
pub use reached::Reached;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Machine, ProcessRef, Work};
use crate::entity::Entity;
use crate::input::Host;
use crate::place::{MachineRef, Place, Reach};
use crate::state::Purpose;
use crate::task::{Intent, Task};

/// What a location says that has no machine to give; a cluster sets nothing aside that has failed so.
pub(crate) const NO_MACHINES: &str = "No machines available";

/// Ends a step early with what stands in its place.
pub(crate) type Try<T> = Result<T, Flow>;

pub(crate) fn fail<T>(why: impl Into<String>) -> Try<T> {
    Err(Flow::Fail(why.into()))
}

pub(crate) fn settled(result: Try<Flow>) -> Flow {
    result.unwrap_or_else(|flow| flow)
}

/// Why nothing can be done about what runs on another host.
pub(crate) fn out_of_reach(host: &Host) -> String {
    format!("runs on host {}, which this server cannot reach", host.name)
}

/// A place together with the way to it from here.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) place: Arc<Place>,
    pub(crate) machine: Machine,
}

impl Site {
    /// Whether a process may still be there, as far as is known: one of an earlier running of the host is not.
    pub(crate) fn may_have(&self, process: &ProcessRef) -> bool {
        match &self.machine {
            Machine::Local(host) => process.host.is_same_boot(host),
            // Only looking tells whether it was restarted since.
            Machine::Ssh(_) | Machine::Server => process.host.is_same_host(&self.place.host),
        }
    }

    /// Whether the pid file may be believed: one of an earlier running of the host names whatever has that number.
    pub(crate) fn is_current(&self) -> bool {
        !matches!(&self.machine, Machine::Local(host) if !self.place.host.is_same_boot(host))
    }
}

impl Draft {
    /// The entity that a task runs on and the host that is `localhost` now.
    pub(crate) fn here(&self, task: &Task) -> Try<(Arc<Entity>, Host)> {
        let entity = self.entity_of(task)?;
        match self.host() {
            Some(host) => Ok((entity, host)),
            None => fail("no server rules"),
        }
    }

    /// Where an entity is, if it holds a machine that has been looked at. An error if it cannot be reached.
    pub(crate) fn site(&self, entity: &Entity) -> Try<Option<Site>> {
        let Some(place) = entity.held_place() else { return Ok(None) };
        let Some(host) = self.host() else { return fail("no server rules") };
        if place.machine.reach == Reach::Local && !place.host.is_same_host(&host) {
            return fail(format!(
                "{} {}. It is not started a second time: go there, or give the process up with `stop` and \
                 stopProcessMode NEVER",
                entity.described(),
                out_of_reach(&place.host)
            ));
        }
        Ok(Some(Site { place: place.clone(), machine: self.way_to(&place.machine)? }))
    }

    /// The way to a machine from here.
    pub(crate) fn way_to(&self, machine: &MachineRef) -> Try<Machine> {
        match (&machine.reach, self.host()) {
            (Reach::Ssh { .. }, _) => Ok(Machine::Ssh(Arc::new(self.ssh_target(machine)?))),
            (Reach::Local, Some(host)) => Ok(Machine::Local(host)),
            (Reach::Local, None) => fail("no server rules"),
        }
    }

    /// Does something at a place for a task's current step.
    pub(crate) fn act_at(&mut self, task: &Task, site: &Site, what: String, work: Work) -> Flow {
        let place = site.place.clone();
        self.act(task, (&place.machine, Some(&place.host)), site.machine.clone(), what, work)
    }

    /// Does something outside for a task's current step: recorded first, so that a later master knows of it.
    pub(crate) fn act(
        &mut self,
        task: &Task,
        (of, host): (&MachineRef, Option<&Host>),
        machine: Machine,
        what: String,
        work: Work,
    ) -> Flow {
        if task.step_key().is_some_and(|key| self.root.transient.works.contains_key(&key)) {
            return Flow::Wait;
        }
        let attempt = task.current_intent().map_or(1, |i| i.attempt + 1);
        let script_in = match &work {
            Work::Script(script) => Some(script.cwd.clone()),
            _ => None,
        };
        let intent = Intent {
            term: self.term(),
            step: task.step,
            attempt,
            machine: of.clone(),
            host: host.cloned(),
            what,
            script_in,
        };
        let key = intent.key(&task.id);
        // Recorded before acting, so that a later master knows of it (clause 14).
        if !base::mutant::on(base::Mutant::IntentNotRecorded) {
            self.record(Change::Intent { task: task.id.clone(), intent });
        }
        self.run(key, machine, work, Purpose::Step(task.id.clone()));
        Flow::Wait
    }
}
