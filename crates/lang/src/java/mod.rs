//! JSON values as Java sees them. Brooklyn's blueprints rest on this: what `%s` prints, what counts as true, which
//! class an error names. Whole numbers are `Integer`, `Long` or `BigInteger` by their size, others `Double`.

mod decimal;
mod hash;

use serde_json::{Number, Value};

pub(crate) use decimal::Digits;
pub use hash::hash_code;

/// Whether it counts as true, as in Groovy: not nothing, not false, not 0, not empty.
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Number(n) => n.as_f64() != Some(0.0),
        Value::String(s) => !s.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// What `toString` gives.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => number_text(n),
        Value::String(s) => s.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{k}={}", text(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// What `toString` gives for a number: `1.0E10` for a large `Double`.
pub fn number_text(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => decimal::double_text(float),
        None => number.to_string(),
    }
}

/// A number in digits, never with an exponent, and without a point when it is whole.
pub fn plain_number(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => decimal::plain_text(float),
        None => number.to_string(),
    }
}

/// A number as templates print it: at most 16 digits behind the point.
pub(crate) fn computer_number(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => decimal::rounded_text(float, 16),
        None => number.to_string(),
    }
}

/// The class that Brooklyn's YAML reader makes of it.
pub fn class_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.List",
        Value::Object(_) => "java.util.Map",
        Value::Number(n) if n.is_f64() => "java.lang.Double",
        Value::Number(n) => match n.as_i64() {
            Some(n) if i32::try_from(n).is_ok() => "java.lang.Integer",
            Some(_) => "java.lang.Long",
            None => "java.math.BigInteger",
        },
    }
}

/// How long Java says that a text is: in units of UTF-16.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_nothing_zero_or_empty_is_not_true() {
        for (value, expected) in [
            (json!(null), false),
            (json!(false), false),
            (json!(true), true),
            (json!(0), false),
            (json!(0.0), false),
            (json!(-1), true),
            (json!(""), false),
            (json!("false"), true),
            (json!([]), false),
            (json!([0]), true),
            (json!({}), false),
            (json!({"a": null}), true),
        ] {
            assert_eq!(truthy(&value), expected, "{value}");
        }
    }

    #[test]
    fn values_print_as_in_java() {
        for (value, expected) in [
            (json!({"a": 1, "b": ["x", 2.5, null, true]}), "{a=1, b=[x, 2.5, null, true]}"),
            (json!(1e7), "1.0E7"),
            (json!(1_234_567.0), "1234567.0"),
            (json!(0.001), "0.001"),
            (json!(-0.00012), "-1.2E-4"),
            (json!(0.0), "0.0"),
            (json!(100), "100"),
        ] {
            assert_eq!(text(&value), expected);
        }
    }

    #[test]
    fn numbers_have_the_smallest_class_that_holds_them() {
        for (value, expected) in [
            (json!(1), "java.lang.Integer"),
            (json!(2_147_483_648_i64), "java.lang.Long"),
            (json!(u64::MAX), "java.math.BigInteger"),
            (json!(1.0), "java.lang.Double"),
        ] {
            assert_eq!(class_name(&value), expected, "{value}");
        }
    }
}
