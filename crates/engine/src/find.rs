//! Finding by id or name, as Brooklyn's paths allow it.

use base::EntityId;

use crate::entity::Entity;
use crate::state::Root;

impl Root {
    /// An application by id, or by its name with case ignored.
    pub fn find_app(&self, token: &str) -> Option<&Entity> {
        let by_id = self.entity(&EntityId::new(token)).filter(|e| e.parent.is_none());
        by_id.or_else(|| self.apps().find(|e| e.name.eq_ignore_ascii_case(token)))
    }

    /// An entity of an application by id, or by its exact name. One of another application is found by its id too:
    /// telling the caller so is the caller's part.
    pub fn find_entity(&self, app: &EntityId, token: &str) -> Option<&Entity> {
        self.entity(&EntityId::new(token)).or_else(|| self.tree(app).find(|e| e.name == token))
    }
}
