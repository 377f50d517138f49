//! Suspends another policy of its entity at one signal, and resumes it at another.

use base::AdjunctId;
use model::adjuncts::conditional_suspend_policy::{RESUME_SENSOR, SUSPEND_SENSOR, TARGET, TYPE};

use super::super::settings::shown;
use super::super::{Act, Desk, Event, Subject, settings};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if !desk.is_set(&TARGET) {
        return Err(settings::missing(&TARGET));
    }
    let sensors = [desk.must_sensor(&SUSPEND_SENSOR)?, desk.must_sensor(&RESUME_SENSOR)?];
    Ok(sensors.into_iter().map(|name| Subject::sensor(desk.id(), name)).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let Event::Sensor { name, value, .. } = event else { return Ok(()) };
    if value.is_null() {
        return Ok(());
    }
    let target = target(desk)?;
    let suspend = *name == desk.must_sensor(&SUSPEND_SENSOR)?;
    desk.draft.rest_adjunct(desk.id(), &target, suspend);
    Ok(())
}

fn target(desk: &Desk<'_>) -> Result<AdjunctId, String> {
    let given = desk.value(&TARGET)?;
    let wanted = shown(given.get("id").unwrap_or(&given));
    let entity = desk.entity()?;
    let found = entity.adjuncts.values().find(|a| {
        let spec = &a.spec;
        let names = [Some(a.id.as_str()), spec.name.as_deref(), spec.unique_tag.as_deref()];
        names.contains(&Some(&wanted))
            || spec.type_name.as_str() == wanted
            || spec.type_name.simple() == wanted
    });
    found.map(|a| a.id.clone()).ok_or_else(|| format!("its entity has no policy '{wanted}'"))
}
