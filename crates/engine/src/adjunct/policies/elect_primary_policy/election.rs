//! Who is to be the primary: the rules alone.

use base::{EntityId, Span};
use model::ConfigValue;
use model::adjuncts::primary::{SELECTION_MODE, STARTING_WAIT, STOPPED_WAIT, WEIGHT_NAME};
use serde_json::{Value, json};

use super::super::super::Desk;
use super::super::super::ears::Whose;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;

/// What an election leads to.
pub(super) enum Elected {
    /// That one is it.
    One(EntityId),
    /// A better one may come up until then, in milliseconds since 1970.
    Wait(u64),
    /// None can be it.
    Nobody,
}

/// Somebody who might be it.
struct Candidate {
    id: EntityId,
    weight: f64,
    /// Whether it is up and running.
    viable: bool,
    state: Option<Lifecycle>,
}

fn candidates(desk: &Desk<'_>, whose: Whose) -> Result<Vec<Candidate>, String> {
    let name = desk.must_text(&WEIGHT_NAME)?;
    let root = desk.root();
    let weight = |e: &Entity| {
        let given = e.sensor(&name).or_else(|| e.config.get(&name).map(ConfigValue::given));
        given.and_then(|v| v.as_f64().or_else(|| v.as_str()?.trim().parse().ok())).unwrap_or(0.0)
    };
    let one = |e: &Entity| Candidate {
        id: e.id.clone(),
        weight: weight(e),
        viable: e.is_up() == Some(true) && e.state() == Some(Lifecycle::Running),
        state: e.state(),
    };
    let mut list: Vec<Candidate> = match whose {
        Whose::Members => desk.entity()?.members.values().filter_map(|id| root.entity(id)).map(one).collect(),
        _ => root.children(desk.id()).map(one).collect(),
    };
    list.retain(|c| c.weight >= 0.0);
    // The heaviest first; among equals the oldest.
    list.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    Ok(list)
}

/// Elects. While a heavier one may still come up it is waited for; since when is kept in the memory.
pub(super) fn hold(desk: &mut Desk<'_>, whose: Whose, current: Option<&EntityId>) -> Result<Elected, String> {
    let candidates = candidates(desk, whose)?;
    let mode = desk.must_text(&SELECTION_MODE)?;
    let is_current = |c: &&Candidate| Some(&c.id) == current;
    if mode == "FAILOVER" && candidates.iter().find(is_current).is_some_and(|c| c.viable) {
        return Ok(current.cloned().map_or(Elected::Nobody, Elected::One));
    }
    let top = candidates.first().map_or(0.0, |c| c.weight);
    let (best, others): (Vec<&Candidate>, Vec<&Candidate>) = candidates.iter().partition(|c| c.weight >= top);
    let viable: Vec<&&Candidate> = best.iter().filter(|c| c.viable).collect();
    if mode == "STRICT" && viable.len() > 1 {
        return Err(format!(
            "{} candidates weigh {top} alike: STRICT needs one that weighs most",
            viable.len()
        ));
    }
    let chosen = viable.iter().find(|c| is_current(c)).or_else(|| viable.first());
    if let Some(chosen) = chosen {
        return Ok(Elected::One(chosen.id.clone()));
    }
    let now = desk.wall();
    let since = desk.memory().get("waiting").and_then(Value::as_u64).unwrap_or(now);
    let until = since + patience(desk, &best)?.as_millis();
    if now < until {
        desk.remember(json!({ "waiting": since }));
        return Ok(Elected::Wait(until));
    }
    let next = others.into_iter().find(|c| c.viable);
    Ok(next.map_or(Elected::Nobody, |c| Elected::One(c.id.clone())))
}

/// For how long the best are waited for, none of whom is viable.
fn patience(desk: &Desk<'_>, best: &[&Candidate]) -> Result<Span, String> {
    let starting = best.iter().any(|c| c.state == Some(Lifecycle::Starting));
    let key = if starting { &STARTING_WAIT } else { &STOPPED_WAIT };
    Ok(desk.span(key)?.unwrap_or_default())
}
