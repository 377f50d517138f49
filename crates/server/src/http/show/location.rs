//! Locations: those that entities have, each with an id made of its owner's and its number there, and those that
//! blueprints may name.

use api::location::{LocatedLocation, LocationLinks, LocationSummary};
use api::paths;
use base::EntityId;
use base::secret::is_sensitive_name;
use engine::{Entity, Root};
use model::Surroundings;
use model::catalog::{Described, ItemId, ItemKind, describe};
use model::spec::{ConfigValue, LocationKind, LocationSpec, MachineSpec};
use serde_json::{Map, Value};

use crate::http::catalog::{self, Registered};

/// One location of an entity, shared by those below it.
#[derive(Clone, Copy)]
pub(in crate::http) struct Instance<'a> {
    owner: &'a Entity,
    number: usize,
    spec: &'a LocationSpec,
}

/// A location that blueprints may name.
pub(in crate::http) struct Definition {
    pub(in crate::http) id: String,
    name: String,
    spec: String,
    config: Map<String, Value>,
    item: Option<ItemId>,
}

/// Where an entity is to run.
pub(in crate::http) fn of_entity<'a>(root: &'a Root, id: &EntityId) -> impl Iterator<Item = Instance<'a>> {
    root.location_owner(id).into_iter().flat_map(owned)
}

/// All that entities have.
pub(in crate::http) fn all(root: &Root) -> impl Iterator<Item = Instance<'_>> {
    root.entities().flat_map(owned)
}

/// The one with this id.
pub(in crate::http) fn find<'a>(root: &'a Root, id: &str) -> Option<Instance<'a>> {
    let (owner, number) = id.rsplit_once('-')?;
    owned(root.entity(&EntityId::new(owner))?).nth(number.parse().ok()?)
}

fn owned(owner: &Entity) -> impl Iterator<Item = Instance<'_>> {
    let specs = owner.def.locations.iter().flatten().enumerate();
    specs.map(move |(number, spec)| Instance { owner, number, spec })
}

impl<'a> Instance<'a> {
    /// Whose it is.
    pub(in crate::http) fn owner(&self) -> &'a EntityId {
        &self.owner.id
    }

    /// What it is.
    pub(in crate::http) fn spec(&self) -> &'a LocationSpec {
        self.spec
    }
}

impl Instance<'_> {
    /// Its id.
    pub(in crate::http) fn id(&self) -> String {
        format!("{}-{}", self.owner.id, self.number)
    }

    fn name(&self) -> String {
        let named = self.spec.flags.get("displayName").and_then(|n| n.given().as_str());
        named.unwrap_or(shown_spec(&self.spec.spec)).to_owned()
    }

    /// As it is shown; `full`: with its config.
    pub(in crate::http) fn summary(&self, around: &Surroundings, full: bool) -> LocationSummary {
        let id = self.id();
        let definition = definition(around, &self.spec.spec);
        LocationSummary {
            name: Some(self.name()),
            spec: Some(shown_spec(&self.spec.spec).to_owned()),
            kind: Some(self.spec.java_type().to_owned()),
            config: if full { self.config() } else { Map::new() },
            catalog: None,
            links: LocationLinks {
                own: paths::location(&id),
                spec: definition.map(|d| paths::location(&d.id)),
            },
            id,
        }
    }

    fn config(&self) -> Map<String, Value> {
        let flags = self.spec.flags.iter().map(|(name, value)| (name.as_str(), value.given().clone()));
        let mut config = open(flags);
        spec_keys(&mut config, shown_spec(&self.spec.spec), shown_spec(end_of(self.spec)));
        let machines = machines(&self.spec.kind);
        if !machines.is_empty() {
            config.insert("hosts".to_owned(), machines.into());
        }
        local_keys(&mut config, self.spec);
        config
    }

    /// Where on earth it is, if that is said of it.
    pub(in crate::http) fn located(&self, root: &Root) -> Option<LocatedLocation> {
        let degrees = |name: &str| match self.spec.flags.get(name).map(ConfigValue::given)? {
            Value::Number(n) => n.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
            _ => None,
        };
        let (latitude, longitude) = (degrees("latitude")?, degrees("longitude")?);
        let owner = &self.owner.id;
        let here = |e: &&Entity| {
            let is_leaf = root.children(&e.id).next().is_none();
            is_leaf && root.location_owner(&e.id).is_some_and(|o| o.id == *owner)
        };
        let leaf_entity_count = root.tree(owner).filter(here).count() as u64;
        Some(LocatedLocation { id: self.id(), name: self.name(), leaf_entity_count, latitude, longitude })
    }
}

/// All that blueprints may name, by name.
pub(in crate::http) fn definitions(around: &Surroundings) -> Vec<Definition> {
    let mut all: Vec<Definition> = around
        .named_locations()
        .map(|(name, spec)| Definition {
            id: name.to_owned(),
            name: name.to_owned(),
            spec: shown_spec(spec).to_owned(),
            config: open(around.location_properties(name).map(|(k, v)| (k, Value::from(v)))),
            item: None,
        })
        .collect();
    if around.has_localhost() && all.iter().all(|d| d.name != LOCALHOST) {
        let (id, name, spec) = (LOCALHOST.to_owned(), LOCALHOST.to_owned(), LOCALHOST.to_owned());
        all.push(Definition { id, name, spec, config: Map::new(), item: None });
    }
    let items = around.catalog.items().filter(|item| item.kind == ItemKind::Location && !item.disabled);
    all.extend(items.map(|item| Definition {
        id: item.id.to_string(),
        name: item.id.name.clone(),
        spec: format!("brooklyn.catalog:{}", item.id),
        config: Map::new(),
        item: Some(item.id.clone()),
    }));
    all.sort_by_key(|d| (d.name.to_lowercase(), d.spec.to_lowercase(), d.id.to_lowercase()));
    all
}

