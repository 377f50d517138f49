//! Says that its entity is not up while it has no primary that runs.

use base::EntityId;
use model::adjuncts::primary::SENSOR_NAME;
use model::adjuncts::primary_running_enricher::TYPE;

use super::super::{Act, Desk, Event, Subject};
use crate::lifecycle::Lifecycle;
use crate::names;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// The key of its entry in `service.notUp.indicators`.
const INDICATOR: &str = "primary.enricher";

/// The primary that the entity says it has.
pub(super) fn primary(desk: &Desk<'_>) -> Result<Option<EntityId>, String> {
    let value = desk.own_sensor(&desk.must_text(&SENSOR_NAME)?);
    Ok(value.and_then(|v| desk.as_entity(v)))
}

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let own = Subject::sensor(desk.id(), desk.must_text(&SENSOR_NAME)?);
    let primary = primary(desk)?;
    let of_primary =
        primary.iter().flat_map(|id| [names::STATE, names::IS_UP].map(|s| Subject::sensor(id, s)));
    Ok(of_primary.chain([own]).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if !matches!(event, Event::Begun(_) | Event::Sensor { .. }) {
        return Ok(());
    }
    if matches!(event, Event::Sensor { of, .. } if **of == *desk.id()) {
        desk.hear_anew();
    }
    let primary = primary(desk)?.and_then(|id| desk.draft.entity(&id));
    let reason = match primary {
        None => Some("There is no primary".to_owned()),
        Some(e) if e.is_up() == Some(true) && e.state() == Some(Lifecycle::Running) => None,
        Some(e) => Some(format!("The primary is not running: {}", e.described())),
    };
    desk.draft.note(desk.id(), names::NOT_UP, INDICATOR, reason);
    Ok(())
}
