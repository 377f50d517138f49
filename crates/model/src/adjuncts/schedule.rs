//! What policies share that call an effector at some time.

use super::needs::{Wrong, is_set};
use super::{ConfigDef, DefaultValue, ValueType};
use crate::spec::ConfigMap;

/// Which effector.
pub static EFFECTOR: ConfigDef = ConfigDef::new("effector", ValueType::Text, "The effector that is called");

/// With what.
pub static ARGS: ConfigDef = ConfigDef::new("args", ValueType::Map, "With what it is called")
    .java("java.util.Map<java.lang.String, java.lang.Object>")
    .default(DefaultValue::EmptyMap);

/// When.
pub static TIME: ConfigDef = ConfigDef::new(
    "time",
    ValueType::Text,
    "When it is called first: a time of day (HH:mm:ss) or a date (yyyy-MM-dd HH:mm:ss), in UTC",
);

/// How long to wait.
pub static WAIT: ConfigDef =
    ConfigDef::new("wait", ValueType::Duration, "After how long it is called first, instead of `time`");

const FLAG_SENSOR: &str = "org.apache.brooklyn.api.sensor.AttributeSensor<java.lang.Boolean>";

/// What starts it.
pub static START_SENSOR: ConfigDef = ConfigDef::new(
    "start.sensor",
    ValueType::Any,
    "The sensor that starts the schedule when it becomes true",
)
.java(FLAG_SENSOR)
.aliases(&["startSensor"])
.default(DefaultValue::Text("service.isUp"));

/// What lets a call happen.
pub static ENABLED_SENSOR: ConfigDef = ConfigDef::new(
    "enabled.sensor",
    ValueType::Any,
    "The sensor that must be true for a call to happen; default: none",
)
.java(FLAG_SENSOR)
.aliases(&["enabledSensor"]);

/// Whether the schedule has begun. Shown beside what is set, as on Brooklyn; the server keeps it.
pub static RUNNING: ConfigDef =
    ConfigDef::new("running", ValueType::Bool, "Whether the schedule has begun; kept by the server")
        .default(DefaultValue::Bool(false));

/// When it calls next. Shown and kept likewise.
pub static SCHEDULED: ConfigDef = ConfigDef::new(
    "scheduled",
    ValueType::List,
    "The times of the calls to come, in milliseconds since 1970; kept by the server",
)
.java("java.util.List<java.lang.Long>")
.default(DefaultValue::Ints(&[]));

/// What nobody sets but the server.
pub static KEPT: [&ConfigDef; 2] = [&RUNNING, &SCHEDULED];

/// What all have.
pub static CONFIG: &[&ConfigDef] =
    &[&EFFECTOR, &RUNNING, &SCHEDULED, &ARGS, &TIME, &WAIT, &START_SENSOR, &ENABLED_SENSOR];

/// Finds what only the server may set.
pub(super) fn check(config: &ConfigMap) -> Option<Wrong> {
    let key = KEPT.into_iter().find(|key| is_set(config, key))?;
    Some(Wrong::new(key, "is kept by the server: leave it out"))
}
