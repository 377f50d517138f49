//! `CreatePasswordSensor`: a random password in a sensor, made once.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType, feed};

/// How long it is.
pub static LENGTH: ConfigDef =
    ConfigDef::new("password.length", ValueType::Int, "How many characters the password has")
        .default(DefaultValue::Int(12));

/// What it is made of.
pub static CHARS: ConfigDef = ConfigDef::new(
    "password.chars",
    ValueType::Text,
    "The characters that it is made of; not together with `password.character.groups`",
);

/// What it is made of, with at least one of each.
pub static GROUPS: ConfigDef = ConfigDef::new(
    "password.character.groups",
    ValueType::List,
    "Texts of characters that it is made of, with at least one of each; not together with `password.chars`",
);

/// The feed.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Feed,
    names: &["create-password-sensor", "CreatePasswordSensor"],
    java_type: "org.apache.brooklyn.core.sensor.password.CreatePasswordSensor",
    description: "Sets a sensor once to a random password, unless it has a value already",
    config: &[&[&LENGTH, &CHARS, &GROUPS], feed::CONFIG],
    needs: &[],
    check: None,
};
