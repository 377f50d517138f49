//! A list or map as one text.

use model::adjuncts::joiner::{
    JOIN_MAP_ENTRIES, KEY_VALUE_SEPARATOR, MAXIMUM, MINIMUM, QUOTE, SEPARATOR, TYPE,
};
use serde_json::Value;

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, publish, source_value};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    match source_value(desk, event)? {
        Some(value) => publish(desk, joined(desk, &value)?, event),
        None => Ok(()),
    }
}

fn joined(desk: &Desk<'_>, value: &Value) -> Result<Value, String> {
    let mut parts: Vec<String> = match value {
        Value::Null => return Ok(Value::Null),
        Value::Array(list) => list.iter().filter_map(plain).collect(),
        Value::Object(map) if desk.flag(&JOIN_MAP_ENTRIES)? => {
            let between = desk.given_text(&KEY_VALUE_SEPARATOR)?;
            map.iter().filter_map(|(k, v)| Some(format!("{k}{between}{}", plain(v)?))).collect()
        }
        Value::Object(map) => map.values().filter_map(plain).collect(),
        other => return Err(format!("{other} is neither a list nor a map: it cannot be joined")),
    };
    if let Some(most) = desk.whole(&MAXIMUM)?.and_then(|n| usize::try_from(n).ok()) {
        parts.truncate(most);
    }
    if desk.whole(&MINIMUM)?.is_some_and(|least| (parts.len() as i64) < least) {
        return Ok(Value::Null);
    }
    if desk.flag(&QUOTE)? {
        parts = parts.iter().map(|p| quoted(p)).collect();
    }
    Ok(parts.join(&desk.given_text(&SEPARATOR)?).into())
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// In double quotes, as bash reads them.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
