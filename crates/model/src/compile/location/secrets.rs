//! Passwords of locations stay in `brooklyn.cfg`: a spec, which goes into records, only says where they stand. Each
//! server reads its own configuration when it logs in.

use serde_json::{Value, json};

use super::text;
use crate::spec::ConfigValue;

/// The one key of a map that stands in a secret's place.
const REFERENCE: &str = "$brownstone:locationProperty";

/// The flags whose values are secret.
const SECRETS: [&str; 3] = ["password", "privateKeyData", "privateKeyPassphrase"];

pub(super) fn is_secret(flag: &str) -> bool {
    SECRETS.contains(&flag)
}

/// Stands for the value of `brooklyn.location.KEY`.
pub(super) fn of_property(key: &str) -> ConfigValue {
    ConfigValue::new(json!({ REFERENCE: key }))
}

/// Stands for a flag in the parentheses of the text that defines a named location.
pub(super) fn of_definition(name: &str, flag: &str) -> ConfigValue {
    of_property(&format!("named.{name}({flag})"))
}

/// What a flag's value refers to, if it is such a reference: the name of a property below `brooklyn.location.`, for
/// a flag in that property's text with the flag's name in parentheses.
pub fn location_reference(value: &Value) -> Option<&str> {
    value.as_object().filter(|map| map.len() == 1)?.get(REFERENCE)?.as_str()
}

/// The secret that is referred to; `property` finds the value of `brooklyn.location.KEY`.
pub fn location_secret<'a>(reference: &str, property: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let Some((name, flag)) = reference.strip_suffix(')').and_then(|r| r.split_once('(')) else {
        return property(reference).map(str::to_owned);
    };
    let args = text::parse(property(name)?).ok()?.args;
    args.into_iter().find(|(key, _)| key.as_deref() == Some(flag)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_back_to_the_secret() {
        let cfg = [("named.prod", "byon(hosts=\"a,b\", password='x, y')"), ("named.prod.password", "z")];
        let property = |key: &str| cfg.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        for (value, secret) in [
            (of_property("named.prod.password"), Some("z")),
            (of_definition("prod", "password"), Some("x, y")),
            (of_definition("prod", "privateKeyData"), None),
            (of_property("named.test.password"), None),
        ] {
            let reference = location_reference(value.given()).expect("a reference");
            assert_eq!(location_secret(reference, property).as_deref(), secret, "{reference}");
        }
        for value in [json!("named.prod.password"), json!({ REFERENCE: "a", "b": 1 }), json!(null)] {
            assert_eq!(location_reference(&value), None);
        }
    }
}
