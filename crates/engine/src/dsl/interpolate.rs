//! `template()` and template files: what the names in a `${...}` are (`brooklyn-blueprints.md` C).

use std::cell::RefCell;

use lang::template::{Lookup, Missing, Model, Stop, Template, Values};
use model::config::Unresolved;
use serde_json::{Map, Value};

use super::scene::Scene;
use super::{Eval, fail, ready, tagged};
use crate::entity::Entity;
use crate::group::as_value;

/// What a template sees.
struct Names<'a> {
    scene: Scene<'a>,
    on: &'a Entity,
    /// What was given beside the entity.
    more: Values,
    /// Whether `attribute[...]` waits, as it does in files.
    attributes_wait: bool,
    /// Why the rendering has to stop, once it has.
    stopped: RefCell<Option<Unresolved>>,
}

impl<'a> Scene<'a> {
    /// A text of the DSL with its names filled in.
    pub(super) fn interpolated(self, on: &'a Entity, text: &str, more: Value) -> Eval {
        let more = match more {
            Value::Null => Map::new(),
            Value::Object(map) => map,
            _ => return fail("template: the substitutions are no map"),
        };
        match self.render(on, text, more, false) {
            Ok(text) => Ok(text.into()),
            Err(Unresolved::Failed(why)) => fail(format!("template: {why}")),
            Err(wait) => Err(wait),
        }
    }

    pub(super) fn render(
        self,
        on: &'a Entity,
        text: &str,
        more: Map<String, Value>,
        is_file: bool,
    ) -> Eval<String> {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(e) => return fail(e.to_string()),
        };
        let names = Names {
            scene: self,
            on,
            more: Values(more),
            attributes_wait: is_file,
            stopped: RefCell::new(None),
        };
        let rendered = template.render(&names, Missing::Error);
        match (rendered, names.stopped.into_inner()) {
            (_, Some(stopped)) => Err(stopped),
            (Ok(text), None) => Ok(text),
            (Err(Stop::Error(e)), None) => fail(e.to_string()),
            (Err(Stop::Wait(what)), None) => fail(format!("{what} is not ready")),
        }
    }
}

impl Model for Names<'_> {
    fn lookup(&self, path: &[String]) -> Lookup {
        match self.more.lookup(path) {
            Lookup::Missing => {}
            found => return found,
        }
        let Some((first, rest)) = path.split_first() else { return Lookup::Missing };
        match first.as_str() {
            "entity" => self.of_entity(self.on, rest, 1),
            "location" => match self.scene.root.locations(&self.on.id).first() {
                Some(location) => found(tagged::spec_of_location(location), 1),
                None => Lookup::Missing,
            },
            "name" => found(self.on.name.as_str().into(), 1),
            "tags" => found(self.on.def.tags.clone().into(), 1),
            "config" | "attribute" | "sensor" | "attributeWhenReady" | "children" | "members" => {
                self.of_entity(self.on, path, 0)
            }
            _ => Lookup::Missing,
        }
    }
}

fn found(value: Value, used: usize) -> Lookup {
    if value.is_null() { Lookup::Missing } else { Lookup::Found { value, used } }
}

impl<'a> Names<'a> {
    /// What a path behind an entity leads to; `used` names led to the entity.
    fn of_entity(&self, entity: &'a Entity, path: &[String], used: usize) -> Lookup {
        let Some((first, rest)) = path.split_first() else { return found(as_value(&entity.id), used) };
        let used = used + 1;
        let next =
            |entity: Option<&'a Entity>| entity.map_or(Lookup::Missing, |e| self.of_entity(e, rest, used));
        let root = self.scene.root;
        match first.as_str() {
            "id" => found(entity.id.as_str().into(), used),
            "displayName" | "name" => found(entity.name.as_str().into(), used),
            "applicationId" => found(entity.app.as_str().into(), used),
            "catalogItemId" => found(entity.def.catalog_id.clone().into(), used),
            "parent" => next(entity.parent.as_ref().and_then(|p| root.entity(p))),
            "application" => next(Some(self.scene.application_of(entity))),
            "tags" => found(entity.def.tags.clone().into(), used),
            "children" => found(root.children(&entity.id).map(|c| as_value(&c.id)).collect(), used),
            "members" => found(entity.members.values().map(as_value).collect(), used),
            "config" => self.longest(rest, used, |key| self.scene.config(entity, key)),
            "attributeWhenReady" => self.longest(rest, used, |name| ready::when_ready(entity, name, None)),
            "attribute" | "sensor" if self.attributes_wait => {
                self.longest(rest, used, |name| ready::when_ready(entity, name, None))
            }
            "attribute" | "sensor" => {
                self.longest(rest, used, |name| Ok(entity.sensor(name).cloned().unwrap_or_default()))
            }
            _ => Lookup::Missing,
        }
    }

    /// A name with dots may have been written without brackets: the longest one that has a value counts. Only the
    /// shortest is waited for.
    fn longest(&self, path: &[String], used: usize, get: impl Fn(&str) -> Eval) -> Lookup {
        let mut result = Ok(Value::Null);
        for n in (1..=path.len()).rev() {
            result = get(&path[..n].join("."));
            if let Ok(value) = &result
                && !value.is_null()
            {
                return found(value.clone(), used + n);
            }
        }
        match result {
            Ok(_) => Lookup::Missing,
            Err(why) => {
                self.stopped.replace(Some(why));
                Lookup::Wait(path.join("."))
            }
        }
    }
}
