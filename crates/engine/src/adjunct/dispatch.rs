//! From what has happened to the adjuncts that it concerns, and to nobody else.

use std::sync::Arc;

use base::{AdjunctId, EntityId};
use serde_json::Value;

use super::ears::Whose;
use super::{Cause, Event, Who};
use crate::draft::Draft;
use crate::effect::Outcome;
use crate::happened::Happened;

impl Draft {
    /// Tells the adjuncts that are concerned.
    pub(crate) fn tell_adjuncts(&mut self, happened: &Happened) {
        match happened {
            Happened::Sensor { entity, name } => {
                let listeners = self.hear_sensor(entity, name);
                if !listeners.is_empty() {
                    let value =
                        self.root.entity(entity).and_then(|e| e.sensor(name)).cloned().unwrap_or_default();
                    self.tell_all(&listeners, &Event::Sensor { of: entity, name, value: &value });
                }
            }
            Happened::Emitted { entity, name, json } => {
                let listeners = self.hear_sensor(entity, name);
                let value: Value = serde_json::from_str(json).unwrap_or_default();
                self.tell_all(&listeners, &Event::Sensor { of: entity, name, value: &value });
            }
            Happened::Added { entity } => {
                let parent = self.root.entity(entity).and_then(|e| e.parent.clone());
                if let Some(parent) = parent {
                    self.tell_coming(&parent, Whose::Children, entity, true);
                }
                self.begin_adjuncts(entity, Cause::Added);
            }
            Happened::Removed { entity, parent } => {
                self.end_adjuncts(entity);
                if let Some(parent) = parent {
                    self.tell_coming(parent, Whose::Children, entity, false);
                }
            }
            Happened::Joined { group, member } => self.tell_coming(group, Whose::Members, member, true),
            Happened::Left { group, member } => self.tell_coming(group, Whose::Members, member, false),
            Happened::Ended { task } => {
                let Some(who) = self.root.transient.adjuncts.tasks.get(task).cloned() else { return };
                self.root.transient.adjuncts.tasks.remove_mut(task);
                if let Some(task) = self.task(task) {
                    self.tell(&who, &Event::TaskEnded(&task));
                }
            }
            Happened::Config { .. } => {}
        }
    }

    /// Who hears of a sensor: directly, as one of a member's, as one of a child's.
    fn hear_sensor(&self, entity: &EntityId, name: &str) -> Vec<Arc<Who>> {
        let ears = &self.root.transient.adjuncts.ears;
        let mut found = Vec::new();
        ears.of_sensor(entity, Whose::Own, name, &mut found);
        if ears.has_any(Whose::Members)
            && let Some(groups) = self.root.index.memberships.get(entity)
        {
            groups.keys().for_each(|group| ears.of_sensor(group, Whose::Members, name, &mut found));
        }
        if ears.has_any(Whose::Children)
            && let Some(parent) = self.root.entity(entity).and_then(|e| e.parent.as_ref())
        {
            ears.of_sensor(parent, Whose::Children, name, &mut found);
        }
        found
    }

    fn tell_coming(&mut self, of: &EntityId, whose: Whose, member: &EntityId, came: bool) {
        let mut found = Vec::new();
        self.root.transient.adjuncts.ears.of_coming(of, whose, &mut found);
        self.tell_all(&found, &Event::Member { member, came });
    }

    fn tell_all(&mut self, listeners: &[Arc<Who>], event: &Event<'_>) {
        for who in listeners {
            self.tell(who, event);
        }
    }

    /// The time that an adjunct asked for has come.
    pub(crate) fn adjunct_timer(&mut self, adjunct: &AdjunctId) {
        if let Some(live) = self.root.transient.adjuncts.live.get(adjunct).cloned() {
            self.tell(&live.who, &Event::Timer);
        }
    }

    /// Work that an adjunct asked for has got on.
    pub(crate) fn on_adjunct_outcome(&mut self, who: &Arc<Who>, outcome: &Outcome) {
        if outcome.is_final() {
            self.edit_live(&who.adjunct, |live| live.work = None);
            self.tell(who, &Event::Outcome(outcome));
        }
    }
}
