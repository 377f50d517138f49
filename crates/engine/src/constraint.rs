//! What declared config keys ask of their values (`brooklyn-blueprints.md` 1.4), before entities are created and
//! before a value is changed.

use std::sync::Arc;

use base::EntityId;
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
            Some(broken) => Err(Refusal::Invalid(format!("Error configuring {}: {broken}", entity.name))),
            None => Ok(()),
        }
    }
}

/// All that is wrong with one entity. What cannot be told yet is not wrong; a value of a wrong type is told when it is
/// read, as in Brooklyn.
fn violations(root: &Root, entity: &Entity) -> Option<String> {
    let look = Look { root, entity: &entity.id };
    let broken: Vec<String> = entity.def.parameters.iter().filter_map(|key| look.broken(key)).collect();
    (!broken.is_empty()).then(|| format!("Error configuring {}: {}", entity.name, broken.join(", ")))
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
        let all: Vec<String> = broken.map(describe).collect();
        (!all.is_empty()).then(|| format!("'{}' {}", key.name, all.join(" and ")))
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

/// What a constraint asks for, behind the key's name. The value itself may be secret.
fn describe(constraint: &Constraint) -> String {
    let list = |all: &[Constraint], word: &str| all.iter().map(describe).collect::<Vec<_>>().join(word);
    match constraint {
        Constraint::Required => "is required".to_owned(),
        Constraint::Regex(pattern) => format!("must match the regular expression {pattern}"),
        Constraint::Glob(glob) => format!("must match the pattern {glob}"),
        Constraint::UrlExists => "must be an address that answers".to_owned(),
        Constraint::ForbiddenIf(key) => format!("must not be set when '{key}' is"),
        Constraint::ForbiddenUnless(key) => format!("must not be set unless '{key}' is"),
        Constraint::RequiredIf(key) => format!("is required when '{key}' is set"),
        Constraint::RequiredUnless(key) => format!("is required unless '{key}' is set"),
        Constraint::ForbiddenUnlessAnyOf(keys) => {
            format!("must not be set unless one of {} is", keys.join(", "))
        }
        Constraint::RequiredUnlessAnyOf(keys) => {
            format!("is required unless one of {} is set", keys.join(", "))
        }
        Constraint::Any(all) => list(all, " or "),
        Constraint::All(all) => list(all, " and "),
        Constraint::NotNull => "must not be null".to_owned(),
        Constraint::IsBlank => "must be blank".to_owned(),
        Constraint::AlwaysTrue => "must hold".to_owned(),
        Constraint::AlwaysFalse => "can have no value that is accepted".to_owned(),
        Constraint::Predicate(given) => format!("must fulfil {given}"),
    }
}
