//! Built-ins of lists and maps.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Answer, Builtin, Call};
use crate::template::budget::text_fits;
use crate::template::operators::{equal, text};

pub(super) const TABLE: &[(&str, Builtin)] = &[
    ("size", |c| match &c.value {
        Value::Array(items) => Ok(items.len().into()),
        Value::Object(map) => Ok(map.len().into()),
        _ => Err(c.wrong("a list or a map")),
    }),
    ("first", |c| Ok(c.list()?.first().cloned().unwrap_or(Value::Null))),
    ("last", |c| Ok(c.list()?.last().cloned().unwrap_or(Value::Null))),
    ("join", join),
    ("seq_contains", |c| Ok(place(c)?.is_some().into())),
    ("seq_index_of", |c| Ok(place(c)?.map_or(Value::from(-1), Value::from))),
    ("reverse", |c| Ok(c.list()?.iter().rev().cloned().collect())),
    ("sort", |c| sorted(c, Some)),
    ("sort_by", |c| {
        let key = c.arg(0)?;
        sorted(c, |item| item.get(&key))
    }),
    ("min", |c| extreme(c, Ordering::Less)),
    ("max", |c| extreme(c, Ordering::Greater)),
    ("keys", |c| match &c.value {
        Value::Object(map) => Ok(map.keys().cloned().map(Value::from).collect()),
        _ => Err(c.wrong("a map")),
    }),
    ("values", |c| match &c.value {
        Value::Object(map) => Ok(map.values().cloned().collect()),
        _ => Err(c.wrong("a map")),
    }),
];

/// With a separator; what stands for an empty list, and what comes behind one that is not, may follow it.
fn join(c: &Call<'_>) -> Answer {
    let (items, separator) = (c.list()?, c.arg(0)?);
    if items.is_empty() {
        return Ok(c.arg_or(1, "")?.into());
    }
    let mut out = String::new();
    for (i, item) in items.iter().filter(|item| !item.is_null()).enumerate() {
        if i > 0 {
            out.push_str(&separator);
        }
        out.push_str(&text(item)?);
        text_fits(out.len())?;
    }
    Ok((out + &c.arg_or(2, "")?).into())
}

/// Where the argument is in the list. What is of another type is not it.
fn place(c: &Call<'_>) -> Result<Option<usize>, String> {
    let wanted = c.args.first().ok_or("it needs a value in brackets")?;
    Ok(c.list()?.iter().position(|item| equal(item, wanted) == Ok(true)))
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        // As people sort: capitals do not matter unless all else is equal.
        (Value::String(a), Value::String(b)) => {
            Some(a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| b.cmp(a)))
        }
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn sorted<'v>(c: &'v Call<'_>, key: impl Fn(&'v Value) -> Option<&'v Value>) -> Answer {
    let mut keyed: Vec<(&Value, &Value)> = Vec::new();
    for item in c.list()? {
        let key = key(item).ok_or("an element has no such key")?;
        if keyed.first().is_some_and(|(first, _)| order(first, key).is_none()) || order(key, key).is_none() {
            return Err("the elements are not all texts, all numbers or all flags".into());
        }
        keyed.push((key, item));
    }
    keyed.sort_by(|(a, _), (b, _)| order(a, b).unwrap_or(Ordering::Equal));
    Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect())
}

fn extreme(c: &Call<'_>, wanted: Ordering) -> Answer {
    let mut best: Option<&Value> = None;
    for item in c.list()? {
        if !item.is_number() {
            return Err("the elements are not all numbers".into());
        }
        if best.is_none_or(|best| order(item, best) == Some(wanted)) {
            best = Some(item);
        }
    }
    Ok(best.cloned().unwrap_or(Value::Null))
}
