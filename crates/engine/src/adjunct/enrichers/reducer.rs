//! Several sensors of one entity, joined or formatted to one text.

use model::adjuncts::enricher::{PRODUCER, TARGET};
use model::adjuncts::reducer::{FUNCTION, PARAMETERS, SOURCES, TYPE};
use serde_json::Value;

use super::super::{Act, Desk, Event, Subject, settings};
use super::one_to_one::publish;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let (producer, names) = (desk.entity_of(&PRODUCER)?, desk.sensor_names(&SOURCES)?);
    desk.must_sensor(&TARGET)?;
    if names.is_empty() {
        return Err(settings::missing(&SOURCES));
    }
    match desk.must_text(&FUNCTION)?.as_str() {
        "joiner" | "formatString" => {}
        other => return Err(format!("there is no function '{other}': joiner and formatString are known")),
    }
    Ok(names.into_iter().map(|name| Subject::sensor(&producer, name)).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let producer = desk.draft.entity(&desk.entity_of(&PRODUCER)?);
    let value = |name: &String| producer.as_ref().and_then(|e| e.sensor(name)).cloned().unwrap_or_default();
    let values: Vec<Value> = desk.sensor_names(&SOURCES)?.iter().map(value).collect();
    if matches!(event, Event::Begun(_)) && values.iter().all(Value::is_null) {
        return Ok(());
    }
    let parameters = desk.value(&PARAMETERS)?;
    let parameter = |name: &str| parameters.get(name).and_then(Value::as_str);
    let text = if desk.must_text(&FUNCTION)? == "joiner" {
        let parts: Vec<String> = values.iter().filter(|v| !v.is_null()).map(settings::shown).collect();
        parts.join(parameter("separator").unwrap_or(", "))
    } else {
        let pattern = parameter("format").ok_or("formatString needs the parameter 'format'")?;
        settings::formatted(pattern, &values)?
    };
    publish(desk, text.into(), event)
}
