//! What feeds share: the sensor that one sets, and when (`brooklyn-blueprints.md` 6.1).

use super::{ConfigDef, DefaultValue, ValueType};

/// The sensor that is set.
pub static NAME: ConfigDef = ConfigDef::new("name", ValueType::Text, "The name of the sensor that is set");

/// Its type.
pub static TARGET_TYPE: ConfigDef =
    ConfigDef::new("targetType", ValueType::Text, "The type of the sensor: string, integer, duration...")
        .default(DefaultValue::Text("string"));

/// How often, of a feed that nothing else can trigger.
pub static PERIOD: ConfigDef =
    ConfigDef::new("period", ValueType::Duration, "How often the value is found out")
        .default(DefaultValue::Text("5m"));

/// How often, of a feed that sensors can trigger; what it is without a word depends on whether some do.
pub static PERIOD_OR_TRIGGERS: ConfigDef = ConfigDef::new(
    "period",
    ValueType::Duration,
    "How often the value is found out; without it every 5m, or only by its triggers where it has some",
);

/// What makes it look besides time.
pub static TRIGGERS: ConfigDef = ConfigDef::new(
    "triggers",
    ValueType::Any,
    "Sensors whose changes make it look at once: a name, or a list of names and of maps of entity and sensor",
);

/// Whether it waits for the first period or trigger.
pub static SKIP_INITIAL_RUN: ConfigDef = ConfigDef::new(
    "skip_initial_run",
    ValueType::Bool,
    "Whether it first looks after a period or at a trigger, instead of at once",
)
.default(DefaultValue::Bool(false));

/// A condition (`brooklyn-blueprints.md` A) under which it looks.
pub static CONDITION: ConfigDef =
    ConfigDef::new("condition", ValueType::Any, "Looks only while the entity fulfils this condition");

/// Whether the same value again is an event.
pub static SUPPRESS_DUPLICATES: ConfigDef = ConfigDef::new(
    "suppressDuplicates",
    ValueType::Bool,
    "Whether a value that is the same as before is left out",
)
.default(DefaultValue::Bool(false));

/// How long failures are quiet after the start.
pub static GRACE_ON_STARTUP: ConfigDef = ConfigDef::new(
    "logWarningGraceTimeOnStartup",
    ValueType::Duration,
    "How long after its start failures are not worth a warning",
)
.default(DefaultValue::Text("30s"));

/// How long failures are quiet later.
pub static GRACE: ConfigDef = ConfigDef::new(
    "logWarningGraceTime",
    ValueType::Duration,
    "How long failures are not worth a warning once it has worked",
)
.default(DefaultValue::Text("0"));

/// Whether a failure fails its task.
pub static FAIL_TASK_ON_ERROR: ConfigDef = ConfigDef::new(
    "failTaskOnError",
    ValueType::Bool,
    "Whether a failure to find out the value fails the task, instead of being logged only",
)
.default(DefaultValue::Bool(false));

/// Whether it looks only while the service is up.
pub const fn only_if_service_up(default: bool) -> ConfigDef {
    ConfigDef::new(
        "onlyIfServiceUp",
        ValueType::Bool,
        "Whether it looks only while the entity's service is up",
    )
    .default(DefaultValue::Bool(default))
}

/// What all have.
pub static CONFIG: &[&ConfigDef] = &[&NAME, &TARGET_TYPE];

/// What those have that look again and again.
pub static POLLED: &[&ConfigDef] = &[
    &PERIOD_OR_TRIGGERS,
    &TRIGGERS,
    &SKIP_INITIAL_RUN,
    &CONDITION,
    &SUPPRESS_DUPLICATES,
    &GRACE_ON_STARTUP,
    &GRACE,
    &FAIL_TASK_ON_ERROR,
];
