//! Effectors that call effectors come to an end: none is called while it goes on already, and none too deep.

use base::EntityId;

use crate::draft::Draft;
use crate::limits::CALL_DEPTH_MAX;
use crate::task::Task;

impl Draft {
    /// Refuses a call that a task wants to make if it is a part of the same call.
    pub(crate) fn check_circle(&self, task: &Task, entity: &EntityId, effector: &str) -> Result<(), String> {
        let calls = self.root.with_parents(task).filter_map(|t| {
            let call = t.call.as_ref()?;
            Some((t.entity.as_ref()?, call.effector.as_str()))
        });
        let mut above: Vec<(&EntityId, &str)> = Vec::new();
        for call in calls {
            above.push(call);
            if call == (entity, effector) {
                above.reverse();
                above.push(call);
                let circle: Vec<String> = above.iter().map(|(id, e)| self.call_for_people(id, e)).collect();
                return Err(format!("effectors call each other in a circle: {}", circle.join(" -> ")));
            }
        }
        if above.len() >= CALL_DEPTH_MAX {
            return Err(format!(
                "calls of effectors are nested deeper than {CALL_DEPTH_MAX} (CALL_DEPTH_MAX): {} calls {effector}",
                self.call_for_people(above[0].0, above[0].1)
            ));
        }
        Ok(())
    }

    fn call_for_people(&self, id: &EntityId, effector: &str) -> String {
        let name = self.root.entity(id).map_or(id.as_str(), |e| e.name.as_str());
        format!("{effector} of {name}")
    }
}
