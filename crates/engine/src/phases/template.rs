//! Filling in a template file, or the path of a folder: what the names in it stand for (`brooklyn-blueprints.md` C).

use std::cell::RefCell;

use lang::template::{Lookup, Missing, Model, Stop, Template, Values};
use model::config::{self, Awaited, Patience};
use model::spec::ConfigValue;
use model::types::{ConfigDef, software_process as sp};
use model::value::{Coerced, ValueType};
use serde_json::{Value, json};

use crate::advance::Flow;
use crate::config::unreadable;
use crate::entity::Entity;
use crate::machine::{Try, fail};
use crate::place::Place;
use crate::state::Root;

/// What a template of an entity may name.
struct Names<'a> {
    root: &'a Root,
    entity: &'a Entity,
    /// Where its folders are; `None` while that is being settled.
    place: Option<&'a Place>,
    given: Values,
    /// The sensor that has no value yet.
    awaited: RefCell<Option<Awaited>>,
}

/// The text of a template file with everything filled in; waits for sensors that have no value yet.
pub(super) fn fill_in(root: &Root, entity: &Entity, place: &Place, url: &str, text: &str) -> Try<String> {
    let substitutions = config::read(&root.levels(&entity.id), &sp::SUBSTITUTIONS).or_else(unreadable)?;
    let given = match substitutions {
        Coerced::Map(map) => Values(map),
        _ => Values::default(),
    };
    let names = Names { root, entity, place: Some(place), given, awaited: RefCell::default() };
    render(names, &format!("template '{url}'"), text)
}

/// The path that a key gives for a folder, filled in. `base_dir` is where folders lie on the machine.
pub(crate) fn fill_in_path(
    root: &Root,
    entity: &Entity,
    base_dir: &str,
    key: &ConfigDef,
    text: &str,
) -> Try<String> {
    let base = (format!("config.{}", sp::BASE_DIR.name), Value::from(base_dir));
    let given = Values([base].into_iter().collect());
    let names = Names { root, entity, place: None, given, awaited: RefCell::default() };
    render(names, key.name, text)
}

fn render(names: Names<'_>, what: &str, text: &str) -> Try<String> {
    let template = Template::parse(text).or_else(|e| fail(format!("{what}: {e}")))?;
    let filled = template.render(&names, Missing::Error);
    match (filled, names.awaited.into_inner()) {
        (Ok(text), _) => Ok(text),
        (Err(Stop::Wait(_)), Some(awaited)) => Err(Flow::Await(Box::new(awaited))),
        (Err(stop), _) => fail(format!("{what}: {stop}")),
    }
}

impl Names<'_> {
    fn sensor(&self, name: &str) -> Lookup {
        let ready = |v: &&Value| !matches!(v, Value::Null | Value::Bool(false)) && **v != json!("");
        match self.entity.sensor(name).filter(ready) {
            Some(value) => found(value.clone(), 2),
            None => {
                let (entity, sensor) = (self.entity.id.clone(), name.to_owned());
                *self.awaited.borrow_mut() = Some(Awaited { entity, sensor, patience: Patience::default() });
                Lookup::Wait(format!("sensor '{name}'"))
            }
        }
    }

    /// Config under the longest of the names that has a value: its own names may have dots.
    fn config(&self, names: &[String]) -> Lookup {
        let levels = self.root.levels(&self.entity.id);
        for used in (1..=names.len()).rev() {
            let key = names[..used].join(".");
            let set = config::effective_named(&levels, &key).map(|e| e.value);
            let declared = self.entity.type_def().and_then(|t| t.config_key(&key));
            let default = || declared.and_then(|k| k.default.value()).map(ConfigValue::new);
            let value = set.or_else(default);
            if let Some(value) = value
                && let Ok(value) = config::resolve(&key, ValueType::Any, &value)
            {
                return found(value.into_json(), used + 1);
            }
        }
        Lookup::Missing
    }
}

impl Model for Names<'_> {
    fn lookup(&self, path: &[String]) -> Lookup {
        let given = self.given.lookup(path);
        if given != Lookup::Missing {
            return given;
        }
        let bean = |e: &Entity| json!({ "id": e.id.as_str(), "displayName": e.name, "applicationId": e.app.as_str() });
        match path {
            [root, rest @ ..] if root == "entity" => {
                let parent = self.entity.parent.as_ref().and_then(|p| self.root.entity(p));
                let above = match rest.first().map(String::as_str) {
                    Some("application") => self.root.entity(&self.entity.app),
                    Some("parent") => parent,
                    _ => return found(bean(self.entity), 1),
                };
                above.map_or(Lookup::Missing, |e| found(bean(e), 2))
            }
            [root, names @ ..] if root == "config" && !names.is_empty() => self.config(names),
            [root, name, ..] if ["attribute", "sensor", "attributeWhenReady"].contains(&root.as_str()) => {
                self.sensor(name)
            }
            [root, ..] if root == "driver" => self.place.map_or(Lookup::Missing, |place| {
                let driver = json!({
                    "runDir": place.run_dir,
                    "installDir": place.install_dir,
                    "pidFile": place.pid_file(),
                    "hostname": place.host.name,
                    "address": place.host.address,
                });
                found(driver, 1)
            }),
            [name] if name == "name" => found(self.entity.name.clone().into(), 1),
            [name] if name == "tags" => found(self.entity.def.tags.clone().into(), 1),
            _ => Lookup::Missing,
        }
    }
}

fn found(value: Value, used: usize) -> Lookup {
    Lookup::Found { value, used }
}
