//! Tags of an entity, changed from outside.

use base::EntityId;
use serde_json::{Value, json};

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::input::TagEdit;
use crate::limits::TAGS_MAX;
use crate::on_write::check_size;

impl Draft {
    pub(crate) fn on_edit_tags(&mut self, id: &EntityId, edit: TagEdit) -> Result<Reply, Refusal> {
        let entity = self.must_have(id)?;
        let before = &entity.def.tags;
        let mut tags = before.clone();
        let reply = match edit {
            TagEdit::Add(tag) => {
                check_size("tag", "", &tag)?;
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
                Reply::Done
            }
            TagEdit::Remove(tag) => {
                tags.retain(|t| *t != tag);
                Reply::Value(Value::Bool(tags.len() < before.len()))
            }
            TagEdit::Put { key, value } => {
                check_size("tag", &key, &value)?;
                tags.retain(|t| keyed(t, &key).is_none());
                tags.push(json!({ key: value }));
                Reply::Done
            }
        };
        if tags.len() > TAGS_MAX {
            let text = format!("{} has {TAGS_MAX} tags already (TAGS_MAX)", entity.described());
            return Err(Refusal::Overloaded(text));
        }
        if tags != *before {
            self.record(Change::TagsSet { entity: id.clone(), tags });
        }
        Ok(reply)
    }
}

/// The value of a tag that is a map with this key alone.
fn keyed<'a>(tag: &'a Value, key: &str) -> Option<&'a Value> {
    tag.as_object().filter(|map| map.len() == 1)?.get(key)
}

impl crate::entity::Entity {
    /// The value of the tag that is a map with this key alone.
    pub fn tag(&self, key: &str) -> Option<&Value> {
        self.def.tags.iter().find_map(|tag| keyed(tag, key))
    }
}
