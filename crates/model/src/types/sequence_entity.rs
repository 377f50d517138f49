//! `SequenceEntity`: gives out numbers, each once.

use super::{Action, Behaviour, ConfigDef, DefaultValue, EffectorDef, SensorDef, TypeDef, ValueType, common};

/// Where it begins.
pub static START: ConfigDef =
    ConfigDef::new("sequence.start", ValueType::Int, "The first value of the sequence")
        .aliases(&["sequenceStart"])
        .default(DefaultValue::Int(1));
/// By how much it grows.
pub static INCREMENT: ConfigDef =
    ConfigDef::new("sequence.increment", ValueType::Int, "By how much the value grows each time")
        .aliases(&["sequenceIncrement"])
        .default(DefaultValue::Int(1));

/// The sensor that holds the value.
pub const VALUE: &str = "sequence.value";

const fn effector(
    name: &'static str,
    action: Action,
    return_type: &'static str,
    description: &'static str,
) -> EffectorDef {
    EffectorDef { name, action, return_type, description, parameters: &[] }
}

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["sequence-entity", "SequenceEntity"],
    java_type: "org.apache.brooklyn.entity.stock.SequenceEntity",
    description: "Gives out the numbers of a sequence, each once",
    behaviour: Behaviour::Sequence,
    config: &[&[&START, &INCREMENT], common::CONFIG],
    sensors: &[
        &[SensorDef {
            name: VALUE,
            java_type: "java.lang.Integer",
            description: "The current value of the sequence",
        }],
        common::SENSORS,
    ],
    effectors: &[&[
        common::START,
        common::STOP,
        common::RESTART,
        effector("reset", Action::SequenceReset, "java.lang.Void", "Reset the sequence to its first value"),
        effector("increment", Action::SequenceIncrement, "java.lang.Void", "Go on to the next value"),
        effector("get", Action::SequenceGet, "java.lang.Integer", "The current value"),
        effector(
            "incrementAndGet",
            Action::SequenceNext,
            "java.lang.Integer",
            "Go on to the next value and return it",
        ),
    ]],
};
