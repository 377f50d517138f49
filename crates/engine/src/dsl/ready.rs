//! `attributeWhenReady`: a sensor's value, or what to wait for (`brooklyn-blueprints.md` 2.4).

use base::Span;
use model::config::{Awaited, Patience, Unresolved, resolve};
use model::{Coerced, ConfigValue, ValueType};
use serde_json::{Map, Value};

use super::{Eval, fail};
use crate::entity::Entity;

/// The options, as they are written without underscores.
const OPTIONS: [&str; 7] = [
    "timeout",
    "timeout_if_down",
    "timeout_if_down_initial",
    "timeout_if_on_fire",
    "timeout_if_on_fire_initial",
    "abort_if_on_fire",
    "wait_for_truthy",
];

/// A sensor's value when it is ready: not nothing, not false, not 0, not empty.
pub(super) fn when_ready(entity: &Entity, sensor: &str, options: Option<&Value>) -> Eval {
    let value = entity.sensor(sensor);
    if let Some(value) = value.filter(|v| lang::java::truthy(v)) {
        return Ok(value.clone());
    }
    match patience(options)? {
        None => Ok(value.cloned().unwrap_or(Value::Null)),
        Some(patience) => not_ready(entity, sensor, patience),
    }
}

/// The same, waited for whatever becomes of the entity.
pub(super) fn when_ready_even_on_fire(entity: &Entity, sensor: &str) -> Eval {
    match entity.sensor(sensor).filter(|v| lang::java::truthy(v)) {
        Some(value) => Ok(value.clone()),
        None => not_ready(
            entity,
            sensor,
            Patience { if_on_fire: None, if_on_fire_initial: None, ..Patience::default() },
        ),
    }
}

fn not_ready(entity: &Entity, sensor: &str, patience: Patience) -> Eval {
    let awaited = Awaited { entity: entity.id.clone(), sensor: sensor.to_owned(), patience };
    Err(Unresolved::NotReady(Box::new(awaited)))
}

/// How long to wait; `None`: not at all, the value is taken as it is.
fn patience(options: Option<&Value>) -> Eval<Option<Patience>> {
    let mut patience = Patience::default();
    let Some(Value::Object(given)) = options else { return Ok(Some(patience)) };
    let options = Options::read(given)?;
    if options.flag("wait_for_truthy")? == Some(false) {
        return Ok(None);
    }
    options.limit("timeout", &mut patience.timeout)?;
    for slot in [&mut patience.if_down, &mut patience.if_down_initial] {
        options.limit("timeout_if_down", slot)?;
    }
    for slot in [&mut patience.if_on_fire, &mut patience.if_on_fire_initial] {
        if options.flag("abort_if_on_fire")? == Some(false) {
            *slot = None;
        }
        options.limit("timeout_if_on_fire", slot)?;
    }
    options.limit("timeout_if_down_initial", &mut patience.if_down_initial)?;
    options.limit("timeout_if_on_fire_initial", &mut patience.if_on_fire_initial)?;
    Ok(Some(patience))
}

/// Options by their names; `timeoutIfDown` and `timeout-if-down` are written as well.
struct Options(Map<String, Value>);

impl Options {
    fn read(given: &Map<String, Value>) -> Eval<Self> {
        let plain = |s: &str| s.replace(['_', '-'], "").to_ascii_lowercase();
        let mut options = Map::new();
        for (name, value) in given {
            let Some(known) = OPTIONS.iter().find(|o| plain(o) == plain(name)) else {
                let all = OPTIONS.join(", ");
                return fail(format!("attributeWhenReady has no option '{name}'; it has {all}"));
            };
            options.insert((*known).to_owned(), value.clone());
        }
        Ok(Self(options))
    }

    fn coerced(&self, name: &str, value_type: ValueType) -> Eval<Option<Coerced>> {
        let Some(value) = self.0.get(name).filter(|v| !v.is_null()) else { return Ok(None) };
        match resolve(name, value_type, &ConfigValue::new(value.clone())) {
            Ok(value) => Ok(Some(value)),
            Err(e) => fail(format!("option {name} of attributeWhenReady: {e}")),
        }
    }

    fn flag(&self, name: &str) -> Eval<Option<bool>> {
        let value = self.coerced(name, ValueType::Bool)?;
        Ok(value.map(|v| v == Coerced::Bool(true)))
    }

    /// Takes a length of time, if the option is given; `None` is for ever.
    fn limit(&self, name: &str, slot: &mut Option<Span>) -> Eval<()> {
        if let Some(Coerced::Duration(span)) = self.coerced(name, ValueType::Duration)? {
            *slot = span.filter(|s| *s != Span::FOREVER);
        }
        Ok(())
    }
}
