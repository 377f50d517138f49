//! A new master: what the earlier one was about is over and said so; what it left running is looked after again.

use std::sync::Arc;

use base::{EntityId, TaskId};
use model::types::Behaviour;

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::Work;
use crate::entity::Entity;
use crate::input::{Host, Reign};
use crate::lifecycle::Lifecycle;
use crate::machine::out_of_reach;
use crate::names;
use crate::state::{Purpose, Transient};
use crate::task::{Interruption, Status, Task};

impl Draft {
    pub(crate) fn on_took_over(&mut self, reign: Reign) {
        let before = self.root.reign.clone();
        let (seed, host) = (reign.seed, reign.host.clone());
        let why = reign.why.clone();
        self.record(Change::ReignBegan { reign });
        self.stir(seed);
        self.root.transient = Transient::default();
        if let Some(before) = before {
            self.interrupt_tasks(&before, &why);
        }
        self.look_after_leftovers(&host);
        let entities: Vec<EntityId> = self.root.entities.keys().cloned().collect();
        for id in entities {
            if let Some(entity) = self.entity(&id) {
                self.adopt(&entity, &host);
            }
        }
    }

    /// Nothing that was going on goes on by itself.
    fn interrupt_tasks(&mut self, before: &Reign, why: &str) {
        let running: Vec<TaskId> = self.root.index.running.values().cloned().collect();
        for id in running {
            let Some(task) = self.task(&id) else { continue };
            let step = task.step_for_people();
            let left = left_by(&task);
            let text = format!(
                "interrupted: master {} ended ({why}) while in step {step}; nothing was re-run{left}",
                before.node
            );
            let interruption = Interruption {
                master: before.node.clone(),
                term: before.term,
                at: self.wall(),
                why: why.to_owned(),
                step,
            };
            self.end_with(&id, Status::Failed, text.into(), Some(interruption));
        }
        // The parents that this would let go on are over as well.
        self.ready.clear();
    }

    fn look_after_leftovers(&mut self, host: &Host) {
        let left: Vec<TaskId> = self.root.index.leftovers.values().cloned().collect();
        for id in left {
            let Some(task) = self.task(&id) else { continue };
            let Some(process) = task.process.clone() else { continue };
            if process.host.is_same_boot(host) {
                let key = self.leftover_key(&task, 1);
                let work = Work::Watch { pid_file: String::new(), known: Some(process) };
                self.run(key, host.clone(), work, Purpose::Leftover(id));
            } else if process.host.is_same_host(host) {
                self.record(Change::TaskProcess { task: id, process: None });
            }
        }
    }

    fn adopt(&mut self, entity: &Arc<Entity>, host: &Host) {
        let id = &entity.id;
        if let Some(expected @ (Lifecycle::Starting | Lifecycle::Stopping)) = entity.expected() {
            let text = format!(
                "Set to on-fire (from previous expected state {}) because tasks aborted on shutdown",
                expected.spoken()
            );
            self.note(id, names::NOT_UP, names::ABORTED, Some(text));
            self.expect(id, Lifecycle::OnFire);
        }
        let Some(place) = entity.place.as_ref().filter(|p| p.held) else { return };
        if !place.host.is_same_host(host) {
            let text = out_of_reach(&place.host);
            self.note(id, names::NOT_UP, names::HOST, Some(text.clone()));
            self.note(id, names::PROBLEMS, names::HOST, Some(text));
            return;
        }
        for map in [names::NOT_UP, names::PROBLEMS] {
            self.note(id, map, names::HOST, None);
        }
        if entity.behaviour() != Behaviour::Process || entity.expected() != Some(Lifecycle::Running) {
            return;
        }
        if entity.process.as_ref().is_some_and(|p| !p.host.is_same_boot(host)) {
            self.set_process(Some(id), None);
            let now = self.entity(id);
            if let Some(now) = now {
                self.say_gone(&now, &format!("host {} was restarted", host.name));
            }
        }
        self.reattach(id);
    }
}

/// What a task may have left behind, for the end of its error's text.
fn left_by(task: &Task) -> String {
    if let Some(p) = &task.process {
        return format!(
            ". Its script may still run on host {} (process {}, process group {}): cancel the task to end it",
            p.host.name, p.pid, p.pgid
        );
    }
    match task.current_intent() {
        Some(i) => format!(". It was about to do, or did, this on host {}: {}", i.host.name, i.what),
        None => String::new(),
    }
}
