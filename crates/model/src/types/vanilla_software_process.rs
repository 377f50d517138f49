//! `VanillaSoftwareProcess`: a process that is installed, launched, checked and stopped by shell commands.

use super::{Behaviour, ConfigDef, Inheritance, TypeDef, ValueType, common, software_process as sp};

const fn command(name: &'static str, description: &'static str) -> ConfigDef {
    ConfigDef::new(name, ValueType::Text, description).inheritance(Inheritance::NotReinherited)
}

/// Installs it.
pub static INSTALL: ConfigDef = command("install.command", "Command that installs the software");
/// Customises it.
pub static CUSTOMIZE: ConfigDef =
    command("customize.command", "Command that customises the software before each launch");
/// Launches it; a blank one launches nothing.
pub static LAUNCH: ConfigDef = command("launch.command", "Command that launches the process");
/// Says whether it runs.
pub static CHECK_RUNNING: ConfigDef = command(
    "checkRunning.command",
    "Command that tells by its exit code whether the process runs (0: it does); default: the process of the pid file",
);
/// Stops it.
pub static STOP: ConfigDef =
    command("stop.command", "Command that stops the process; default: ends the process of the pid file");

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &[
        "vanilla-software-process",
        "VanillaSoftwareProcess",
        "vanilla",
        "Vanilla",
        "software-process",
        "SoftwareProcess",
        "vanilla-bash-server",
        "brooklyn.entity.basic.VanillaSoftwareProcess",
    ],
    java_type: "org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess",
    description: "A process that is installed, launched, checked and stopped by shell commands",
    behaviour: Behaviour::Process,
    config: &[
        &[&INSTALL, &CUSTOMIZE, &LAUNCH, &CHECK_RUNNING, &STOP, &sp::SSH_MONITORING],
        sp::CONFIG,
        common::CONFIG,
    ],
    sensors: &[sp::HOST_SENSORS, sp::SENSORS, common::SENSORS],
    effectors: &[sp::EFFECTORS],
};
