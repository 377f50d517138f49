//! How a whole is by its parts.

use super::super::enricher::{FROM_CHILDREN, FROM_MEMBERS, SUPPRESS_DUPLICATES};
use super::super::{AdjunctDef, ConfigDef, DefaultValue, ValueType};
use super::{Innate, NO, YES, def};
use crate::types::group;

const fn publishes(name: &'static str, description: &'static str) -> ConfigDef {
    ConfigDef::new(name, ValueType::Bool, description).default(DefaultValue::Bool(true))
}

static NOT_UP: ConfigDef = publishes(
    "enricher.service_state.children_and_members.service_up.publish",
    "Whether it says that the entity is not up when too few of them are",
);

static PROBLEMS: ConfigDef = publishes(
    "enricher.service_state.children_and_members.service_problems.publish",
    "Whether it says that the entity has a problem when too few of them run well",
);

static INDICATORS: AdjunctDef = def(
    "org.apache.brooklyn.core.entity.lifecycle.ServiceStateLogic.ComputeServiceIndicatorsFromChildrenAndMembers",
    &[&[
        &group::UP_ONE,
        &group::RUNNING_ALL,
        &FROM_MEMBERS,
        &FROM_CHILDREN,
        &NOT_UP,
        &PROBLEMS,
        &SUPPRESS_DUPLICATES,
    ]],
);

const BY_PARTS: &str = "service-lifecycle-indicators-from-children-and-members";
const UP_BY_PARTS: &str = "service-not-up-indicators-from-children-and-members";
const OF_CHILDREN: Option<&str> = Some("service.isUp, service.state on children");
const OF_MEMBERS: Option<&str> = Some("service.isUp, service.state on members");
const OF_BOTH: Option<&str> = Some("service.isUp, service.state on children, members");
const OF_ENTITY: DefaultValue = DefaultValue::None;

const fn indicators(
    tag: &'static str,
    hears: Option<&'static str>,
    config: &'static [(&'static ConfigDef, DefaultValue)],
) -> Innate {
    Innate { def: &INDICATORS, tag, config, hears, publishes: None }
}

pub(super) static OF_APPLICATION: Innate = indicators(
    BY_PARTS,
    OF_CHILDREN,
    &[
        (&group::UP_ONE, OF_ENTITY),
        (&group::RUNNING_ALL, OF_ENTITY),
        (&FROM_MEMBERS, YES),
        (&FROM_CHILDREN, YES),
    ],
);

pub(super) static OF_PARENT: Innate = indicators(
    BY_PARTS,
    OF_CHILDREN,
    &[
        (&group::UP_ONE, OF_ENTITY),
        (&group::RUNNING_ALL, OF_ENTITY),
        (&FROM_MEMBERS, NO),
        (&FROM_CHILDREN, YES),
        (&SUPPRESS_DUPLICATES, YES),
    ],
);

pub(super) static PROBLEMS_OF_GROUP: Innate = indicators(
    BY_PARTS,
    OF_BOTH,
    &[
        (&group::RUNNING_ALL, OF_ENTITY),
        (&NOT_UP, NO),
        (&FROM_MEMBERS, YES),
        (&FROM_CHILDREN, YES),
        (&SUPPRESS_DUPLICATES, YES),
    ],
);

pub(super) static UP_OF_GROUP: Innate = indicators(
    UP_BY_PARTS,
    OF_BOTH,
    &[
        (&group::UP_ONE, OF_ENTITY),
        (&PROBLEMS, NO),
        (&FROM_MEMBERS, YES),
        (&FROM_CHILDREN, YES),
        (&SUPPRESS_DUPLICATES, YES),
    ],
);

pub(super) static UP_OF_CLUSTER: Innate = indicators(
    UP_BY_PARTS,
    OF_MEMBERS,
    &[(&group::UP_ONE, OF_ENTITY), (&PROBLEMS, NO), (&FROM_MEMBERS, YES), (&FROM_CHILDREN, NO)],
);
