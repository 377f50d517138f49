//! Groups: who comes in and who goes, and the sensors that say so.

use base::EntityId;
use model::types::Behaviour;
use serde_json::{Value, json};

use crate::change::Change;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::names;
use crate::state::Root;

/// An entity as a value: what the wire shows, and what expressions give.
pub(crate) fn as_value(id: &EntityId) -> Value {
    json!({ "type": "org.apache.brooklyn.api.entity.Entity", "id": id.as_str() })
}

/// The entity that such a value names.
pub(crate) fn from_value(value: &Value) -> Option<EntityId> {
    let of = value
        .as_object()
        .filter(|o| o.get("type").is_some_and(|t| *t == as_value(&EntityId::new(""))["type"]))?;
    Some(EntityId::new(of.get("id")?.as_str()?))
}

impl Entity {
    /// Whether it has members.
    pub fn is_group(&self) -> bool {
        matches!(
            self.behaviour(),
            Behaviour::Group | Behaviour::Cluster | Behaviour::Fabric | Behaviour::Quarantine
        )
    }
}

impl Root {
    /// The members of a group, in the order in which they came.
    pub fn members(&self, id: &EntityId) -> impl DoubleEndedIterator<Item = &Entity> {
        self.entity(id).into_iter().flat_map(|g| g.members.values()).filter_map(|m| self.entity(m))
    }

    /// The groups that an entity is a member of.
    pub fn groups_of(&self, id: &EntityId) -> Vec<EntityId> {
        self.index.groups_of(id)
    }
}

impl Draft {
    /// Takes an entity into a group; nothing happens if it is a member.
    pub(crate) fn add_member(&mut self, group: &EntityId, member: &EntityId) {
        if self.root.index.is_member(group, member) {
            return;
        }
        let seq = self.root.next_seq;
        self.record(Change::MemberAdded { group: group.clone(), member: member.clone(), seq });
        let first = self.root.entity(group).and_then(|g| g.sensor(names::FIRST)).and_then(from_value);
        let is_first = first.is_none();
        let first = first.unwrap_or_else(|| member.clone());
        if is_first {
            self.update_sensor(group, names::FIRST, as_value(member));
        }
        self.update_sensor(member, names::IS_FIRST, is_first.into());
        self.update_sensor(member, names::FIRST, as_value(&first));
        self.members_changed(group);
    }

    /// Lets an entity go from a group; nothing happens if it is no member.
    pub(crate) fn remove_member(&mut self, group: &EntityId, member: &EntityId) {
        if !self.root.index.is_member(group, member) {
            return;
        }
        self.record(Change::MemberRemoved { group: group.clone(), member: member.clone() });
        let first = self.root.entity(group).and_then(|g| g.sensor(names::FIRST)).and_then(from_value);
        if first.as_ref() == Some(member) {
            self.record(Change::SensorCleared { entity: group.clone(), name: names::FIRST.to_owned() });
        }
        self.members_changed(group);
    }

    fn members_changed(&mut self, group: &EntityId) {
        self.regrouped.insert(group.clone());
        self.settle(group);
    }

    /// Publishes who is a member where that has changed: once in a step, however many came. Says whether it did.
    pub(crate) fn publish_groups(&mut self) -> bool {
        let groups = std::mem::take(&mut self.regrouped);
        for group in &groups {
            let Some(entity) = self.entity(group) else { continue };
            let members: Vec<Value> = entity.members.values().map(as_value).collect();
            self.update_sensor(group, names::MEMBERS_COUNT, members.len().into());
            self.update_sensor(group, names::MEMBERS, members.into());
            for whole in self.root.groups_of(group) {
                self.say_fabric_size(&whole);
            }
        }
        !groups.is_empty()
    }
}
