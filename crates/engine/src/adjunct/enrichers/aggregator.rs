//! One value out of a sensor of many entities.

use base::EntityId;
use model::adjuncts::aggregator::{EXCLUDE_BLANK, QUORUM, QUORUM_SIZE, TRANSFORMATION, TYPE, VALUE_FILTER};
use model::adjuncts::enricher::{DEFAULT_MEMBER_VALUE, SOURCE, TARGET};
use serde_json::Value;

use super::super::function::Function;
use super::super::{Act, Desk, Event, Subject};
use super::many::Many;
use super::one_to_one::{number, publish};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// How many values become one.
enum How<'d> {
    Function(Function<'d>),
    Average,
    Sum,
    Min,
    Max,
    IsQuorate,
    List,
    First,
}

const NAMES: [(&str, How<'static>); 7] = [
    ("average", How::Average),
    ("sum", How::Sum),
    ("min", How::Min),
    ("max", How::Max),
    ("isquorate", How::IsQuorate),
    ("list", How::List),
    ("first", How::First),
];

fn how<'d>(desk: &Desk<'d>) -> Result<How<'d>, String> {
    if let Some(function) = desk.function(&TRANSFORMATION)? {
        return Ok(How::Function(function));
    }
    let given = desk.value(&TRANSFORMATION)?;
    let word = given.as_str().unwrap_or_default().to_ascii_lowercase().replace(['-', '_'], "");
    let found = NAMES.into_iter().find(|(name, _)| *name == word).map(|(_, how)| how);
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
            let told = values.iter().filter(|v| !v.is_null()).count();
            desk.is_quorate(&QUORUM, well, told.max(least))?.into()
        }
        How::Function(function) => desk.applied(&TRANSFORMATION, &function, Value::Array(values))?,
        How::List => Value::Array(values),
        How::First => values.into_iter().next().unwrap_or_default(),
    };
    publish(desk, value, event)
}

/// The values that count, in the order of their entities: nothing where one is not set and has no default.
fn values(desk: &Desk<'_>) -> Result<Vec<Value>, String> {
    let (source, blank) = (desk.must_sensor(&SOURCE)?, desk.flag(&EXCLUDE_BLANK)?);
    let default = desk.value(&DEFAULT_MEMBER_VALUE)?;
    let mut values = Vec::new();
    for entity in Many::read(desk)?.entities(desk)? {
        let value = entity.sensor(&source).filter(|v| !v.is_null()).unwrap_or(&default);
        let is_blank = value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty());
        if !(blank && is_blank) && passes(desk, &entity.id, value)? {
            values.push(value.clone());
        }
    }
    Ok(values)
}

/// Whether a value passes the filter: a condition, or one of Brooklyn's words for a predicate.
fn passes(desk: &Desk<'_>, entity: &EntityId, value: &Value) -> Result<bool, String> {
    if !desk.is_set(&VALUE_FILTER) {
        return Ok(true);
    }
    Ok(match desk.value_now(&VALUE_FILTER)?.as_str() {
        Some("alwaysTrue") => true,
        Some("alwaysFalse") => false,
        Some("isNull") => value.is_null(),
        Some("notNull") => !value.is_null(),
        _ => desk.fulfils(&VALUE_FILTER, entity, Some(value))?,
    })
}
