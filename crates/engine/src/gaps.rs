//! What was lost is shown as failed: something stands in its place, so that what is below it can be reached and
//! all of it can be deleted.

use base::{EntityId, TaskId};
use model::spec::TypeName;
use serde_json::json;

use crate::change::Change;
use crate::draft::Draft;
use crate::entity::{Definition, Entity};
use crate::names;
use crate::state::LostEntity;

/// The type of what stands in the place of a lost entity.
const LOST_TYPE: &str = "brownstone.LostEntity";

impl Draft {
    /// Puts something into each gap. Tasks whose whole was lost go: nothing could show them.
    pub(crate) fn fill_gaps(&mut self) {
        let Some(gaps) = self.root.gaps.clone() else { return };
        let mut lost: Vec<LostEntity> = gaps.entities.clone();
        let orphans = self.root.entities().filter_map(|e| {
            let parent = e.parent.as_ref().filter(|p| self.root.entity(p).is_none())?;
            Some(LostEntity { id: parent.clone(), app: e.app.clone(), parent: Some(e.app.clone()) })
        });
        lost.extend(orphans);
        let apps = self.root.entities().filter(|e| self.root.entity(&e.app).is_none());
        lost.extend(apps.map(|e| LostEntity { id: e.app.clone(), app: e.app.clone(), parent: None }));
        let parts =
            self.root.tasks().filter(|t| t.parent.as_ref().is_some_and(|p| self.root.task(p).is_none()));
        let parts: Vec<TaskId> = parts.map(|t| t.id.clone()).collect();
        lost.retain(|l| self.root.entity(&l.id).is_none());
        // Said also when no entity is missing: what is lost may be in the state of others, and a write in it may
        // be one that somebody asks for.
        let (entities, at) = (lost.len() as u64, self.wall());
        self.record(Change::GapsFilled { entities, at });
        // Applications first: the others hang below them.
        let (apps, others): (Vec<_>, Vec<_>) = lost.into_iter().partition(|l| l.id == l.app);
        for one in apps.into_iter().chain(others) {
            self.stand_in(&one);
        }
        self.forget_tasks(parts);
    }

    fn stand_in(&mut self, lost: &LostEntity) {
        if self.root.entity(&lost.id).is_some() {
            return;
        }
        let is_app = lost.id == lost.app;
        if !is_app && self.root.entity(&lost.app).is_none() {
            self.stand_in(&LostEntity { id: lost.app.clone(), app: lost.app.clone(), parent: None });
        }
        let there = |id: &EntityId| self.root.entity(id).is_some();
        let parent = lost.parent.clone().filter(there).unwrap_or_else(|| lost.app.clone());
        let def = Definition::bare(TypeName::new(LOST_TYPE));
        let bare = Entity::bare(lost.id.clone(), lost.app.clone(), self.root.next_seq, self.wall(), def);
        let entity =
            Entity { parent: (!is_app).then_some(parent), name: format!("lost:{}", lost.id), ..bare };
        self.record(Change::EntityAdded { entity: Box::new(entity) });
        let text = "its record in the store was damaged and could not be read; what it ran may still run";
        self.set_sensor(&lost.id, names::PROBLEMS, json!({ "store": text }));
    }
}
