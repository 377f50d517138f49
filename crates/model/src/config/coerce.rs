//! From the value that was given to the type that is wanted (`brooklyn-blueprints.md` appendix B).

use base::Span;
use base::secret::is_sensitive_name;
use serde_json::Value;

use super::ConfigError;
use crate::value::{Coerced, EnumDef, ValueType};
use crate::yaml_value::parse_value;

/// Longer texts are cut in errors, in characters.
const SHOWN_CHARS_MAX: usize = 80;

pub(super) fn coerce(key: &str, value_type: ValueType, given: &Value) -> Result<Coerced, ConfigError> {
    if given.is_null() {
        return Ok(Coerced::Null);
    }
    let coerced = match value_type {
        ValueType::Any => Ok(Coerced::Any(given.clone())),
        ValueType::Text => text(given),
        ValueType::Bool => flag(given),
        ValueType::Int => whole(given, i64::from(i32::MIN), i64::from(i32::MAX)),
        ValueType::Long => whole(given, i64::MIN, i64::MAX),
        ValueType::Double => number(given),
        ValueType::Duration => duration(given),
        ValueType::Port => crate::ports::PortRange::of(given).map(Coerced::Ports).map_err(|e| e.to_string()),
        ValueType::Map => map(given),
        ValueType::List => Ok(Coerced::List(list(given))),
        ValueType::Enum(def) => constant(given, def),
    };
    coerced.map_err(|why| ConfigError::Coercion {
        key: key.to_owned(),
        given: describe(key, given),
        wanted: match value_type {
            ValueType::Enum(def) => def.java_type,
            other => other.java_type(),
        },
        why: if is_sensitive_name(key) { adapting_failed() } else { why },
    })
}

type Try = Result<Coerced, String>;

fn adapting_failed() -> String {
    "adapting failed".to_owned()
}

fn describe(key: &str, given: &Value) -> String {
    let (kind, shown) = match given {
        Value::Null => ("null", String::new()),
        Value::Bool(b) => ("Boolean", b.to_string()),
        Value::Number(n) if n.is_f64() => ("Double", n.to_string()),
        Value::Number(n) if n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
            ("Integer", n.to_string())
        }
        Value::Number(n) => ("Long", n.to_string()),
        Value::String(s) => ("String", s.clone()),
        // What is in a collection may be secret under a name of its own.
        Value::Array(_) => ("List", String::new()),
        Value::Object(_) => ("Map", String::new()),
    };
    if shown.is_empty() && !given.is_string() || is_sensitive_name(key) {
        return kind.to_owned();
    }
    let cut: String = shown.chars().take(SHOWN_CHARS_MAX).collect();
    let dots = if cut.len() < shown.len() { "..." } else { "" };
    format!("{kind} \"{cut}{dots}\"")
}

fn text(given: &Value) -> Try {
    match given {
        Value::String(s) => Ok(Coerced::Text(s.clone())),
        Value::Number(n) => Ok(Coerced::Text(n.to_string())),
        Value::Bool(b) => Ok(Coerced::Text(b.to_string())),
        _ => Err(adapting_failed()),
    }
}

fn flag(given: &Value) -> Try {
    match given {
        Value::Bool(b) => Ok(Coerced::Bool(*b)),
        Value::String(s) => match s.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "t" | "y" => Ok(Coerced::Bool(true)),
            "false" | "no" | "f" | "n" => Ok(Coerced::Bool(false)),
            _ => Err(adapting_failed()),
        },
        _ => Err(adapting_failed()),
    }
}

fn whole(given: &Value, min: i64, max: i64) -> Try {
    let n = match given {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().and_then(exact)),
        Value::String(s) => s.trim().parse().ok().or_else(|| s.trim().parse().ok().and_then(exact)),
        _ => None,
    };
    n.filter(|n| (min..=max).contains(n)).map(Coerced::Int).ok_or_else(adapting_failed)
}

/// A whole number that stands as one with a point (`8.0`). Beyond 2^53 such a number is not exact.
fn exact(n: f64) -> Option<i64> {
    (n.fract() == 0.0 && n.abs() <= 9_007_199_254_740_992.0).then_some(n as i64)
}

fn number(given: &Value) -> Try {
    let n = match given {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    };
    n.filter(|n: &f64| n.is_finite()).map(Coerced::Double).ok_or_else(adapting_failed)
}

fn duration(given: &Value) -> Try {
    match given {
        Value::Bool(false) => Ok(Coerced::Duration(None)),
        Value::Number(n) => match n.as_f64() {
            Some(ms) if ms < 0.0 => Ok(Coerced::Duration(None)),
            // Beyond 1e14 milliseconds nothing ends; the product must fit.
            Some(ms) if ms <= 1e14 => Ok(Coerced::Duration(Some(Span((ms * 1000.0).round() as u64)))),
            _ => Err(adapting_failed()),
        },
        Value::String(s) => match s.trim().to_ascii_lowercase().as_str() {
            "never" | "off" | "false" | "-1" => Ok(Coerced::Duration(None)),
            "forever" | "practically_forever" => Ok(Coerced::Duration(Some(Span::FOREVER))),
            text => text
                .parse()
                .map(|span| Coerced::Duration(Some(span)))
                .map_err(|e: base::time::BadSpan| e.to_string()),
        },
        _ => Err(adapting_failed()),
    }
}

fn constant(given: &Value, def: &EnumDef) -> Try {
    let plain = |s: &str| {
        s.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect::<String>().to_ascii_lowercase()
    };
    let wanted = given.as_str().map(plain).ok_or_else(adapting_failed)?;
    match def.constants.iter().find(|c| plain(c) == wanted) {
        Some(constant) => Ok(Coerced::Text((*constant).to_owned())),
        None => Err(format!("expected one of {}", def.constants.join(", "))),
    }
}

fn map(given: &Value) -> Try {
    match given {
        Value::Object(map) => Ok(Coerced::Map(map.clone())),
        Value::String(s) if s.trim().is_empty() => Ok(Coerced::Map(serde_json::Map::new())),
        // `a: 1, b: 2` may stand without its braces.
        Value::String(s) => {
            match parse_value(s).filter(Value::is_object).or_else(|| parse_value(&format!("{{{s}}}"))) {
                Some(Value::Object(map)) => Ok(Coerced::Map(map)),
                _ => Err(adapting_failed()),
            }
        }
        _ => Err(adapting_failed()),
    }
}

fn list(given: &Value) -> Vec<Value> {
    match given {
        Value::Array(items) => items.clone(),
        Value::String(s) => match parse_value(s) {
            Some(Value::Array(items)) => items,
            _ => s.split(',').map(str::trim).filter(|i| !i.is_empty()).map(Value::from).collect(),
        },
        one => vec![one.clone()],
    }
}
