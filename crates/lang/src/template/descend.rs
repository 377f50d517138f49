//! Steps into a value: keys, places, slices.

use std::ops::Range;

use serde_json::Value;

use super::budget::BYTES_PER_STEP;
use super::operators::describe;

/// One step.
pub(super) enum Step {
    Key(String),
    Index(i64),
    /// From one place up to before another, or to the end.
    Slice(i64, Option<i64>),
    /// From one place, so many, or as many as there are.
    Take(i64, i64),
}

/// Where the steps led, and what they cost.
pub(super) struct Descent {
    pub(super) value: Option<Value>,
    pub(super) cost: usize,
}

/// What the steps lead to; only that is copied. Nothing, where a key or a place is not there.
pub(super) fn descend(value: &Value, steps: &[Step]) -> Result<Descent, String> {
    let mut value = value;
    for (i, step) in steps.iter().enumerate() {
        let next = match (step, value) {
            (_, Value::Null) => None,
            (Step::Key(key), Value::Object(map)) => map.get(key),
            (Step::Index(index), Value::Array(items)) => {
                usize::try_from(*index).ok().and_then(|i| items.get(i))
            }
            (Step::Slice(..) | Step::Take(..), Value::Array(items)) => {
                let range = range(items.len(), step)?;
                return made(Value::Array(items[range].to_vec()), 1, &steps[i + 1..]);
            }
            (Step::Index(_) | Step::Slice(..) | Step::Take(..), Value::String(text)) => {
                let cost = 1 + text.len() / BYTES_PER_STEP;
                return match part(text, step)? {
                    Some(part) => made(part.into(), cost, &steps[i + 1..]),
                    None => Ok(Descent { value: None, cost }),
                };
            }
            (Step::Key(_), other) => return Err(format!("{} has no keys", describe(other))),
            (_, other) => return Err(format!("{} has no elements", describe(other))),
        };
        match next {
            Some(next) => value = next,
            None => return Ok(Descent { value: None, cost: i }),
        }
    }
    let value = Some(value).filter(|value| !value.is_null()).cloned();
    Ok(Descent { value, cost: steps.len() })
}

/// The rest of the steps, in a value that was made on the way.
fn made(value: Value, cost: usize, steps: &[Step]) -> Result<Descent, String> {
    let rest = descend(&value, steps)?;
    Ok(Descent { cost: rest.cost + cost, ..rest })
}

/// Characters of a text.
fn part(text: &str, step: &Step) -> Result<Option<String>, String> {
    let chars: Vec<char> = text.chars().collect();
    Ok(match step {
        Step::Key(_) => None,
        Step::Index(index) => usize::try_from(*index).ok().and_then(|i| chars.get(i)).map(char::to_string),
        Step::Slice(..) | Step::Take(..) => Some(chars[range(chars.len(), step)?].iter().collect()),
    })
}

/// Which elements a slice names.
fn range(len: usize, step: &Step) -> Result<Range<usize>, String> {
    let (from, to) = match step {
        Step::Slice(from, to) => (*from, *to),
        Step::Take(from, count) => (*from, Some(from.saturating_add(*count).min(len as i64))),
        Step::Key(_) | Step::Index(_) => (0, Some(0)),
    };
    let bound = |n: i64| usize::try_from(n).ok().filter(|n| *n <= len);
    match (bound(from), to.map_or(Some(len), bound)) {
        (Some(from), Some(to)) if from <= to => Ok(from..to),
        _ => Err(format!("the range is not within the {len} elements")),
    }
}
