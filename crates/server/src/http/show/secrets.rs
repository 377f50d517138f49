//! `suppressSecrets=true`: values whose name looks secret are replaced by the start of their MD5.

use base::secret::is_sensitive_name;
use serde_json::Value;

use super::md5;

/// A value of this name, with what is secret in it replaced.
pub(in crate::http) fn suppress(name: &str, value: Value) -> Value {
    if is_sensitive_name(name) {
        return hidden(value);
    }
    match value {
        Value::Object(map) => map.into_iter().map(|(k, v)| (k.clone(), suppress(&k, v))).collect(),
        Value::Array(list) => list.into_iter().map(|v| suppress("", v)).collect(),
        Value::String(text) => Value::String(lines(&text)),
        other => other,
    }
}

fn hidden(value: Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(text) if text.starts_with("$brooklyn:") => Value::String(text),
        Value::String(text) => Value::String(mark(&text)),
        other => Value::String(mark(&other.to_string())),
    }
}

fn mark(text: &str) -> String {
    let hex = md5::hex(text.as_bytes());
    format!("<suppressed> (MD5 hash: {})", hex.get(..8).unwrap_or_default().to_uppercase())
}

/// Lines `name: value` and `name=value` inside a text.
pub(in crate::http) fn lines(text: &str) -> String {
    if !is_sensitive_name(text) {
        return text.to_owned();
    }
    let clean = |line: &str| -> String {
        let Some(at) = line.find([':', '=']) else { return line.to_owned() };
        let (name, rest) = line.split_at(at);
        let value = rest[1..].trim();
        if !is_sensitive_name(name) || value.is_empty() || value.starts_with("$brooklyn:") {
            return line.to_owned();
        }
        let before = &line[..line.len() - rest[1..].trim_start().len()];
        format!("{before}{}", mark(value))
    };
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_hidden_as_they_were_observed() {
        let given = json!({"a": 1, "secret.key": "abc", "list": [1, "two"]});
        let shown = json!({"a": 1, "secret.key": "<suppressed> (MD5 hash: 90015098)", "list": [1, "two"]});
        assert_eq!(suppress("wire.map", given), shown);
        assert_eq!(
            suppress("wire.password", json!("s3cret-wire")),
            json!("<suppressed> (MD5 hash: 5B736079)")
        );
        assert_eq!(
            suppress("wire.note", json!("user: bob\npassword: xyz")),
            json!("user: bob\npassword: <suppressed> (MD5 hash: D16FB36F)")
        );
        assert_eq!(suppress("x.password", json!("$brooklyn:external(1)")), json!("$brooklyn:external(1)"));
    }
}
