//! `SshCommandSensor`: a sensor that a shell command on the entity's machine prints.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, EnumDef, ValueType, feed};

/// The bash text.
pub static COMMAND: ConfigDef =
    ConfigDef::new("command", ValueType::Text, "The command whose standard output is the value");

/// Where it runs.
pub static EXECUTION_DIR: ConfigDef = ConfigDef::new(
    "executionDir",
    ValueType::Text,
    "The folder it runs in; a relative one is below the run directory; default: the run directory, else home",
);

/// Environment of its own.
pub static SHELL_ENV: ConfigDef =
    ConfigDef::new("shell.env", ValueType::Map, "Environment variables over those of the entity")
        .aliases(&["env"]);

/// What the value is when it fails.
pub static VALUE_ON_ERROR: ConfigDef =
    ConfigDef::new("value.on.error", ValueType::Any, "The value when the command fails; default: none");

/// How its output is read.
pub static FORMATS: EnumDef = EnumDef {
    java_type: "org.apache.brooklyn.core.sensor.ssh.SshCommandSensor$Format",
    constants: &["AUTO", "STRING", "YAML"],
};
/// How its output is read.
pub static FORMAT: ConfigDef = ConfigDef::new(
    "format",
    ValueType::Enum(&FORMATS),
    "How the output is read: as text, as YAML, or by the sensor's type",
)
.default(DefaultValue::Text("auto"));

/// Whether only the last of several YAML documents counts.
pub static USE_LAST_YAML: ConfigDef = ConfigDef::new(
    "useLastYaml",
    ValueType::Bool,
    "Whether only the last document of the output counts where it is read as YAML",
)
.default(DefaultValue::Bool(true));

/// Whether it waits for the service.
pub static ONLY_IF_SERVICE_UP: ConfigDef = feed::only_if_service_up(true);

/// The feed.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Feed,
    names: &["ssh-command-sensor", "SshCommandSensor", "shell-command-sensor"],
    java_type: "org.apache.brooklyn.core.sensor.ssh.SshCommandSensor",
    description: "Sets a sensor to what a shell command on the entity's machine prints, again and again",
    config: &[
        &[
            &COMMAND,
            &EXECUTION_DIR,
            &SHELL_ENV,
            &VALUE_ON_ERROR,
            &FORMAT,
            &USE_LAST_YAML,
            &ONLY_IF_SERVICE_UP,
        ],
        feed::CONFIG,
        feed::POLLED,
    ],
    needs: &[],
    check: None,
};
