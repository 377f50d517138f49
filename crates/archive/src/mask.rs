//! Values whose names look secret are not shown.

use base::secret::is_sensitive_name;
use serde_json::Value;

const MASK: &str = "********";

/// A JSON value with what is secret in it replaced.
pub(crate) fn masked(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            // `{"name": "db.password", "value": "x"}` and `{"key": ...}`: the name stands beside the value.
            let named = ["name", "key"].iter().filter_map(|k| map.get(*k)?.as_str()).any(is_sensitive_name);
            let hide = |k: &str| is_sensitive_name(k) || (named && k == "value");
            map.into_iter()
                .map(|(k, v)| {
                    let v = if hide(&k) && !v.is_null() { MASK.into() } else { masked(v) };
                    (k, v)
                })
                .collect()
        }
        Value::Array(list) => list.into_iter().map(masked).collect(),
        Value::String(text) => Value::String(masked_lines(&text)),
        other => other,
    }
}

/// Lines `name: value` and `name=value` of a text, such as a blueprint's.
fn masked_lines(text: &str) -> String {
    if !is_sensitive_name(text) {
        return text.to_owned();
    }
    let clean = |line: &str| match line.find([':', '=']) {
        Some(at) if is_sensitive_name(&line[..at]) && !line[at + 1..].trim().is_empty() => {
            format!("{} {MASK}", &line[..=at])
        }
        // The name may stand elsewhere in the line: rather too little is shown than too much.
        Some(at) if is_sensitive_name(&line[at..]) => format!("{} {MASK}", &line[..=at]),
        _ => line.to_owned(),
    };
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_their_name_stands() {
        let change = json!({"sensor_set": {"entity": "e", "name": "db.password", "value": "hush", "at": 1}});
        assert_eq!(masked(change)["sensor_set"]["value"], MASK);
        let entity = json!({"config": {"secret.key": {"literal": "hush"}, "plain": 5}});
        let shown = masked(entity);
        assert_eq!((&shown["config"]["secret.key"], &shown["config"]["plain"]), (&json!(MASK), &json!(5)));
        let source = json!({"source": "name: x\n  password: hush\n  other: shown"});
        let shown = masked(source)["source"].as_str().unwrap().to_owned();
        assert!(!shown.contains("hush") && shown.contains("other: shown"), "{shown}");
    }
}
