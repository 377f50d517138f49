//! `hashCode`, which `%h` prints.

use serde_json::Value;

/// Java's hash of a value.
pub fn hash_code(value: &Value) -> i32 {
    match value {
        Value::Null => 0,
        Value::Bool(b) => {
            if *b {
                1231
            } else {
                1237
            }
        }
        Value::String(s) => text(s),
        Value::Array(items) => {
            items.iter().fold(1, |h: i32, item| h.wrapping_mul(31).wrapping_add(hash_code(item)))
        }
        Value::Object(map) => map.iter().fold(0, |h: i32, (k, v)| h.wrapping_add(text(k) ^ hash_code(v))),
        Value::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(n), _) => i32::try_from(n).unwrap_or_else(|_| folded(n as u64)),
            (None, Some(n)) => ((n >> 32) as i32).wrapping_mul(31).wrapping_add(n as i32),
            (None, None) => folded(n.as_f64().unwrap_or(0.0).to_bits()),
        },
    }
}

fn folded(bits: u64) -> i32 {
    (bits ^ (bits >> 32)) as i32
}

fn text(text: &str) -> i32 {
    text.encode_utf16().fold(0, |h: i32, unit| h.wrapping_mul(31).wrapping_add(i32::from(unit)))
}
