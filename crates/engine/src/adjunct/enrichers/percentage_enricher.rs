//! One sensor as a part of another, from 0 to 1.

use model::adjuncts::enricher::{PRODUCER, SUPPRESS_DUPLICATES, TARGET};
use model::adjuncts::percentage_enricher::{CURRENT, TOTAL, TYPE};

use super::super::{Act, Desk, Event, Subject};
use super::one_to_one::number;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let (producer, target) = (desk.entity_of(&PRODUCER)?, desk.must_sensor(&TARGET)?);
    let sources = [desk.must_sensor(&CURRENT)?, desk.must_sensor(&TOTAL)?];
    if producer == *desk.id() && sources.contains(&target) {
        return Err(format!("it would set '{target}', which it reads: choose another targetSensor"));
    }
    Ok(sources.into_iter().map(|name| Subject::sensor(&producer, name)).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let producer = desk.draft.entity(&desk.entity_of(&PRODUCER)?);
    let value = |name: &str| producer.as_ref().and_then(|e| e.sensor(name)).and_then(number);
    let (current, total) = (value(&desk.must_sensor(&CURRENT)?), value(&desk.must_sensor(&TOTAL)?));
    let (Some(current), Some(total)) = (current, total) else { return Ok(()) };
    if current < 0.0 || total <= 0.0 {
        return Ok(());
    }
    let quiet = matches!(event, Event::Begun(_)) || desk.flag(&SUPPRESS_DUPLICATES)?;
    desk.publish(&desk.must_sensor(&TARGET)?, (current / total).into(), quiet);
    Ok(())
}
