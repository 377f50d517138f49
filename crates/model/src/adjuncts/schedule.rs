//! What policies share that call an effector at some time.

use super::{ConfigDef, DefaultValue, ValueType};

/// Which effector.
pub static EFFECTOR: ConfigDef = ConfigDef::new("effector", ValueType::Text, "The effector that is called");

/// With what.
pub static ARGS: ConfigDef = ConfigDef::new("args", ValueType::Map, "With what it is called")
    .java("java.util.Map<java.lang.String, java.lang.Object>");

/// When.
pub static TIME: ConfigDef = ConfigDef::new(
    "time",
    ValueType::Text,
    "When it is called first: a time of day (HH:mm:ss) or a date (yyyy-MM-dd HH:mm:ss), in UTC",
);

/// How long to wait.
pub static WAIT: ConfigDef =
    ConfigDef::new("wait", ValueType::Duration, "After how long it is called first, instead of `time`");

/// What starts it.
pub static START_SENSOR: ConfigDef = ConfigDef::new(
    "start.sensor",
    ValueType::Any,
    "The sensor that starts the schedule when it becomes true",
)
.aliases(&["startSensor"])
.default(DefaultValue::Text("service.isUp"));

/// What lets a call happen.
pub static ENABLED_SENSOR: ConfigDef = ConfigDef::new(
    "enabled.sensor",
    ValueType::Any,
    "The sensor that must be true for a call to happen; default: none",
)
.aliases(&["enabledSensor"]);

/// What all have.
pub static CONFIG: &[&ConfigDef] = &[&EFFECTOR, &ARGS, &TIME, &WAIT, &START_SENSOR, &ENABLED_SENSOR];
