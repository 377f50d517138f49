//! What a line that cannot be read was about, as far as its text still tells.

use serde_json::Value;

/// Says for people what a change, sound or not, is about.
pub fn told(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let kind = text.trim_start_matches('{').trim_matches('"');
    let kind: String = kind.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    let field = |key: &str| shown(&text, key);
    let entity = field("entity").or_else(|| field("id"));
    let entity =
        entity.map_or_else(|| "of an entity that cannot be told".to_owned(), |e| format!("of entity {e}"));
    match kind.as_str() {
        "sensor_set" | "sensor_cleared" => {
            format!("sensor {} {entity} keeps its older value", field("name").unwrap_or_else(unknown))
        }
        "config_set" => {
            format!("config {} {entity} keeps its older value", field("key").unwrap_or_else(unknown))
        }
        "entity_added" => format!("entity {} is missing", field("id").unwrap_or_else(unknown)),
        "entity_removed" => format!("entity {} is still there", field("entity").unwrap_or_else(unknown)),
        "renamed" => format!("the name {entity} is the older one"),
        "bundle_put" => {
            format!("bundle {} is missing from the catalog", field("name").unwrap_or_else(unknown))
        }
        kind if kind.starts_with("task") || kind == "intent" || kind == "streams_recorded" => {
            format!(
                "task {} is shown as it was before",
                field("task").or_else(|| field("id")).unwrap_or_else(unknown)
            )
        }
        "write_done" => format!("write key {} is not known", field("key").unwrap_or_else(unknown)),
        "" => "what it changed cannot be told".to_owned(),
        other => format!("the change {other} {entity} is missing"),
    }
}

fn unknown() -> String {
    "(cannot be told)".to_owned()
}

/// The value of a key, from sound JSON or from what is left of it.
fn shown(text: &str, key: &str) -> Option<String> {
    if let Ok(Value::Object(map)) = serde_json::from_str::<Value>(text)
        && let Some(found) = map.values().next().and_then(|v| find(v, key))
    {
        return Some(found);
    }
    let (_, rest) = text.split_once(&format!("\"{key}\":\""))?;
    let (value, _) = rest.split_once('"')?;
    value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)).then(|| value.to_owned())
}

/// A key of the change itself, or of the one thing in it.
fn find(value: &Value, key: &str) -> Option<String> {
    let here = value.get(key).and_then(Value::as_str).map(str::to_owned);
    here.or_else(|| value.as_object()?.values().find_map(|v| v.get(key)?.as_str().map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_it_was_about_even_when_it_is_broken() {
        let sound = br#"{"sensor_set":{"entity":"e1","name":"port","value":5,"at":1}}"#;
        assert_eq!(told(sound), "sensor port of entity e1 keeps its older value");
        let broken = br#"{"sensor_set":{"entity":"e1","name":"port","value":5,"at":\x01}}"#;
        assert_eq!(told(broken), "sensor port of entity e1 keeps its older value");
        assert_eq!(told(br#"{"entity_added":{"entity":{"id":"e7","app":"e7"#), "entity e7 is missing");
        assert_eq!(told(b"\xff\xff"), "what it changed cannot be told");
    }
}
