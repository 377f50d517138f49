//! Equality and order across types: what a YAML author writes is rarely of the type that a sensor has.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::natural;
use crate::java;

/// Whether two values are equal, a text also to the number or flag that it says.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::String(s), Value::Number(n)) | (Value::Number(n), Value::String(s)) => {
            number_of(s).is_some_and(|s| same_number(&s, n))
        }
        (Value::String(s), Value::Bool(flag)) | (Value::Bool(flag), Value::String(s)) => {
            matches!(
                (s.to_ascii_lowercase().as_str(), flag),
                ("true" | "yes" | "t" | "y", true) | ("false" | "no" | "f" | "n", false)
            )
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => same(a, b),
    }
}

/// Equal as Java's collections have it: of the same type within, numbers by their value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}

fn same_number(a: &Number, b: &Number) -> bool {
    numbers(a, b) == Some(Ordering::Equal)
}

fn numbers(a: &Number, b: &Number) -> Option<Ordering> {
    let whole = |n: &Number| n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn number_of(text: &str) -> Option<Number> {
    let text = text.trim();
    let float = || text.parse().ok().and_then(Number::from_f64);
    text.parse::<i64>().map(Number::from).ok().or_else(float)
}

/// The order of two values; nothing when they have none. As on Brooklyn, null is equal to everything.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if a.is_null() || b.is_null() || same(a, b) {
        return Some(Ordering::Equal);
    }
    let number = |v: &Value| match v {
        Value::Number(n) => Some(n.clone()),
        Value::String(s) => number_of(s),
        _ => None,
    };
    if let (true, Some(a), Some(b)) = (a.is_number() || b.is_number(), number(a), number(b)) {
        return numbers(&a, &b);
    }
    Some(natural::compare(&scalar_text(a)?, &scalar_text(b)?))
}

/// What patterns see of a scalar: numbers without an exponent.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(java::plain_number(n)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
