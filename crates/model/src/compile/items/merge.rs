//! What a type says, and what is said over it by those that are made from it (`brooklyn-blueprints.md` 1.8).

use serde_json::Value;

use crate::config::{is_expression, merge};
use crate::spec::{ConfigMap, ConfigValue};
use crate::types::Inheritance;

/// Whether those that are made from a type see the key and its value.
pub(crate) fn reaches_subtypes(inheritance: Option<Inheritance>) -> bool {
    !matches!(
        inheritance,
        Some(Inheritance::Never | Inheritance::NotReinherited | Inheritance::NotReinheritedElseDeepMerge)
    )
}

/// How a key's values come together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// Its inheritance between types; `None`: the nearest value counts.
    pub(crate) inheritance: Option<Inheritance>,
    /// Whether its values are maps, so that it may be set entry by entry.
    pub(crate) is_map: bool,
}

/// The config of an entity over that of its type. The second are keys whose value of the type is hidden by an
/// expression, which cannot be merged before it is evaluated.
pub(crate) fn merged(
    base: ConfigMap,
    own: &ConfigMap,
    rule: impl Fn(&str) -> Rule,
) -> (ConfigMap, Vec<String>) {
    let mut out: ConfigMap =
        base.into_iter().filter(|(key, _)| reaches_subtypes(rule(key).inheritance)).collect();
    let mut hidden = Vec::new();
    for (key, value) in own {
        let Rule { inheritance, is_map } = rule(key);
        let far = out.remove(key);
        let is_merged = matches!(inheritance, Some(Inheritance::DeepMerge));
        if is_map {
            hide_entries(&mut out, key, value.given(), is_merged);
        }
        match (is_merged, far.as_ref().map(ConfigValue::given), value.given()) {
            (true, Some(Value::Object(_)), near) if is_expression(near) => hidden.push(key.clone()),
            (true, Some(far), Value::Object(near)) if is_expression(far) && is_map => {
                // The entries count before the expression, which stays as the whole.
                out.insert(key.clone(), ConfigValue::new(far.clone()));
                for (name, value) in near {
                    out.insert(format!("{key}.{name}"), ConfigValue::new(value.clone()));
                }
                continue;
            }
            (true, Some(Value::Object(far)), Value::Object(near)) => {
                out.insert(key.clone(), ConfigValue::new(Value::Object(merge(near, far))));
                continue;
            }
            _ => {}
        }
        out.insert(key.clone(), value.clone());
    }
    (out, hidden)
}

/// Entries of the type under dotted names (`shell.env.FOO`) that the whole hides.
fn hide_entries(out: &mut ConfigMap, key: &str, near: &Value, is_merged: bool) {
    let prefix = format!("{key}.");
    let entries: Vec<String> =
        out.range(prefix.clone()..).map(|(k, _)| k.clone()).take_while(|k| k.starts_with(&prefix)).collect();
    for entry in entries {
        let stays = is_merged
            && near
                .as_object()
                .is_some_and(|map| !is_expression(near) && !map.contains_key(&entry[prefix.len()..]));
        if !stays {
            out.remove(&entry);
        }
    }
}
