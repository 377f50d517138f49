//! Sensors of a group, again on each member.

use model::adjuncts::propagate_to_members::{PROPAGATING, TYPE};

use super::super::ears::{What, Whose};
use super::super::{Act, Desk, Event, Subject};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let names = desk.sensor_names(&PROPAGATING)?;
    if names.is_empty() {
        return Err(super::super::settings::missing(&PROPAGATING));
    }
    let sensors = names.into_iter().map(|name| Subject::sensor(desk.id(), name));
    Ok(sensors.chain([Subject::below(desk.id(), Whose::Members, What::Coming)]).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let entity = desk.entity()?;
    match event {
        Event::Begun(_) => {
            for member in entity.members.values() {
                give_all(desk, member)?;
            }
        }
        Event::Member { member, came: true } => give_all(desk, member)?,
        Event::Sensor { name, value, .. } => {
            for member in entity.members.values() {
                desk.publish_at(member, name, (*value).clone(), false);
            }
        }
        _ => {}
    }
    Ok(())
}

fn give_all(desk: &mut Desk<'_>, member: &base::EntityId) -> Result<(), String> {
    for name in desk.sensor_names(&PROPAGATING)? {
        if let Some(value) = desk.own_sensor(&name).cloned() {
            desk.publish_at(member, &name, value, true);
        }
    }
    Ok(())
}
