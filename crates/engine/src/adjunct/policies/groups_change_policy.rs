//! Gives each member of a group the policies, enrichers and sensors that it is to have, and calls its effectors.

use std::collections::BTreeMap;

use base::EntityId;
use model::ConfigValue;
use model::adjuncts::groups_change_policy::{
    ENRICHERS, GROUP, INITIALIZERS, INVOKE, LOCATIONS, POLICIES, TYPE,
};
use model::adjuncts::{self, Lookup};
use model::spec::{AdjunctSpec, TypeName};
use serde_json::Value;

use super::super::ears::{What, Whose};
use super::super::settings::shown;
use super::super::{Act, Cause, Desk, Event, Subject};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if desk.is_set(&LOCATIONS) {
        return Err(format!("'{}': an entity's locations are fixed when it is created", LOCATIONS.name));
    }
    given(desk)?;
    Ok(vec![Subject::below(&desk.entity_of(&GROUP)?, Whose::Members, What::Coming)])
}

/// What each member gets, each with a tag so that nobody gets it twice.
fn given(desk: &Desk<'_>) -> Result<Vec<AdjunctSpec>, String> {
    let mut specs = Vec::new();
    for key in [&POLICIES, &ENRICHERS, &INITIALIZERS] {
        // As given: an expression in it is evaluated at the member.
        let list = desk.adjunct.spec.config.get(key.name).map(|v| v.given().clone()).unwrap_or_default();
        for one in list.as_array().into_iter().flatten() {
            let mut spec = spec_of(one)?;
            let tag = format!("{}:{}", desk.adjunct.id, specs.len());
            spec.unique_tag = spec.unique_tag.or(Some(tag));
            specs.push(spec);
        }
    }
    Ok(specs)
}

/// An adjunct as a blueprint has it.
fn spec_of(given: &Value) -> Result<AdjunctSpec, String> {
    let map = given.as_object().ok_or_else(|| format!("{given} is no policy, enricher or sensor"))?;
    let type_key =
        |key: &str| ["type", "policyType", "policy_type", "enricherType", "enricher_type"].contains(&key);
    let name = map.iter().find(|(k, _)| type_key(k)).map(|(_, v)| shown(v));
    let name = name.ok_or_else(|| format!("{given} has no type"))?;
    let def = match adjuncts::lookup(&name) {
        Lookup::Known(def) => def,
        Lookup::Refused(why) => return Err(why),
        Lookup::Unknown => return Err(format!("there is no policy, enricher or sensor '{name}'")),
    };
    let nested = map.get("brooklyn.config").and_then(Value::as_object);
    let entries = nested.into_iter().flatten().chain(map.iter().filter(|(k, _)| *k != "brooklyn.config"));
    let config =
        entries.filter_map(|(k, v)| Some((def.config_key(k)?.name.to_owned(), ConfigValue::new(v.clone()))));
    Ok(AdjunctSpec {
        kind: def.kind,
        type_name: TypeName::new(def.java_type),
        name: map.get("name").and_then(Value::as_str).map(str::to_owned),
        unique_tag: map.get("uniqueTag").and_then(Value::as_str).map(str::to_owned),
        config: config.collect(),
        catalog_id: None,
    })
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    match event {
        // Those that were there before a take-over have what they get.
        Event::Begun(Cause::TookOver) => Ok(()),
        Event::Begun(cause) => {
            let group = desk.draft.entity(&desk.entity_of(&GROUP)?);
            for member in group.iter().flat_map(|g| g.members.values()) {
                give(desk, member, *cause == Cause::Added)?;
            }
            Ok(())
        }
        Event::Member { member, came: true } => give(desk, member, true),
        _ => Ok(()),
    }
}

fn give(desk: &mut Desk<'_>, member: &EntityId, is_new: bool) -> Result<(), String> {
    let Some(entity) = desk.draft.entity(member) else { return Ok(()) };
    for spec in given(desk)? {
        if !entity.adjuncts.values().any(|a| a.spec.unique_tag == spec.unique_tag) {
            desk.draft.add_adjunct(member, spec);
        }
    }
    for effector in desk.list(&INVOKE)?.into_iter().flatten().filter(|_| is_new) {
        desk.call(member, &shown(&effector), BTreeMap::new())?;
    }
    Ok(())
}
