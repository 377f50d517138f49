//! Which value of a key counts for an entity, among its own and those of the entities above it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Key, is_expression, merge};
use crate::ValueType;
use crate::spec::{ConfigMap, ConfigValue, KeySpec};
use crate::types::{Inheritance, TypeDef};

/// One entity on the way up: its own config and what it declares.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    /// What is set on it.
    pub config: &'a ConfigMap,
    /// What its blueprint declares.
    pub parameters: &'a [KeySpec],
    /// What it is; `None` for a type that this release does not know.
    pub type_def: Option<&'static TypeDef>,
}

impl<'a> Level<'a> {
    /// The keys that it declares: those of its blueprint first, then those of its type.
    pub fn keys(&self) -> impl Iterator<Item = Key<'a>> + use<'a> {
        let (parameters, type_def) = (self.parameters, self.type_def);
        let of_type = move |name: &str| type_def.and_then(|t| t.config_key(name));
        let own = parameters.iter().map(move |spec| Key::of_spec(spec, of_type(&spec.name)));
        let others = type_def.into_iter().flat_map(TypeDef::config_keys);
        own.chain(others.filter(move |def| parameters.iter().all(|p| p.name != def.name)).map(Key::from))
    }

    /// The key that `name` means here: canonical or an alias.
    pub fn key(&self, name: &str) -> Option<Key<'a>> {
        self.keys().find(|k| k.is_called(name))
    }

    /// The map of which `name` is an entry here (`shell.env.FOO`), and the entry's name in it.
    pub fn map_of<'n>(&self, name: &'n str) -> Option<(Key<'a>, &'n str)> {
        self.keys().filter(Key::is_map).find_map(|key| {
            let entry = name.strip_prefix(key.name())?.strip_prefix('.')?;
            Some((key, entry))
        })
    }
}

/// The value that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// As given; merged where the key says so.
    pub value: ConfigValue,
    /// Where it was set: 0 for the entity itself, 1 for its parent and so on.
    pub level: usize,
    /// What it was merged from, nearest first, with the level of each: an expression is evaluated where it was set.
    /// What a nearer part hides is left out, so that nobody waits for it.
    pub(super) parts: Vec<(usize, Value)>,
}

impl Effective {
    /// A value of one level.
    pub fn one(value: ConfigValue, level: usize) -> Self {
        let parts = vec![(level, value.given().clone())];
        Self { value, level, parts }
    }
}

/// The value of a declared key. `chain` begins with the entity itself and goes up.
pub fn effective<'a>(chain: &[Level<'_>], key: impl Into<Key<'a>>) -> Option<Effective> {
    let key = &key.into();
    match key.inheritance() {
        Inheritance::Never => own(chain, key, 0),
        Inheritance::Overwrite => (0..chain.len()).find_map(|i| own(chain, key, i)),
        Inheritance::NotReinherited => up_to_declarer(chain, key),
        Inheritance::DeepMerge => merged(chain, key, chain.len()),
        Inheritance::NotReinheritedElseDeepMerge => {
            let end = declarer_above(chain, key).unwrap_or(chain.len());
            merged(chain, key, end)
        }
    }
}

/// The value of a key that need not be declared: then the nearest one counts, unless it stands on an entity that
/// declares that it does not come further.
pub fn effective_named(chain: &[Level<'_>], name: &str) -> Option<Effective> {
    if let Some(key) = chain.first().and_then(|l| l.key(name)) {
        return effective(chain, key);
    }
    for (level, l) in chain.iter().enumerate() {
        // What is set there or further up is meant for that entity.
        if level > 0 && declaring(l, name).is_some_and(|k| stays(k.inheritance())) {
            return None;
        }
        if let Some(value) = l.config.get(name) {
            return Some(Effective::one(value.clone(), level));
        }
    }
    None
}

/// Whether a key's value comes no further than the entity that declares it.
fn stays(inheritance: Inheritance) -> bool {
    match inheritance {
        Inheritance::Never | Inheritance::NotReinherited | Inheritance::NotReinheritedElseDeepMerge => true,
        Inheritance::Overwrite | Inheritance::DeepMerge => false,
    }
}

/// The key that a level declares under this name, or the map that it is an entry of (`shell.env.FOO`).
fn declaring<'a>(level: &Level<'a>, name: &str) -> Option<Key<'a>> {
    level.key(name).or_else(|| level.map_of(name).map(|(key, _)| key))
}

