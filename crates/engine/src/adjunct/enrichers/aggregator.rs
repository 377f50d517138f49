//! One value out of a sensor of many entities.

use model::adjuncts::aggregator::{EXCLUDE_BLANK, QUORUM, QUORUM_SIZE, TRANSFORMATION, TYPE, VALUE_FILTER};
use model::adjuncts::enricher::{DEFAULT_MEMBER_VALUE, SOURCE, TARGET};
use serde_json::Value;

use super::super::{Act, Desk, Event, Subject};
use super::many::Many;
use super::one_to_one::{number, publish};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// How many values become one.
#[derive(Clone, Copy)]
enum How {
    Average,
    Sum,
    Min,
    Max,
    IsQuorate,
    List,
    First,
}

const NAMES: [(&str, How); 7] = [
    ("average", How::Average),
    ("sum", How::Sum),
    ("min", How::Min),
    ("max", How::Max),
    ("isquorate", How::IsQuorate),
    ("list", How::List),
    ("first", How::First),
];

fn how(desk: &Desk<'_>) -> Result<How, String> {
    let given = desk.value(&TRANSFORMATION)?;
    let word = given.as_str().unwrap_or_default().to_ascii_lowercase().replace(['-', '_'], "");
    let found = NAMES.iter().find(|(name, _)| *name == word).map(|(_, how)| *how);
    found.ok_or_else(|| {
        format!(
            "there is no transformation {given}: average, sum, min, max, isQuorate, list and first are known"
        )
    })
}

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    how(desk)?;
    desk.must_sensor(&TARGET)?;
    Ok(Many::read(desk)?.subjects(&[desk.must_sensor(&SOURCE)?]))
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let values = values(desk)?;
    let numbers = || values.iter().filter_map(number);
    let some = |n: f64| if numbers().next().is_some() { n.into() } else { Value::Null };
    let value = match how(desk)? {
        How::Average => some(numbers().sum::<f64>() / numbers().count() as f64),
        How::Sum => some(numbers().sum()),
        How::Min => some(numbers().fold(f64::INFINITY, f64::min)),
        How::Max => some(numbers().fold(f64::NEG_INFINITY, f64::max)),
        How::IsQuorate => {
            let least = usize::try_from(desk.whole(&QUORUM_SIZE)?.unwrap_or(1)).unwrap_or(0);
            let well = values.iter().filter(|v| **v == Value::Bool(true)).count();
            desk.is_quorate(&QUORUM, well, values.len().max(least))?.into()
        }
        How::List => Value::Array(values),
        How::First => values.into_iter().next().unwrap_or_default(),
    };
    publish(desk, value, event)
}

/// The values that count, in the order of their entities. One that is not set counts as the default, if any.
fn values(desk: &Desk<'_>) -> Result<Vec<Value>, String> {
    let (source, blank) = (desk.must_sensor(&SOURCE)?, desk.flag(&EXCLUDE_BLANK)?);
    let default = desk.value(&DEFAULT_MEMBER_VALUE)?;
    let filtered = desk.is_set(&VALUE_FILTER);
    let mut values = Vec::new();
    for entity in Many::read(desk)?.entities(desk)? {
        let value = entity.sensor(&source).unwrap_or(&default);
        if value.is_null() || blank && value.as_str().is_some_and(|t| t.trim().is_empty()) {
            continue;
        }
        if !filtered || desk.fulfils(&VALUE_FILTER, &entity.id, Some(value))? {
            values.push(value.clone());
        }
    }
    Ok(values)
}
