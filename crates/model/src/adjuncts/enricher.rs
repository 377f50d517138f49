//! What enrichers share: from which sensor to which (`brooklyn-blueprints.md` 7). The prefix `enricher.` may be left
//! out.

use super::{ConfigDef, DefaultValue, ValueType};

const SENSOR: &str = "org.apache.brooklyn.api.sensor.Sensor<?>";

/// Whose sensors are read.
pub static PRODUCER: ConfigDef = ConfigDef::new(
    "enricher.producer",
    ValueType::Any,
    "The entity whose sensors are read; default: its own",
)
.java("org.apache.brooklyn.api.entity.Entity")
.aliases(&["producer"]);

/// What is read.
pub static SOURCE: ConfigDef =
    ConfigDef::new("enricher.sourceSensor", ValueType::Any, "The sensor that is read")
        .java(SENSOR)
        .aliases(&["sourceSensor", "source", "fromSensor"]);

/// What is set.
pub static TARGET: ConfigDef =
    ConfigDef::new("enricher.targetSensor", ValueType::Any, "The sensor that is set")
        .java(SENSOR)
        .aliases(&["targetSensor", "target"]);

/// Its type.
pub static TARGET_TYPE: ConfigDef =
    ConfigDef::new("targetType", ValueType::Text, "The type of the sensor that is set; default: as it comes");

/// Whether the same value again is an event.
pub static SUPPRESS_DUPLICATES: ConfigDef = ConfigDef::new(
    "enricher.suppressDuplicates",
    ValueType::Bool,
    "Whether a value that is the same as before is left out",
)
.aliases(&["suppressDuplicates"])
.default(DefaultValue::Bool(false));

/// From one sensor to another.
pub static ONE_TO_ONE: &[&ConfigDef] = &[&PRODUCER, &SOURCE, &TARGET, &TARGET_TYPE, &SUPPRESS_DUPLICATES];

/// Whether members are read.
pub static FROM_MEMBERS: ConfigDef = ConfigDef::new(
    "enricher.aggregating.fromMembers",
    ValueType::Bool,
    "Whether the sensors of members are read; the default for a group",
)
.aliases(&["fromMembers"]);

/// Whether children are read.
pub static FROM_CHILDREN: ConfigDef = ConfigDef::new(
    "enricher.aggregating.fromChildren",
    ValueType::Bool,
    "Whether the sensors of children are read; the default for what is no group",
)
.aliases(&["fromChildren"]);

/// Which entities are read, one by one.
pub static FROM_PRODUCERS: ConfigDef = ConfigDef::new(
    "enricher.aggregating.fromHardcodedProducers",
    ValueType::List,
    "The entities whose sensors are read, one by one",
)
.aliases(&["fromHardcodedProducers"]);

/// Which of them count.
pub static ENTITY_FILTER: ConfigDef = ConfigDef::new(
    "enricher.aggregating.entityFilter",
    ValueType::Any,
    "A condition; only entities that fulfil it are read",
)
.aliases(&["entityFilter"]);

/// What an entity without a value counts as.
pub static DEFAULT_MEMBER_VALUE: ConfigDef = ConfigDef::new(
    "enricher.defaultMemberValue",
    ValueType::Any,
    "What an entity counts as whose sensor has no value; default: it is left out",
)
.aliases(&["defaultMemberValue", "enricher.aggregator.defaultMemberValue"]);

/// Of whom, where it reads the sensors of many.
pub static FROM_MANY: &[&ConfigDef] =
    &[&PRODUCER, &FROM_MEMBERS, &FROM_CHILDREN, &FROM_PRODUCERS, &ENTITY_FILTER];
