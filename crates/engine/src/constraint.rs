//! What declared config keys ask of their values (`brooklyn-blueprints.md` 1.4), before entities are created and
//! before a value is changed.

use std::sync::Arc;

use base::EntityId;
use base::secret::is_sensitive_name;
use lang::glob::Glob;
use lang::predicate::{self, Plain};
use lang::regex::FullRegex;
use model::Coerced;
use model::config;
use model::spec::{ConfigValue, Constraint, KeySpec};
use serde_json::Value;

use crate::draft::Draft;
use crate::dsl::{Place, Reader};
use crate::effect::Refusal;
use crate::entity::Entity;
use crate::state::Root;

impl Draft {
    /// Refuses entities whose config is not what their keys ask for, with all that is wrong in one text.
    pub(crate) fn check_constraints(&self, made: &[Entity]) -> Result<(), Refusal> {
        if made.iter().all(|e| e.def.parameters.iter().all(|p| p.constraints.is_empty())) {
            return Ok(());
        }
        // As if they were there: what is not created yet may refer to itself and to its parents.
        let mut root = self.root.clone();
        for entity in made {
            root.put_entity(Arc::new(entity.clone()));
        }
        let wrong: Vec<String> = made.iter().filter_map(|e| violations(&root, e)).collect();
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Invalid(wrong.join("; "))) }
    }

    /// Refuses a value that its key's constraints forbid. What other keys ask for is no reason: as in Brooklyn, they
    /// may be set next.
    pub(crate) fn check_constraints_of(
        &self,
        entity: &Entity,
        key: &str,
        value: &ConfigValue,
    ) -> Result<(), Refusal> {
        let declared = entity.def.parameters.iter().find(|p| p.name == key && !p.constraints.is_empty());
        let Some(declared) = declared else { return Ok(()) };
        // As if it were set: constraints may look at other keys, and those at this one.
        let mut changed = entity.clone();
        Arc::make_mut(&mut changed.config).insert(key.to_owned(), value.clone());
        let mut root = self.root.clone();
        root.put_entity(Arc::new(changed));
        match (Look { root: &root, entity: &entity.id }).broken(declared) {
            Some(broken) => Err(Refusal::Invalid(broken)),
            None => Ok(()),
        }
    }
}

/// All that is wrong with one entity. What cannot be told yet is not wrong; a value of a wrong type is told when it is
/// read, as in Brooklyn.
fn violations(root: &Root, entity: &Entity) -> Option<String> {
    let look = Look { root, entity: &entity.id };
    let broken: Vec<String> = entity.def.parameters.iter().filter_map(|key| look.broken(key)).collect();
    (!broken.is_empty()).then(|| format!("Error configuring {}: {}", entity.name, broken.join("; ")))
}

struct Look<'a> {
    root: &'a Root,
    entity: &'a EntityId,
}

