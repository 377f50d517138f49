//! Conditions (`brooklyn-blueprints.md` A) asked of entities and of their values.

use base::EntityId;
use lang::predicate::{self, Subject};
use model::config;
use serde_json::Value;

use crate::entity::Entity;
use crate::group::as_value;
use crate::state::Root;

/// What a condition is asked of.
#[derive(Clone)]
enum Asked<'r> {
    Entity(&'r Root, &'r Entity),
    Value(Value),
}

impl Subject for Asked<'_> {
    fn of(value: Value) -> Self {
        Self::Value(value)
    }

    fn value(&self) -> Option<&Value> {
        match self {
            Self::Entity(..) => None,
            Self::Value(value) => Some(value),
        }
    }

    fn equals(&self, value: &Value) -> bool {
        match self {
            Self::Entity(_, e) => value.as_str() == Some(e.id.as_str()) || *value == as_value(&e.id),
            Self::Value(own) => own == value,
        }
    }

    fn config(&self, key: &str) -> Option<Self> {
        let Self::Entity(root, e) = self else { return None };
        let found = config::effective_named(&root.levels(&e.id), key)?;
        Some(Self::Value(found.value.given().clone()))
    }

    fn sensor(&self, name: &str) -> Option<Self> {
        let Self::Entity(_, e) = self else { return None };
        e.sensor(name).cloned().map(Self::Value)
    }

    fn tags(&self) -> Option<Vec<Self>> {
        let Self::Entity(_, e) = self else { return None };
        Some(e.def.tags.iter().cloned().map(Self::Value).collect())
    }

    fn locations(&self) -> Option<Vec<Self>> {
        let Self::Entity(root, e) = self else { return None };
        let locations = root.locations(&e.id).iter();
        Some(locations.map(|l| Self::Value(l.spec.clone().into())).collect())
    }

    fn children(&self) -> Option<Vec<Self>> {
        let Self::Entity(root, e) = self else { return None };
        Some(root.children(&e.id).map(|child| Self::Entity(root, child)).collect())
    }

    fn type_names(&self) -> Vec<String> {
        match self {
            Self::Entity(_, e) => vec![e.def.type_name.as_str().to_owned(), e.simple_type().to_owned()],
            Self::Value(_) => Vec::new(),
        }
    }
}

/// Whether an entity, or a value of it, fulfils a condition whose expressions are evaluated. An error says, for
/// people, what is wrong with the condition.
pub(crate) fn holds(
    root: &Root,
    condition: &Value,
    entity: &EntityId,
    value: Option<&Value>,
) -> Result<bool, String> {
    let read = predicate::parse(condition);
    let read = read.map_err(|e| e.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let Some(entity) = root.entity(entity) else { return Ok(false) };
    let entity = Asked::Entity(root, entity);
    let subject = value.map_or_else(|| entity.clone(), |v| Asked::Value(v.clone()));
    read.test(&subject, Some(&entity)).map_err(|e| e.to_string())
}
