//! `MachineEntity`: a machine without a process, with what it is doing and a way to run commands on it.

use super::{
    Action, Behaviour, DefaultValue, EffectorDef, ParameterDef, SensorDef, TypeDef, ValueType, common,
    software_process as sp,
};

const COMMAND: ParameterDef = ParameterDef {
    name: "command",
    java_type: "java.lang.String",
    value_type: ValueType::Text,
    description: "The bash command to run",
    default: DefaultValue::None,
};

const fn number(name: &'static str, java_type: &'static str, description: &'static str) -> SensorDef {
    SensorDef { name, java_type, description }
}

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["machine-entity", "MachineEntity", "brooklyn.entity.machine.MachineEntity"],
    java_type: "org.apache.brooklyn.entity.machine.MachineEntity",
    description: "A machine without a process: says what it is doing, runs commands",
    behaviour: Behaviour::Machine,
    config: &[&[&sp::SSH_MONITORING], sp::CONFIG, common::CONFIG],
    sensors: &[
        &[
            number(
                "machine.uptime",
                "org.apache.brooklyn.util.time.Duration",
                "How long the machine has been running",
            ),
            number("machine.loadAverage", "java.lang.Double", "The load of the last minute"),
            number("machine.cpu", "java.lang.Double", "The processors' use; 1 is one of them, busy"),
            number("machine.memory.total", "java.lang.Long", "Its memory, in KiB"),
            number("machine.memory.free", "java.lang.Long", "What of it can be had, in KiB"),
            number("machine.memory.used", "java.lang.Long", "What of it is in use, in KiB"),
        ],
        sp::HOST_SENSORS,
        sp::SENSORS,
        common::SENSORS,
    ],
    effectors: &[
        &[
            EffectorDef {
                name: "execCommand",
                action: Action::Exec,
                return_type: "java.lang.String",
                description: "Execute a command and return the output",
                parameters: &[COMMAND],
            },
            EffectorDef {
                name: "execCommandTimeout",
                action: Action::Exec,
                return_type: "java.lang.String",
                description: "Execute a command and return the output, throwing an exception after a timeout",
                parameters: &[
                    COMMAND,
                    ParameterDef {
                        name: "timeout",
                        java_type: "org.apache.brooklyn.util.time.Duration",
                        value_type: ValueType::Duration,
                        description: "After how long the command is ended",
                        default: DefaultValue::None,
                    },
                ],
            },
        ],
        sp::EFFECTORS,
    ],
};