impl Look<'_> {
    /// What the value of a key breaks.
    fn broken(&self, key: &KeySpec) -> Option<String> {
        let value = self.value(&key.name)?;
        let broken = key.constraints.iter().filter(|c| self.holds(c, &value) == Some(false));
        let all: Vec<String> = broken.map(|c| format!("Constraint '{}' not satisfied", named(c))).collect();
        let on = self.root.entity(self.entity).map(Entity::described).unwrap_or_default();
        let shown = match &value {
            Value::Null => "(value is null)".to_owned(),
            _ if is_sensitive_name(&key.name) => "(its value is not shown)".to_owned(),
            value => format!(": '{}'", lang::java::text(value)),
        };
        (!all.is_empty())
            .then(|| format!("Invalid value for key '{}' on {on} {shown}; {}", key.name, all.join("; ")))
    }

    /// A key's value; `None` when it cannot be told yet.
    fn value(&self, key: &str) -> Option<Value> {
        let reader = Reader::new(self.root, self.entity, Place::Declarer);
        match config::read_named(&self.root.levels(self.entity), key, &reader) {
            Ok(value) => Some(Coerced::into_json(value)),
            Err(_) => None,
        }
    }

    fn has(&self, key: &str) -> Option<bool> {
        self.value(key).map(|v| is_set(&v))
    }

    fn has_any(&self, keys: &[String]) -> Option<bool> {
        let each: Vec<Option<bool>> = keys.iter().map(|k| self.has(k)).collect();
        if each.contains(&Some(true)) {
            Some(true)
        } else {
            each.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
        }
    }

    /// Whether a value is as it should be; `None` when that cannot be told.
    fn holds(&self, constraint: &Constraint, value: &Value) -> Option<bool> {
        let set = is_set(value);
        let text = || lang::java::text(value);
        Some(match constraint {
            Constraint::Required => set,
            Constraint::Regex(pattern) => {
                !value.is_null() && FullRegex::new(pattern).ok()?.matches(&text()).ok()?
            }
            Constraint::Glob(glob) => !value.is_null() && Glob::new(glob).ok()?.matches(&text()).ok()?,
            // The engine asks nobody.
            Constraint::UrlExists => return None,
            Constraint::ForbiddenIf(key) => !set || !self.has(key)?,
            Constraint::ForbiddenUnless(key) => !set || self.has(key)?,
            Constraint::RequiredIf(key) => set || !self.has(key)?,
            Constraint::RequiredUnless(key) => set || self.has(key)?,
            Constraint::ForbiddenUnlessAnyOf(keys) => !set || self.has_any(keys)?,
            Constraint::RequiredUnlessAnyOf(keys) => set || self.has_any(keys)?,
            Constraint::Any(all) => {
                let each: Vec<Option<bool>> = all.iter().map(|c| self.holds(c, value)).collect();
                if each.contains(&Some(true)) {
                    true
                } else {
                    return each.into_iter().collect::<Option<Vec<_>>>().map(|_| false);
                }
            }
            Constraint::All(all) => {
                let each: Vec<Option<bool>> = all.iter().map(|c| self.holds(c, value)).collect();
                if each.contains(&Some(false)) {
                    false
                } else {
                    return each.into_iter().collect::<Option<Vec<_>>>().map(|_| true);
                }
            }
            Constraint::NotNull => !value.is_null(),
            Constraint::IsBlank => !set,
            Constraint::AlwaysTrue => true,
            Constraint::AlwaysFalse => false,
            Constraint::Predicate(given) => {
                predicate::parse(given).ok()?.test(&Plain(value.clone()), None).ok()?
            }
        })
    }
}

/// Whether there is a value, and it is not blank.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

/// A constraint as Brooklyn's messages name it.
fn named(constraint: &Constraint) -> String {
    let list = |all: &[Constraint]| all.iter().map(named).collect::<Vec<_>>().join(", ");
    let keys = |all: &[String]| all.iter().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ");
    match constraint {
        Constraint::Required => "required()".to_owned(),
        Constraint::Regex(pattern) => format!("matchesRegex(\"{pattern}\")"),
        Constraint::Glob(glob) => format!("matchesGlob(\"{glob}\")"),
        Constraint::UrlExists => "urlExists()".to_owned(),
        Constraint::ForbiddenIf(key) => format!("forbiddenIf(\"{key}\")"),
        Constraint::ForbiddenUnless(key) => format!("forbiddenUnless(\"{key}\")"),
        Constraint::RequiredIf(key) => format!("requiredIf(\"{key}\")"),
        Constraint::RequiredUnless(key) => format!("requiredUnless(\"{key}\")"),
        Constraint::ForbiddenUnlessAnyOf(all) => format!("forbiddenUnlessAnyOf({})", keys(all)),
        Constraint::RequiredUnlessAnyOf(all) => format!("requiredUnlessAnyOf({})", keys(all)),
        Constraint::Any(all) => format!("any({})", list(all)),
        Constraint::All(all) => format!("all({})", list(all)),
        Constraint::NotNull => "notNull()".to_owned(),
        Constraint::IsBlank => "isBlank()".to_owned(),
        Constraint::AlwaysTrue => "alwaysTrue()".to_owned(),
        Constraint::AlwaysFalse => "alwaysFalse()".to_owned(),
        Constraint::Predicate(given) => format!("predicate({given})"),
    }
}
