//! Where the names of a template get their values.

use serde_json::Value;

/// What a model knows about a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// The value of the first `used` names of the path; the rest is looked up within it.
    Found {
        /// The value; null counts as none.
        value: Value,
        /// How many names it used, at least one.
        used: usize,
    },
    /// There is no value.
    Missing,
    /// There will be one; the text says what it waits for.
    Wait(String),
}

/// Answers for paths: `entity.id`, `config["a.b"]`, `attributeWhenReady["port"]`.
pub trait Model {
    /// The value of a path of at least one name. Names that stand in brackets may have dots in them.
    fn lookup(&self, path: &[String]) -> Lookup;
}

/// A model that is a map. A key with dots is found by its parts too: `a.b` under `a` and then `b`.
#[derive(Clone, Debug, Default)]
pub struct Values(pub serde_json::Map<String, Value>);

impl Model for Values {
    fn lookup(&self, path: &[String]) -> Lookup {
        // The longest key first: a part may have a value of its own.
        for used in (1..=path.len()).rev() {
            if let Some(value) = self.0.get(&path[..used].join(".")) {
                return Lookup::Found { value: value.clone(), used };
            }
        }
        Lookup::Missing
    }
}