/// The default that counts: the entity's own, else that of the nearest one above that declares one.
pub fn default_of(chain: &[Level<'_>], name: &str) -> Option<Effective> {
    let declared = |(level, l): (usize, &Level<'_>)| Some((level, l.key(name)?.default()?));
    let (level, value) = chain.iter().enumerate().find_map(declared)?;
    Some(Effective::one(ConfigValue::new(value), level))
}

/// The names of all keys that have a value for the entity, its own first, each once. A map that the entity's type
/// declares is told entry by entry, as Brooklyn keeps it (`brooklyn-blueprints.md` E.2.2). What the entity holds by a
/// name that its key had in an earlier release has the key's name.
pub fn all_names(chain: &[Level<'_>]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    let own = chain
        .first()
        .into_iter()
        .flat_map(|l| l.config.keys().map(|name| l.key(name).map_or(name.as_str(), |key| key.name())));
    let above = chain.iter().skip(1).flat_map(|l| l.config.keys().map(String::as_str));
    for name in own.chain(above) {
        let key = chain.first().and_then(|l| declaring(l, name)).filter(Key::is_map);
        let entries = key.and_then(|key| Some((key.name(), entries(&effective(chain, key)?)?)));
        let found = match entries {
            Some((map, entries)) => entries.iter().map(|entry| format!("{map}.{entry}")).collect(),
            None => vec![name.to_owned()],
        };
        let there = |n: &String| entry_or_named(chain, n).is_some();
        all.extend(found.into_iter().filter(|n| there(n) && seen.insert(n.clone())));
    }
    all
}

/// The names in a map; `None` where it has none, or they cannot be told.
fn entries(map: &Effective) -> Option<Vec<String>> {
    let known = map.parts.iter().all(|(_, part)| !is_expression(part));
    let entries = map.value.given().as_object().filter(|m| known && !m.is_empty())?;
    Some(entries.keys().cloned().collect())
}

/// As [`effective_named`]; the name may also be that of an entry in a map that the entity declares.
pub fn entry_or_named(chain: &[Level<'_>], name: &str) -> Option<Effective> {
    let Some((key, entry)) = chain.first().and_then(|l| l.map_of(name).filter(|_| l.key(name).is_none()))
    else {
        return effective_named(chain, name);
    };
    let map = effective(chain, key)?;
    let of = |part: &Value| part.get(entry).cloned();
    let value = ConfigValue::new(of(map.value.given())?);
    let parts: Vec<(usize, Value)> =
        map.parts.iter().filter_map(|(level, part)| Some((*level, of(part)?))).collect();
    Some(Effective { value, level: parts.first().map_or(map.level, |(level, _)| *level), parts })
}

/// What is set at one level, by any of the key's names; entries under dotted names (`shell.env.FOO`) are put into
/// the map.
fn own(chain: &[Level<'_>], key: &Key<'_>, level: usize) -> Option<Effective> {
    let config = chain.get(level)?.config;
    let mut names = std::iter::once(key.name()).chain(key.aliases());
    let whole = names.find_map(|name| config.get(name));
    if key.value_type() != ValueType::Map {
        return whole.map(|v| Effective::one(v.clone(), level));
    }
    let prefix = format!("{}.", key.name());
    let mut entries = config
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix))
        .map(|(name, value)| (name[prefix.len()..].to_owned(), value.given().clone()))
        .peekable();
    if entries.peek().is_none() {
        return whole.map(|v| Effective::one(v.clone(), level));
    }
    let entries: Map<String, Value> = entries.collect();
    let (whole, entries) = match whole.map(ConfigValue::given) {
        Some(whole) if is_expression(whole) => (Some(whole.clone()), entries),
        Some(Value::Object(map)) => (None, merge(&entries, map)),
        _ => (None, entries),
    };
    let mut found = Effective::one(ConfigValue::new(Value::Object(entries)), level);
    found.parts.extend(whole.map(|w| (level, w)));
    Some(found)
}

fn declares(level: &Level<'_>, key: &Key<'_>) -> bool {
    level.keys().any(|k| k.name() == key.name())
}

/// The nearest entity above that declares the key: what is set there or further up is meant for it.
fn declarer_above(chain: &[Level<'_>], key: &Key<'_>) -> Option<usize> {
    (1..chain.len()).find(|i| declares(&chain[*i], key))
}

fn up_to_declarer(chain: &[Level<'_>], key: &Key<'_>) -> Option<Effective> {
    let end = declarer_above(chain, key).unwrap_or(chain.len());
    (0..end).find_map(|i| own(chain, key, i))
}

/// Maps of all levels below `end`, the nearest entry of each name. An explicit nothing hides what is above, and so
/// does what is no map.
fn merged(chain: &[Level<'_>], key: &Key<'_>, end: usize) -> Option<Effective> {
    let mut found = (0..end).filter_map(|i| own(chain, key, i));
    let mut result = found.next()?;
    for above in found {
        let opaque = is_expression(result.value.given());
        let near = match result.value.given() {
            Value::Object(map) => map.clone(),
            _ if opaque => Map::new(),
            _ => break,
        };
        let hidden = if opaque { Map::new() } else { near };
        for (level, part) in above.parts {
            let Some(rest) = not_hidden(&hidden, &part) else { continue };
            if let (Value::Object(far), false) = (&rest, opaque || is_expression(&rest)) {
                result.value = ConfigValue::new(Value::Object(merge(&hidden, far)));
            }
            result.parts.push((level, rest));
        }
    }
    Some(result)
}

/// What is left of a further part when the nearer one is before it.
fn not_hidden(near: &Map<String, Value>, far: &Value) -> Option<Value> {
    let Value::Object(far) = far else { return is_expression(far).then(|| far.clone()) };
    let left = far.iter().filter_map(|(name, value)| match near.get(name) {
        None => Some((name.clone(), value.clone())),
        Some(n) if is_expression(n) && value.is_object() => Some((name.clone(), value.clone())),
        Some(Value::Object(n)) => Some((name.clone(), not_hidden(n, value)?)),
        Some(_) => None,
    });
    Some(Value::Object(left.collect()))
}
