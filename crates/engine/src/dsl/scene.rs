//! Evaluating values: what holds while one is evaluated, and how expressions within it are found.

use std::cell::Cell;

use base::EntityId;
use lang::dsl::{self, Expr, Key, Link, PREFIX, Template};
use model::config;
use serde_json::{Map, Value};

use super::{DEPTH_MAX, EVALUATIONS_MAX, Eval, Place, Reader, fail, tagged, unresolved};
use crate::entity::Entity;
use crate::state::Root;

/// What holds while a value is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) root: &'a Root,
    /// The entity that it is evaluated in.
    pub(super) me: &'a Entity,
    /// The config that is being read.
    pub(super) reading: Option<&'a Reading<'a>>,
    pub(super) budget: &'a Cell<u32>,
    pub(super) depth: u32,
}

/// A config key that is being read while an expression is evaluated, and for which one it is.
pub(super) struct Reading<'a> {
    entity: &'a EntityId,
    key: &'a str,
    within: Option<&'a Reading<'a>>,
}

impl<'a> Scene<'a> {
    /// One level deeper; an error where that is too deep, or all too much.
    fn deeper(self) -> Eval<Self> {
        if self.depth >= DEPTH_MAX {
            return fail(format!(
                "expressions and the config that they read are nested deeper than {DEPTH_MAX}"
            ));
        }
        let Some(left) = self.budget.get().checked_sub(1) else {
            return fail(format!("it takes more than {EVALUATIONS_MAX} evaluations"));
        };
        self.budget.set(left);
        Ok(Self { depth: self.depth + 1, ..self })
    }

    /// A value, with what its expressions give in their places.
    pub(super) fn value(self, given: &Value) -> Eval {
        match given {
            Value::String(text) if text.trim_start().starts_with(PREFIX) => self.parsed(given),
            Value::Array(items) => {
                let inner = self.deeper()?;
                items.iter().map(|item| inner.value(item)).collect::<Eval<Vec<Value>>>().map(Value::Array)
            }
            // A compiled spec: what is in it is for the entity that is made from it.
            Value::Object(_) if tagged::is_entity_spec(given) => Ok(given.clone()),
            Value::Object(map) if map.keys().any(|k| k.trim_start().starts_with(PREFIX)) => {
                self.parsed(given)
            }
            Value::Object(map) => {
                let inner = self.deeper()?;
                let each = map.iter().map(|(key, value)| Ok((key.clone(), inner.value(value)?)));
                each.collect::<Eval<Map<String, Value>>>().map(Value::Object)
            }
            _ => Ok(given.clone()),
        }
    }

    fn parsed(self, given: &Value) -> Eval {
        match dsl::parse_value(given) {
            Ok(template) => self.template(&template),
            Err(errors) => fail(errors.first().map_or_else(String::new, ToString::to_string)),
        }
    }

    pub(super) fn template(self, template: &Template) -> Eval {
        match template {
            Template::Plain(value) => Ok(value.clone()),
            Template::Expr(expr) => self.deeper()?.expr(expr),
            Template::List(items) => {
                let inner = self.deeper()?;
                let each = items.iter().map(|item| inner.template(item));
                each.collect::<Eval<Vec<Value>>>().map(Value::Array)
            }
            Template::Map(entries) => {
                let inner = self.deeper()?;
                let mut map = Map::new();
                for (key, value) in entries {
                    let key = match key {
                        Key::Plain(key) => key.clone(),
                        Key::Expr(expr) => lang::java::text(&inner.expr(expr)?),
                    };
                    map.insert(key, inner.template(value)?);
                }
                Ok(Value::Object(map))
            }
        }
    }

    fn expr(self, expr: &Expr) -> Eval {
        let mut value = self.call(self.me, &expr.head)?;
        for link in &expr.links {
            value = match link {
                Link::Call(call) => {
                    let name = call.function.def().name;
                    match self.entity_of(&value)? {
                        Some(entity) => self.call(entity, call)?,
                        None => match (tagged::location(&value), name) {
                            (Some(location), "config") => self.location_config(location, call)?,
                            _ => return fail(format!("`{name}` is asked of what is no entity")),
                        },
                    }
                }
                Link::Property(name) | Link::Key(name) => member(&value, name)?,
                Link::Index(index) => element(&value, *index)?,
            };
        }
        Ok(value)
    }

    /// The entity that a value stands for, if it stands for one.
    pub(super) fn entity_of(self, value: &Value) -> Eval<Option<&'a Entity>> {
        let Some(id) = crate::group::from_value(value) else { return Ok(None) };
        match self.root.entity(&id) {
            Some(entity) => Ok(Some(entity)),
            None => fail(format!("entity '{id}' is not managed any more")),
        }
    }

    /// The value of a config key of an entity. One that is being read already has no end.
    pub(super) fn config(self, entity: &'a Entity, key: &str) -> Eval {
        let inner = self.deeper()?;
        let mut circle = Vec::new();
        for open in std::iter::successors(self.reading, |r| r.within) {
            circle.push(format!("{} of {}", open.key, open.entity));
            if open.key == key && *open.entity == entity.id {
                circle.reverse();
                let all = circle.join(" -> ");
                return fail(format!("config refers to itself: {all} -> {key} of {}", entity.id));
            }
        }
        let reading = Reading { entity: &entity.id, key, within: self.reading };
        let reader = Reader {
            root: self.root,
            chain: self.root.ancestry(&entity.id).collect(),
            place: Place::Reader,
            reading: Some(&reading),
            budget: Cell::new(self.budget.get()),
            depth: inner.depth,
        };
        let value = config::read_named(&self.root.levels(&entity.id), key, &reader);
        self.budget.set(reader.budget.get());
        Ok(value.map_err(unresolved)?.into_json())
    }
}

/// The entry of a map.
fn member(value: &Value, name: &str) -> Eval {
    match value {
        Value::Object(map) => Ok(map.get(name).cloned().unwrap_or(Value::Null)),
        Value::Array(_) => match name.trim().parse() {
            Ok(index) => element(value, index),
            Err(_) => fail(format!("a list has no element '{name}'")),
        },
        other => fail(format!("{} has no entry '{name}'", lang::java::class_name(other))),
    }
}

/// The element of a list.
fn element(value: &Value, index: i64) -> Eval {
    match value {
        Value::Array(items) => match usize::try_from(index).ok().and_then(|i| items.get(i)) {
            Some(item) => Ok(item.clone()),
            None => fail(format!("a list of {} has no element [{index}]", items.len())),
        },
        Value::Object(map) => Ok(map.get(&index.to_string()).cloned().unwrap_or(Value::Null)),
        other => fail(format!("{} has no element [{index}]", lang::java::class_name(other))),
    }
}
