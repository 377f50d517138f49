//! `GroupsChangePolicy`: gives each new member of a group what it is to have.

use super::needs::{Wrong, is_set};
use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};

/// Which group.
pub static GROUP: ConfigDef = ConfigDef::new(
    "group",
    ValueType::Any,
    "The group whose members it looks after; default: its own entity",
);

/// What they get: locations.
pub static LOCATIONS: ConfigDef =
    ConfigDef::new("member.locations", ValueType::List, "Locations: cannot be added to an entity here");

/// Policies.
pub static POLICIES: ConfigDef =
    ConfigDef::new("member.policies", ValueType::List, "Policies that each member gets, as in a blueprint");

/// Feeds.
pub static INITIALIZERS: ConfigDef = ConfigDef::new(
    "member.initializers",
    ValueType::List,
    "Sensors that each member gets, as the initializers of a blueprint",
);

/// Enrichers.
pub static ENRICHERS: ConfigDef =
    ConfigDef::new("member.enrichers", ValueType::List, "Enrichers that each member gets, as in a blueprint");

/// Calls.
pub static INVOKE: ConfigDef =
    ConfigDef::new("member.invoke", ValueType::List, "Effectors that are called of each new member");

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["groups-change-policy", "GroupsChangePolicy"],
    java_type: "org.apache.brooklyn.entity.group.GroupsChangePolicy",
    description: "Gives each member that joins a group policies, enrichers and sensors, and calls its effectors",
    config: &[&[&GROUP, &LOCATIONS, &POLICIES, &INITIALIZERS, &ENRICHERS, &INVOKE]],
    needs: &[],
    check: Some(|config| {
        is_set(config, &LOCATIONS).then(|| {
            Wrong::new(&LOCATIONS, "has no place: an entity's locations are fixed when it is created")
        })
    }),
};
