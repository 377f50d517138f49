//! A state that was exported is merged in: what is not there yet is added, what is there stays as it is.

use std::sync::Arc;

use base::limits::RECORD_BYTES_MAX;
use model::catalog::Bundle;
use serde_json::json;

use crate::adjunct::Cause;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::entity::Entity;
use crate::state::Root;

/// What of a state can be merged into another one. Tasks and write keys belong to the plane that had them.
#[derive(Clone, Debug)]
pub struct Import {
    bundles: Vec<Arc<Bundle>>,
    /// Parents come before what is below them.
    entities: Vec<Arc<Entity>>,
}

impl Import {
    /// All of a state.
    pub fn of(root: &Root) -> Import {
        let mut entities: Vec<_> = root.entities.values().cloned().collect();
        entities.sort_by_key(|e| e.seq);
        Import { bundles: root.catalog.bundles().cloned().collect(), entities }
    }

    /// How many bundles and entities there are.
    pub fn counts(&self) -> (usize, usize) {
        (self.bundles.len(), self.entities.len())
    }
}

impl Draft {
    /// All or nothing, and one record: who follows sees either state.
    pub(crate) fn on_import(&mut self, import: &Import) -> Result<Reply, Refusal> {
        let (mut bundles, mut entities, mut bytes) = (0_u64, 0_u64, 0);
        for bundle in &import.bundles {
            if self.root.catalog.bundle(&bundle.id).is_none() {
                self.import_change(Change::BundlePut { bundle: Arc::clone(bundle) }, &mut bytes)?;
                bundles += 1;
            }
        }
        let mut added = Vec::new();
        for entity in &import.entities {
            if self.root.entity(&entity.id).is_some() {
                continue;
            }
            self.may_import(entity)?;
            // The numbers of another plane are taken here; the order stays.
            let entity = Box::new(Entity { seq: self.root.next_seq, ..(**entity).clone() });
            added.push(entity.id.clone());
            self.import_change(Change::EntityAdded { entity }, &mut bytes)?;
            entities += 1;
        }
        if let Some(reign) = self.root.reign.clone() {
            for id in added {
                if let Some(entity) = self.entity(&id) {
                    self.adopt(&entity, &reign.host);
                    self.begin_adjuncts(&id, Cause::TookOver);
                }
            }
        }
        let all = (import.bundles.len() + import.entities.len()) as u64;
        Ok(Reply::Value(
            json!({ "bundles": bundles, "entities": entities, "kept": all - bundles - entities }),
        ))
    }

    fn may_import(&self, entity: &Entity) -> Result<(), Refusal> {
        if let Some(parent) = entity.parent.as_ref().filter(|p| self.root.entity(p).is_none()) {
            return Err(Refusal::Invalid(format!(
                "entity {} is a child of {parent}, which is neither here nor in what is imported",
                entity.id
            )));
        }
        let holder = |machine| self.root.entities().find(|e| e.machine.as_ref() == Some(machine));
        if let Some(other) = entity.machine.as_ref().and_then(holder) {
            return Err(Refusal::Conflict(format!(
                "entity {} holds a machine that {} of this plane holds; stop one of them first",
                entity.id, other.id
            )));
        }
        Ok(())
    }

    fn import_change(&mut self, change: Change, bytes: &mut usize) -> Result<(), Refusal> {
        *bytes += change.encode().len();
        if *bytes > RECORD_BYTES_MAX / 2 {
            return Err(Refusal::Invalid(format!(
                "what is to be merged takes more than {} bytes in the log (half of RECORD_BYTES_MAX), and it must fit \
                 into one record; to bring a whole plane back use `brownstone store restore`",
                RECORD_BYTES_MAX / 2
            )));
        }
        self.record(change);
        Ok(())
    }
}
