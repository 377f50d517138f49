//! A BOM with one location in it, written as people write it: its text is shown wherever the location is.

use std::fmt::Write;

use api::location::NewLocation;
use base::Version;
use serde_json::Value;

/// The BOM that defines a location.
pub(in crate::http) fn location_bom(given: &NewLocation) -> String {
    let name = Value::from(given.name.as_str());
    let mut out = format!(
        "brooklyn.catalog:\n  bundle: {name}\n  version: {}\n  items:\n  - id: {name}\n    itemType: location\n    item:\n",
        Version::UNSAID
    );
    // Writing to a text cannot fail.
    let _ = writeln!(out, "      type: {}", scalar(&Value::from(given.spec.as_str())));
    if !given.config.is_empty() {
        out.push_str("      brooklyn.config:\n");
    }
    for (key, value) in &given.config {
        let _ = writeln!(out, "        {}: {}", scalar(&Value::from(key.as_str())), scalar(value));
    }
    out
}

/// A value in one line. JSON is YAML, too.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text means itself without quotes: it begins like a word, has nothing that YAML reads, and is no word of it.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with([':', ' '])
        && !text.contains(": ")
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " -_./:()=\",@+".contains(c))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_given_is_read_back_and_plain_where_it_can_be() {
        let config =
            json!({"region": "eu", "n": 5, "s": "5", "t": "a: b", "m": {"x": [1]}, "y": "no", "w": "b c"});
        let given: NewLocation = serde_json::from_value(
            json!({"name": "a-b", "spec": "byon:(hosts=\"127.0.0.1\")", "config": config}),
        )
        .unwrap();
        let bom = location_bom(&given);
        assert!(bom.contains("      type: byon:(hosts=\"127.0.0.1\")\n      brooklyn.config:\n"), "{bom}");
        assert!(bom.contains("        region: eu\n") && bom.contains("        s: \"5\"\n"), "{bom}");
        let (document, problems) = lang::yaml::parse("bom", &bom, &lang::yaml::Limits::BLUEPRINT);
        assert!(problems.is_empty(), "{problems:?}");
        let document = document.unwrap();
        let items = document.get("brooklyn.catalog").and_then(|c| c.get("items")).and_then(|i| i.as_seq());
        let item = items.unwrap()[0].get("item").unwrap();
        assert_eq!(item.get("type").and_then(|t| t.as_str()), Some(given.spec.as_str()));
        let read = item.get("brooklyn.config").unwrap();
        for (key, text) in [("region", "eu"), ("s", "5"), ("t", "a: b"), ("y", "no"), ("w", "b c")] {
            assert_eq!(read.get(key).and_then(|v| v.as_str()), Some(text), "{bom}");
        }
        assert_eq!(read.get("n").unwrap().describe(), "the number 5", "{bom}");
        assert_eq!(read.get("m").and_then(|m| m.get("x")).and_then(|x| x.as_seq()).map(<[_]>::len), Some(1));
    }
}
