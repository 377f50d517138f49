//! Zones: members are spread over the parts of their cluster's location, and a part in which starts keep failing is
//! left out for a while (`brooklyn-blueprints.md` 4.5).
//!
//! A member keeps the number of its part ([`crate::entity::Definition::zone`]). How starts went of late stands in a
//! sensor of the cluster: members that have failed may be gone.

use base::{EntityId, WallMs};
use model::spec::{LocationKind, LocationSpec};
use model::types::dynamic_cluster as cluster;
use model::value::Coerced;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::unreadable;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::limits::ZONE_STARTS_MAX;
use crate::machine::{Try, fail, shown};
use crate::names;
use crate::task::Task;

/// For how long a start says something of its zone.
const COUNTS_FOR_MS: u64 = 60 * 60 * 1000;
/// Fewer starts than these say nothing.
const STARTS_MIN: usize = 2;
/// A zone has failed from this share of failed starts on, in percent.
const FAILED_PERCENT: usize = 90;

/// A part of a cluster's location.
struct Zone {
    number: u32,
    name: String,
}

/// How the start of a member went.
#[derive(Clone, Serialize, Deserialize)]
struct Start {
    zone: u32,
    at: WallMs,
    failed: bool,
}

/// What a cluster remembers of the starts of its members, as far as it counts at a moment.
fn starts_of(entity: &Entity, now: WallMs) -> Vec<Start> {
    let kept = entity.sensor(names::ZONE_STARTS).cloned();
    // Somebody may have set the sensor to something else: then nothing is known of the zones.
    let mut all: Vec<Start> = kept.and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default();
    all.retain(|s| now.0.saturating_sub(s.at.0) < COUNTS_FOR_MS);
    all
}

fn has_failed(zone: &Zone, starts: &[Start]) -> bool {
    let own = || starts.iter().filter(|s| s.zone == zone.number);
    let (all, failed) = (own().count(), own().filter(|s| s.failed).count());
    all >= STARTS_MIN && failed * 100 >= all * FAILED_PERCENT
}

fn named<'a>(zones: impl IntoIterator<Item = &'a Zone>) -> Vec<&'a str> {
    zones.into_iter().map(|z| z.name.as_str()).collect()
}

fn all_failed<T>(entity: &Entity, failed: &[Zone]) -> Try<T> {
    fail(format!(
        "all zones of {} have failed: {}; a start counts for an hour",
        entity.described(),
        named(failed).join(", ")
    ))
}

impl Draft {
    /// The zones of a cluster that has them: those that members may go to, and those that have failed. `None`: its
    /// members are not spread.
    fn zones(&self, task: &Task, entity: &Entity) -> Try<Option<(Vec<Zone>, Vec<Zone>)>> {
        let enabled = self.root.config_flag(&entity.id, &cluster::ZONES_ENABLED).or_else(unreadable)?;
        // A member with a location of its own runs there.
        if !enabled || self.member_spec(entity)?.locations.is_some() {
            return Ok(None);
        }
        let Some((_, LocationSpec { kind: LocationKind::Multi(parts), .. })) =
            self.location_for(task, entity)?
        else {
            return fail(format!(
                "{} of {} needs a location that has zones: use a `multi` location, whose targets they are",
                cluster::ZONES_ENABLED.name,
                entity.described()
            ));
        };
        let all = parts.iter().zip(0..).map(|(part, number)| Zone { number, name: shown(part) }).collect();
        let starts = starts_of(entity, self.wall());
        Ok(Some(self.wanted(entity, all)?.into_iter().partition(|zone| !has_failed(zone, &starts))))
    }

    /// Those of all zones that the cluster is to use: by their names, or so many.
    fn wanted(&self, entity: &Entity, mut all: Vec<Zone>) -> Try<Vec<Zone>> {
        let read = |key| self.root.config(&entity.id, key).or_else(unreadable);
        if let Coerced::List(names) = read(&cluster::ZONE_NAMES)?
            && !names.is_empty()
        {
            let has = |name: &Value| all.iter().any(|z| name == z.name.as_str());
            if let Some(missing) = names.iter().find(|name| !has(name)) {
                return fail(format!(
                    "there is no zone {missing} ({}): the location has {}",
                    cluster::ZONE_NAMES.name,
                    named(&all).join(", ")
                ));
            }
            all.retain(|zone| names.iter().any(|name| name == zone.name.as_str()));
        } else if let Coerced::Int(count) = read(&cluster::ZONE_COUNT)? {
            match usize::try_from(count) {
                Ok(count) if count > 0 && count <= all.len() => all.truncate(count),
                _ => {
                    return fail(format!(
                        "{} is {count}, and the location has {} zones",
                        cluster::ZONE_COUNT.name,
                        all.len()
                    ));
                }
            }
        }
        Ok(all)
    }

    /// Says which zones a cluster uses and which have failed, before it grows.
    pub(super) fn say_zones(&mut self, task: &Task, entity: &Entity) -> Try<()> {
        let Some((well, failed)) = self.zones(task, entity)? else { return Ok(()) };
        self.update_sensor(&entity.id, names::ZONES, json!(named(&well)));
        self.update_sensor(&entity.id, names::FAILED_ZONES, json!(named(&failed)));
        if well.is_empty() { all_failed(entity, &failed) } else { Ok(()) }
    }

    /// Where the next member goes: to the zone that has the fewest, the first of these.
    pub(super) fn zone_of_next(&self, task: &Task, entity: &Entity) -> Try<Option<u32>> {
        let Some((well, failed)) = self.zones(task, entity)? else { return Ok(None) };
        let size =
            |zone: &&Zone| self.root.members(&entity.id).filter(|m| m.def.zone == Some(zone.number)).count();
        match well.iter().min_by_key(size) {
            Some(zone) => Ok(Some(zone.number)),
            None => all_failed(entity, &failed),
        }
    }

    /// Remembers how the starts of members went, each with whether it failed.
    pub(super) fn remember_starts(&mut self, entity: &Entity, members: &[(EntityId, bool)]) {
        let now = self.wall();
        let zone_of = |id: &EntityId| self.root.entity(id).and_then(|m| m.def.zone);
        let new: Vec<Start> = members
            .iter()
            .filter_map(|(id, failed)| Some(Start { zone: zone_of(id)?, at: now, failed: *failed }))
            .collect();
        if new.is_empty() {
            return;
        }
        let mut all = starts_of(entity, now);
        all.extend(new);
        all.drain(..all.len().saturating_sub(ZONE_STARTS_MAX));
        self.set_sensor(&entity.id, names::ZONE_STARTS, json!(all));
    }
}
