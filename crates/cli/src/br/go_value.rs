//! Values as Go prints them, and as Go writes JSON: the stock shows both.

use std::fmt::Write;

use serde_json::Value;

/// As `%v` prints it: `map[a:1 b:[true <nil>]]`.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => number(n.as_f64().unwrap_or(f64::NAN), 6),
        Value::String(s) => s.clone(),
        Value::Array(all) => format!("[{}]", all.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(all) => {
            let pairs: Vec<String> =
                all.iter().map(|(key, value)| format!("{key}:{}", plain(value))).collect();
            format!("map[{}]", pairs.join(" "))
        }
    }
}

/// A value for people: text as it is, everything else as JSON.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => json(other),
    }
}

/// As Go writes JSON: what could be read as HTML is escaped, numbers are all of one kind.
pub(super) fn json(value: &Value) -> String {
    match value {
        Value::Number(n) => number(n.as_f64().unwrap_or(f64::NAN), 21),
        Value::String(s) => text(s),
        Value::Array(all) => format!("[{}]", all.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Object(all) => {
            let pairs: Vec<String> =
                all.iter().map(|(key, value)| format!("{}:{}", text(key), json(value))).collect();
            format!("{{{}}}", pairs.join(","))
        }
        other => other.to_string(),
    }
}

/// The shortest digits that give the number back; with an exponent from this one on, and below -4 (-6 in JSON).
fn number(n: f64, from: i32) -> String {
    let scientific = format!("{n:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let below = if from > 6 { -6 } else { -4 };
    if n != 0.0 && (exponent >= from || exponent < below) {
        let sign = if exponent < 0 { '-' } else { '+' };
        let width = if from > 6 && exponent < 0 { 1 } else { 2 };
        format!("{digits}e{sign}{:0width$}", exponent.abs())
    } else {
        format!("{n}")
    }
}

fn text(s: &str) -> String {
    let mut out = String::new();
    for c in Value::from(s).to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_look_as_the_stock_prints_them() {
        let value = json!({ "x": 1, "y": [true, null, 1.5, 1_234_567, 1e21, 100_000, 1e-5, 0.001, -2] });
        assert_eq!(plain(&value), "map[x:1 y:[true <nil> 1.5 1.234567e+06 1e+21 100000 1e-05 0.001 -2]]");
        assert_eq!(shown(&value), r#"{"x":1,"y":[true,null,1.5,1234567,1e+21,100000,0.00001,0.001,-2]}"#);
        assert_eq!(shown(&json!(1e-7)), "1e-7");
        assert_eq!(shown(&json!("a <b>")), "a <b>");
        assert_eq!(shown(&json!(["a <b> & \"c\""])), r#"["a \u003cb\u003e \u0026 \"c\""]"#);
        assert_eq!(shown(&Value::Null), "null");
    }
}
