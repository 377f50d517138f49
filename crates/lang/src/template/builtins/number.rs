//! Built-ins of numbers and flags.

use serde_json::Value;

use super::{Answer, Builtin, Call};
use crate::template::operators::{describe, finite, text};

pub(super) const TABLE: &[(&str, Builtin)] = &[
    ("c", |c| match &c.value {
        Value::Number(_) | Value::Bool(_) => text(&c.value).map(Value::from),
        _ => Err(c.wrong("a number or a flag")),
    }),
    ("string", string),
    ("then", |c| match (&c.value, c.args) {
        (Value::Bool(flag), [yes, no]) => Ok(if *flag { yes } else { no }.clone()),
        (Value::Bool(_), _) => Err("it needs two values in brackets".into()),
        _ => Err(c.wrong("a flag")),
    }),
    // Half up, as in FreeMarker: -2.5 becomes -2.
    ("round", |c| whole((c.number()? + 0.5).floor())),
    ("floor", |c| whole(c.number()?.floor())),
    ("ceiling", |c| whole(c.number()?.ceil())),
    ("int", |c| whole(c.number()?.trunc())),
    ("long", |c| whole(c.number()?.trunc())),
    ("abs", |c| match c.value.as_i64().and_then(i64::checked_abs) {
        Some(whole) => Ok(whole.into()),
        None => Ok(finite(c.number()?.abs())?.into()),
    }),
    ("double", |c| Ok(finite(c.number()?)?.into())),
    ("is_number", |c| Ok(c.value.is_number().into())),
    ("is_string", |c| Ok(c.value.is_string().into())),
    ("is_boolean", |c| Ok(c.value.is_boolean().into())),
    ("is_sequence", |c| Ok(c.value.is_array().into())),
    ("is_enumerable", |c| Ok(c.value.is_array().into())),
    ("is_hash", |c| Ok(c.value.is_object().into())),
    ("is_hash_ex", |c| Ok(c.value.is_object().into())),
];

fn whole(number: f64) -> Answer {
    // Whole numbers up to here are exact; larger ones keep their digits as they are.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.abs() <= EXACT { Ok((number as i64).into()) } else { Ok(finite(number)?.into()) }
}

/// `flag?string("yes", "no")`, and values as texts. Formats such as "0.00" are refused.
fn string(c: &Call<'_>) -> Answer {
    match (&c.value, c.args) {
        (Value::Bool(flag), [yes, no]) => Ok(text(if *flag { yes } else { no })?.into()),
        (Value::Number(_), [Value::String(name)]) if name == "computer" || name == "c" => {
            text(&c.value).map(Value::from)
        }
        (Value::Number(_), [_]) => Err("formats of numbers are not supported".into()),
        (_, []) => Ok(text(&c.value)?.into()),
        (value, _) => Err(format!("{} takes no such values in brackets", describe(value))),
    }
}
