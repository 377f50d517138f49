//! A new master: what the earlier one was about is over and said so; what it left running is looked after again.

use std::sync::Arc;

use base::{EntityId, TaskId};
use model::types::Behaviour;

use crate::adjunct::Cause;
use crate::change::Change;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::input::{Host, Reign, TimerId};
use crate::lifecycle::Lifecycle;
use crate::limits::TAKE_OVER_BATCH;
use crate::machine::out_of_reach;
use crate::names;
use crate::place::Reach;
use crate::state::{TakingOver, Transient};
use crate::task::{Interruption, Status, Task};

impl Draft {
    pub(crate) fn on_took_over(&mut self, reign: Reign) {
        let before = self.root.reign.clone();
        let seed = reign.seed;
        self.record(Change::ReignBegan { reign });
        self.stir(seed);
        self.fill_gaps();
        let taking_over = TakingOver { before, tasks_below: self.root.next_seq, entities_after: None };
        self.root.transient = Transient { taking_over: Some(taking_over), ..Transient::default() };
        self.look_after_leftovers();
        self.take_over_more();
    }

    /// Takes on the next batch: first the tasks, then the entities.
    pub(crate) fn take_over_more(&mut self) {
        let Some(mut state) = self.root.transient.taking_over.take() else { return };
        let Some(reign) = self.root.reign.clone() else { return };
        let mut room = TAKE_OVER_BATCH;
        if let Some(before) = &state.before {
            // Parts have higher numbers than what they are a part of, and end first.
            let running = self.root.index.running.range(..state.tasks_below).rev().take(room);
            let running: Vec<TaskId> = running.map(|(_, id)| id.clone()).collect();
            room -= running.len();
            for id in running {
                // Nothing that was going on goes on by itself (clause 14).
                if base::mutant::on(base::Mutant::InterruptedGoesOn) {
                    self.ready.push_back(id);
                    continue;
                }
                self.interrupt(&id, before, &reign.why);
            }
            // What this would let go on is over as well.
            if !base::mutant::on(base::Mutant::InterruptedGoesOn) {
                self.ready.clear();
            }
        }
        let after = state.entities_after.clone();
        let entities = self.root.entities.keys().filter(|id| after.as_ref().is_none_or(|a| *id > a));
        let entities: Vec<EntityId> = entities.take(room).cloned().collect();
        let more = entities.len() == room;
        for id in entities {
            if let Some(entity) = self.entity(&id) {
                self.adopt(&entity, &reign.host);
                self.begin_adjuncts(&id, Cause::TookOver);
            }
            state.entities_after = Some(id);
        }
        if more {
            self.root.transient.taking_over = Some(state);
            let now = self.now();
            self.timer(TimerId::TakeOver, now);
        }
    }

    /// Ends a task of an earlier master: nothing that was going on goes on by itself.
    fn interrupt(&mut self, id: &TaskId, before: &Reign, why: &str) {
        let Some(task) = self.task(id) else { return };
        let step = task.step_for_people();
        let left = left_behind(&task);
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
        self.end_with(id, Status::Failed, text.into(), Some(interruption));
        self.look_after_leftover(id);
        self.take_members_back(&task);
    }

    pub(crate) fn adopt(&mut self, entity: &Arc<Entity>, host: &Host) {
        let id = &entity.id;
        if let Some(expected @ (Lifecycle::Starting | Lifecycle::Stopping)) = entity.expected() {
            let text = format!(
                "Set to on-fire (from previous expected state {}) because tasks aborted on shutdown",
                expected.spoken()
            );
            self.note(id, names::NOT_UP, names::ABORTED, Some(text));
            self.expect(id, Lifecycle::OnFire);
        }
        let Some(place) = entity.held_place() else { return };
        let local = place.machine.reach == Reach::Local;
        if local && !place.host.is_same_host(host) {
            let text = out_of_reach(&place.host);
            self.note(id, names::NOT_UP, names::HOST, Some(text.clone()));
            self.note(id, names::PROBLEMS, names::HOST, Some(text));
            return;
        }
        for map in [names::NOT_UP, names::PROBLEMS] {
            self.note(id, map, names::HOST, None);
        }
        let looked_after = matches!(entity.behaviour(), Behaviour::Process | Behaviour::Machine);
        if !looked_after || entity.expected() != Some(Lifecycle::Running) {
            return;
        }
        if local && entity.process.as_ref().is_some_and(|p| !p.host.is_same_boot(host)) {
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
fn left_behind(task: &Task) -> String {
    if let Some(p) = &task.process {
        return format!(
            ". Its script may still run on host {} (process {}, process group {}): cancel the task to end it",
            p.host.name, p.pid, p.pgid
        );
    }
    match task.current_intent() {
        Some(i) => {
            let machine = i.machine.described(i.host.as_ref());
            let hint = if i.script_in.is_some() { ": cancel the task to end that" } else { "" };
            format!(". It was about to do, or did, this on {machine}: {}{hint}", i.what)
        }
        None => String::new(),
    }
}