/// The definition that a token, or a location's spec, means.
pub(in crate::http) fn definition(around: &Surroundings, token: &str) -> Option<Definition> {
    let name = token.strip_prefix("named:").unwrap_or(token);
    let mut all = definitions(around);
    let found = all.iter().position(|d| d.id == name).or_else(|| all.iter().rposition(|d| d.name == name))?;
    Some(all.swap_remove(found))
}

impl Definition {
    /// As it is shown; `full`: with all of its config, also of an item, and with what tells where it comes from.
    pub(in crate::http) fn summary(self, around: &Surroundings, full: bool) -> LocationSummary {
        let item = self.item.as_ref();
        let found = item.and_then(|id| Registered::find(&around.catalog, &id.name, id.version.as_str()));
        let mut config = match &found {
            Some(found) => config_of(found, around, full),
            None => self.config,
        };
        if full && found.is_none() {
            let last = end_of_named(around, &self.spec);
            spec_keys(&mut config, &self.name, &last);
            if last.split([':', '(']).next() == Some(LOCALHOST) {
                own_keys(&mut config);
            }
        }
        LocationSummary {
            links: LocationLinks { own: paths::location(&self.id), spec: None },
            id: self.id,
            name: Some(self.name),
            spec: Some(self.spec),
            kind: None,
            config,
            catalog: found.map(|found| Box::new(catalog::item(&found, "locations", around))),
        }
    }
}

/// What an item says of its location; nothing, where its text cannot be used any more.
fn config_of(found: &Registered<'_>, around: &Surroundings, full: bool) -> Map<String, Value> {
    let Registered::Item(bundle, item) = found else { return Map::new() };
    let Ok(Described::Location(spec)) = describe(item, &bundle.id, around) else { return Map::new() };
    let mut config = open(spec.flags.iter().map(|(name, value)| (name.as_str(), value.given().clone())));
    config.retain(|name, _| full || name == "displayName");
    if full {
        spec_keys(&mut config, &item.id.name, shown_spec(end_of(&spec)));
        local_keys(&mut config, &spec);
    } else if let (true, Some(name)) = (config.is_empty(), &item.display_name) {
        config.insert("displayName".to_owned(), name.as_str().into());
    }
    config
}

/// The keys by which Brooklyn tells from which definition a location comes.
fn spec_keys(config: &mut Map<String, Value>, original: &str, last: &str) {
    for (name, value) in [("spec.original", original), ("spec.named.name", original), ("spec.final", last)] {
        config.insert(name.to_owned(), value.into());
    }
    if original == last {
        config.remove("spec.named.name");
    }
}

/// What Brooklyn's own `localhost` has where nothing else is said.
fn local_keys(config: &mut Map<String, Value>, spec: &LocationSpec) {
    if spec.kind == LocationKind::Localhost {
        own_keys(config);
    }
}

fn own_keys(config: &mut Map<String, Value>) {
    for (name, value) in [("name", LOCALHOST), ("address", "127.0.0.1")] {
        config.entry(name).or_insert_with(|| value.into());
    }
}

/// The spec behind the names that a spec of `brooklyn.cfg` goes through; a circle is left where it began.
fn end_of_named(around: &Surroundings, spec: &str) -> String {
    let mut seen = vec![spec];
    loop {
        let last = seen[seen.len() - 1];
        let name = last.strip_prefix("named:").unwrap_or(last);
        let next =
            around.named_locations().find(|(named, _)| *named == name).map(|(_, spec)| shown_spec(spec));
        match next {
            Some(next) if !seen.contains(&next) => seen.push(next),
            Some(_) => return spec.to_owned(),
            None => return last.to_owned(),
        }
    }
}

/// The spec behind all names.
fn end_of(spec: &LocationSpec) -> &str {
    match &spec.kind {
        LocationKind::Localhost => LOCALHOST,
        LocationKind::Byon { .. } => "byon",
        LocationKind::Single(_) => "single",
        LocationKind::Multi(_) => "multi",
    }
}

const LOCALHOST: &str = "localhost";

/// What does not look secret.
fn open<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    let open = values.filter(|(name, value)| !is_sensitive_name(name) && !holds_secret(value));
    open.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Whether there is a secret within a value.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => is_sensitive_name(text),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(map) => map.iter().any(|(k, v)| is_sensitive_name(k) || holds_secret(v)),
        _ => false,
    }
}

/// A spec, without its arguments where one of them looks secret.
fn shown_spec(spec: &str) -> &str {
    if is_sensitive_name(spec) { spec.split('(').next().unwrap_or(spec) } else { spec }
}

fn machines(kind: &LocationKind) -> Vec<String> {
    let machine = |m: &MachineSpec| {
        let user = m.user.as_ref().map(|u| format!("{u}@")).unwrap_or_default();
        let port = m.port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{user}{}{port}", m.address)
    };
    match kind {
        LocationKind::Localhost => Vec::new(),
        LocationKind::Byon { machines, .. } => machines.iter().map(machine).collect(),
        LocationKind::Single(one) => self::machines(&one.kind),
        LocationKind::Multi(all) => all.iter().flat_map(|l| self::machines(&l.kind)).collect(),
    }
}
