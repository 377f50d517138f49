//! `.../descendants`: everything below an application or an entity, and one sensor of all of it.

use api::Permission::{SeeEntity, SeeSensor};
use api::entity::EntitySummary;
use api::shape::{by_name, many};
use engine::Entity;
use lang::regex::FullRegex;
use serde_json::{Map, Value};

use super::find;
use super::sensors::hides;
use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Kind::{Flag, Text};
use crate::http::route::Route;
use crate::http::show::secrets::suppress;
use crate::http::show::{entity, sensor};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const APP: &str = "/v1/applications/{app}/descendants";
    const APP_SENSOR: &str = "/v1/applications/{app}/descendants/sensor/{sensor}";
    const ENTITY: &str = "/v1/applications/{app}/entities/{ent}/descendants";
    const ENTITY_SENSOR: &str = "/v1/applications/{app}/entities/{ent}/descendants/sensor/{sensor}";
    const SAYS: &str = "It and all below it";
    const SAYS_SENSOR: &str = "The values of a sensor of it and of all below it, by id";
    let lists = [Route::get(APP, SAYS, of_app), Route::get(ENTITY, SAYS, of_entity)];
    all.extend(lists.map(|r| typed(r).needs(SeeEntity).hot().ok(many::<EntitySummary>())));
    let values = [
        Route::get(APP_SENSOR, SAYS_SENSOR, app_sensor),
        Route::get(ENTITY_SENSOR, SAYS_SENSOR, entity_sensor),
    ];
    all.extend(values.map(|r| {
        let hiding = typed(r).query("suppressSecrets?", Flag, "Hide secret values");
        hiding.needs(SeeSensor).hot().ok(by_name::<Value>())
    }));
}

/// Takes `typeRegex`.
pub(super) fn typed(route: Route) -> Route {
    route.query("typeRegex?", Text, "Only those whose whole type name matches this expression (Java's)")
}

/// Those whose type is asked for.
pub(super) fn of_type<'a>(
    call: &Call,
    all: impl Iterator<Item = &'a Entity>,
) -> Result<Vec<&'a Entity>, Fail> {
    let pattern = call.query_value("typeRegex").filter(|p| !p.is_empty() && p != ".*");
    let Some(pattern) = pattern else { return Ok(all.collect()) };
    let wrong = |e: lang::regex::RegexError| Fail::bad(format!("typeRegex: {e}"));
    let pattern = FullRegex::new(&pattern).map_err(wrong)?;
    let mut found = Vec::new();
    for entity in all {
        if pattern.matches(entity.def.type_name.as_str()).map_err(wrong)? {
            found.push(entity);
        }
    }
    Ok(found)
}

async fn of_app(call: Call) -> Answer {
    summaries(&call, find::app(&call)?)
}

async fn of_entity(call: Call) -> Answer {
    summaries(&call, find::entity(&call)?)
}

fn summaries(call: &Call, top: &Entity) -> Answer {
    let all = of_type(call, call.root().tree(&top.id))?;
    json(&all.into_iter().map(entity::summary).collect::<Vec<_>>())
}

async fn app_sensor(call: Call) -> Answer {
    values(&call, find::app(&call)?)
}

async fn entity_sensor(call: Call) -> Answer {
    values(&call, find::entity(&call)?)
}

/// Those that have no value are left out.
fn values(call: &Call, top: &Entity) -> Answer {
    let name = call.param("sensor");
    let mut all = Map::new();
    for entity in of_type(call, call.root().tree(&top.id))? {
        if let Some(value) = sensor::shown(call.root(), entity, name, false).filter(|v| !v.is_null()) {
            let value = if hides(call) { suppress(name, value) } else { value };
            all.insert(entity.id.to_string(), value);
        }
    }
    json(&all)
}
