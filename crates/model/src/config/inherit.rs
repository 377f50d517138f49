//! Which value of a key counts for an entity, among its own and those of the entities above it.

use serde_json::{Map, Value};

use crate::spec::{ConfigMap, ConfigValue};
use crate::types::{ConfigDef, Inheritance, TypeDef};

/// One entity on the way up: its own config and its type.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    /// What is set on it.
    pub config: &'a ConfigMap,
    /// What it is; `None` for a type that this release does not know.
    pub type_def: Option<&'static TypeDef>,
}

/// The value that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// As given; merged where the key says so.
    pub value: ConfigValue,
    /// Where it was set: 0 for the entity itself, 1 for its parent and so on. An expression in it is evaluated
    /// there.
    pub level: usize,
}

/// The value of a declared key. `chain` begins with the entity itself and goes up.
pub fn effective(chain: &[Level<'_>], key: &ConfigDef) -> Option<Effective> {
    match key.inheritance {
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

/// The value of a key that no type needs to declare: the nearest one counts.
pub fn effective_named(chain: &[Level<'_>], name: &str) -> Option<Effective> {
    if let Some(key) = chain.first().and_then(|l| l.type_def).and_then(|t| t.config_key(name)) {
        return effective(chain, key);
    }
    chain
        .iter()
        .enumerate()
        .find_map(|(level, l)| l.config.get(name).map(|value| Effective { value: value.clone(), level }))
}

/// The names of all keys that have a value for the entity, its own first, each once.
pub fn all_names<'a>(chain: &[Level<'a>]) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    let names = chain.iter().flat_map(|l| l.config.keys());
    names.map(String::as_str).filter(|n| seen.insert(*n) && effective_named(chain, n).is_some()).collect()
}

/// What is set at one level, entries under dotted names (`shell.env.FOO`) put into the map.
fn own(chain: &[Level<'_>], key: &ConfigDef, level: usize) -> Option<Effective> {
    let config = chain.get(level)?.config;
    let whole = config.get(key.name);
    if key.value_type != crate::ValueType::Map {
        return whole.map(|v| Effective { value: v.clone(), level });
    }
    let prefix = format!("{}.", key.name);
    let mut entries = config
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix))
        .map(|(name, value)| (name[prefix.len()..].to_owned(), value.given().clone()))
        .peekable();
    if entries.peek().is_none() {
        return whole.map(|v| Effective { value: v.clone(), level });
    }
    let mut map = match whole.map(ConfigValue::given) {
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    map.extend(entries);
    Some(Effective { value: ConfigValue::new(Value::Object(map)), level })
}

fn declares(level: &Level<'_>, key: &ConfigDef) -> bool {
    level.type_def.is_some_and(|t| t.config_keys().any(|k| k.name == key.name))
}

/// The nearest entity above that declares the key: what is set there or further up is meant for it.
fn declarer_above(chain: &[Level<'_>], key: &ConfigDef) -> Option<usize> {
    (1..chain.len()).find(|i| declares(&chain[*i], key))
}

fn up_to_declarer(chain: &[Level<'_>], key: &ConfigDef) -> Option<Effective> {
    let end = declarer_above(chain, key).unwrap_or(chain.len());
    (0..end).find_map(|i| own(chain, key, i))
}

/// Maps of all levels below `end`, the nearest entry of each name. An explicit nothing hides what is above.
fn merged(chain: &[Level<'_>], key: &ConfigDef, end: usize) -> Option<Effective> {
    let mut found = (0..end).filter_map(|i| own(chain, key, i));
    let mut result = found.next()?;
    for above in found {
        let (Value::Object(near), Value::Object(far)) = (result.value.given(), above.value.given()) else {
            break;
        };
        let both = merge(near, far);
        result.value = ConfigValue::new(Value::Object(both));
    }
    Some(result)
}

fn merge(near: &Map<String, Value>, far: &Map<String, Value>) -> Map<String, Value> {
    let mut out = far.clone();
    for (name, value) in near {
        let merged = match (value, far.get(name)) {
            (Value::Object(n), Some(Value::Object(f))) => Value::Object(merge(n, f)),
            _ => value.clone(),
        };
        out.insert(name.clone(), merged);
    }
    out
}
