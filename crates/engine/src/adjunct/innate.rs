//! What the engine does by itself for an entity, as adjuncts to be shown: made when they are looked at, never kept.

use base::{AdjunctId, EntityId, Rng};
use model::ConfigValue;
use model::adjuncts::innate::{self, Innate};
use model::adjuncts::{ConfigDef, DefaultValue};
use model::spec::{AdjunctSpec, TypeName};
use model::types::group;
use serde_json::Value;

use crate::entity::{Adjunct, Entity};
use crate::fnv::Fnv;
use crate::quorum_shown::quorum_text;
use crate::state::Root;

impl Root {
    /// What the engine does by itself for an entity. Each has the same id for as long as the entity is there.
    pub fn innate_adjuncts(&self, entity: &Entity) -> Vec<(&'static Innate, Adjunct)> {
        let all = innate::of(entity.behaviour()).into_iter();
        let taken = |tag: &str| entity.adjuncts.values().any(|a| a.unique_tag().as_deref() == Some(tag));
        all.filter(|innate| !taken(innate.tag)).map(|innate| (innate, self.innate(entity, innate))).collect()
    }

    fn innate(&self, entity: &Entity, innate: &Innate) -> Adjunct {
        let value = |(key, set): &(&'static ConfigDef, DefaultValue)| {
            let value = set.value().or_else(|| self.quorum_of(entity, key))?;
            Some((key.name.to_owned(), ConfigValue::new(value)))
        };
        let spec = AdjunctSpec {
            kind: innate.def.kind,
            type_name: TypeName::new(innate.def.java_type),
            name: Some(innate.def.java_type.to_owned()),
            unique_tag: Some(innate.tag.to_owned()),
            config: innate.config.iter().filter_map(value).collect(),
            catalog_id: None,
        };
        let id = id_of(&entity.id, innate.tag);
        Adjunct { id, seq: entity.seq, spec, suspended: false, memory: Value::Null }
    }

    /// The entity's own quorum that a key stands for.
    fn quorum_of(&self, entity: &Entity, key: &ConfigDef) -> Option<Value> {
        let of_up = std::ptr::eq(key, &raw const group::UP_ONE);
        let short = if of_up { "quorum.up" } else { "quorum.running" };
        let declared = entity.type_def()?.config_key(short)?;
        let value = self.config(&entity.id, declared).ok()?.into_json();
        Some(quorum_text(&value)?.into())
    }
}

/// An id that looks like any other and is the same on every server.
fn id_of(entity: &EntityId, tag: &str) -> AdjunctId {
    let bytes = entity.as_str().bytes().chain([0]).chain(tag.bytes());
    AdjunctId::draw(&mut Rng::from_seed(Fnv::of(bytes)))
}
