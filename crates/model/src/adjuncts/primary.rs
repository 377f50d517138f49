//! What the election of a primary and its enrichers share.

use super::{ConfigDef, DefaultValue, EnumDef, ValueType};

/// Who may be elected.
pub static TARGET_MODES: EnumDef = EnumDef {
    java_type: "org.apache.brooklyn.policy.failover.ElectPrimaryConfig$TargetMode",
    constants: &["AUTO", "CHILDREN", "MEMBERS"],
};

/// How.
pub static SELECTION_MODES: EnumDef = EnumDef {
    java_type: "org.apache.brooklyn.policy.failover.ElectPrimaryConfig$SelectionMode",
    constants: &["FAILOVER", "BEST", "STRICT"],
};

/// Who may be elected.
pub static TARGET_MODE: ConfigDef = ConfigDef::new(
    "primary.target.mode",
    ValueType::Enum(&TARGET_MODES),
    "Whether one of the children or of the members is elected; AUTO: members where it is a group",
)
.default(DefaultValue::Text("AUTO"));

/// How.
pub static SELECTION_MODE: ConfigDef = ConfigDef::new(
    "primary.selection.mode",
    ValueType::Enum(&SELECTION_MODES),
    "FAILOVER: the primary stays while it is well; BEST: the heaviest is it; STRICT: the heaviest, or nobody if several are",
)
.default(DefaultValue::Text("FAILOVER"));

/// How long a stopped one is waited for.
pub static STOPPED_WAIT: ConfigDef = ConfigDef::new(
    "primary.stopped.wait.timeout",
    ValueType::Duration,
    "How long a primary that is not up is waited for before another is elected",
)
.default(DefaultValue::Text("3s"));

/// How long starting ones are waited for.
pub static STARTING_WAIT: ConfigDef = ConfigDef::new(
    "primary.starting.wait.timeout",
    ValueType::Duration,
    "How long one that is starting and would be better is waited for",
)
.default(DefaultValue::Text("5m"));

/// Where it is told.
pub static SENSOR_NAME: ConfigDef =
    ConfigDef::new("primary.sensor.name", ValueType::Text, "The sensor that says who is the primary")
        .default(DefaultValue::Text("primary"));

/// How much one weighs.
pub static WEIGHT_NAME: ConfigDef = ConfigDef::new(
    "primary.weight.name",
    ValueType::Text,
    "The sensor or config key of a candidate that says how much it weighs; below 0 it is never elected",
)
.default(DefaultValue::Text("ha.primary.weight"));

/// What is called of the new one.
pub static PROMOTE: ConfigDef = ConfigDef::new(
    "primary.promote.effector.name",
    ValueType::Text,
    "The effector that is called of the new primary, or else of the entity",
)
.default(DefaultValue::Text("promote"));

/// What is called of the old one.
pub static DEMOTE: ConfigDef = ConfigDef::new(
    "primary.demote.effector.name",
    ValueType::Text,
    "The effector that is called of the old primary, or else of the entity",
)
.default(DefaultValue::Text("demote"));

/// Whether its sensors are shown.
pub static PROPAGATE: ConfigDef = ConfigDef::new(
    "propagate.primary.sensors",
    ValueType::Any,
    "Sensors of the primary that the entity shows as its own: a list, or true for all",
);
