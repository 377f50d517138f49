//! Values in the words that Java would use for them: what `text/plain` and display hints show.

use engine::Root;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

/// A value as Java's `toString` has it: texts bare, maps `{a=1, b=2}`, lists `[1, 2]`.
pub(in crate::http) fn java(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => nested(other),
    }
}

fn nested(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let parts: Vec<String> = map.iter().map(|(k, v)| format!("{k}={}", nested(v))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(nested).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// `running @ 1412003485617 / Mon Sep 29 15:11:25 UTC 2014`.
pub(in crate::http) fn transition(value: &Value) -> Option<String> {
    let state = engine::Lifecycle::from_value(value.get("state")?)?;
    let at = value.get("timestampUtc")?.as_u64()?;
    let time = Timestamp::from_millisecond(i64::try_from(at).ok()?).ok()?.to_zoned(TimeZone::UTC);
    Some(format!("{} @ {at} / {}", state.spoken(), time.strftime("%a %b %d %H:%M:%S UTC %Y")))
}

/// A value as display hints show it: an entity by its name.
pub(in crate::http) fn for_people(root: &Root, value: Value) -> Value {
    root.entity_in(&value).map_or(value, |entity| entity.name.as_str().into())
}

/// `3h 12m`: the two largest units of a length of time in milliseconds.
pub(in crate::http) fn duration(ms: u64) -> String {
    let secs = ms / 1000;
    let units = [(secs / 86_400, "d"), (secs / 3600 % 24, "h"), (secs / 60 % 60, "m"), (secs % 60, "s")];
    let parts: Vec<String> = units
        .iter()
        .skip_while(|(n, _)| *n == 0)
        .take(2)
        .filter(|(n, _)| *n > 0)
        .map(|(n, u)| format!("{n}{u}"))
        .collect();
    if parts.is_empty() { format!("{ms}ms") } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_as_java_writes_them() {
        assert_eq!(java(&json!({"a": 1, "b": ["x", null]})), "{a=1, b=[x, null]}");
        assert_eq!(java(&json!("up \"1\"")), "up \"1\"");
        assert_eq!(
            transition(&json!({"state": "RUNNING", "timestampUtc": 1_412_003_485_617_u64})).unwrap(),
            "running @ 1412003485617 / Mon Sep 29 15:11:25 UTC 2014"
        );
        assert_eq!(duration(11_523_000), "3h 12m");
        assert_eq!(duration(20), "20ms");
    }
}
