//! Work that was asked of a machine has got on.

use crate::draft::Draft;
use crate::effect::{Outcome, WorkKey};
use crate::state::Purpose;

impl Draft {
    pub(crate) fn on_work(&mut self, key: &WorkKey, outcome: Outcome) {
        // What nobody waits for any more (cancelled, or of an earlier reign) is of no interest.
        let Some(purpose) = self.root.transient.works.get(key).cloned() else { return };
        if outcome.is_final() {
            self.root.transient.works.remove_mut(key);
        }
        match purpose {
            Purpose::Step(id) => {
                if let Some(task) = self.task(&id).filter(|t| !t.is_ended()) {
                    self.on_step_outcome(&task, key, outcome);
                }
            }
            Purpose::Watch(entity) => self.on_watch_outcome(&entity, outcome),
            Purpose::Check(entity) => self.on_check_outcome(&entity, outcome),
            Purpose::Leftover(id) => self.on_leftover(&id, outcome),
            Purpose::Adjunct(who) => self.on_adjunct_outcome(&who, &outcome),
            Purpose::EndLeftover(id) => self.on_end_leftover(&id, key, outcome),
        }
    }
}
