//! `Reducer`: one value out of several sensors of one entity.

use super::enricher::{PRODUCER, SUPPRESS_DUPLICATES, TARGET, TARGET_TYPE};
use super::needs::{Wrong, given};
use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};
use crate::spec::ConfigMap;

/// What is read.
pub static SOURCES: ConfigDef =
    ConfigDef::new("enricher.sourceSensors", ValueType::Any, "The sensors that are read, in order")
        .aliases(&["sourceSensors"]);

/// How they become one.
pub static FUNCTION: ConfigDef = ConfigDef::new(
    "enricher.reducerFunction",
    ValueType::Text,
    "How the values become one: joiner or formatString",
)
.aliases(&["reducerFunction", "enricher.reducerFunction.transformation", "transformation"]);

/// What the function needs.
pub static PARAMETERS: ConfigDef = ConfigDef::new(
    "enricher.reducerFunction.parameters",
    ValueType::Map,
    "What the function needs: `separator` of a joiner, `format` of a formatString",
)
.aliases(&["parameters", "reducerFunction.parameters"]);

/// The functions that there are.
pub const FUNCTIONS: [&str; 2] = ["joiner", "formatString"];

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["reducer", "Reducer"],
    java_type: "org.apache.brooklyn.enricher.stock.reducer.Reducer",
    description: "Sets a sensor to the values of several sensors, joined or formatted",
    config: &[&[&PRODUCER, &SOURCES, &TARGET, &TARGET_TYPE, &SUPPRESS_DUPLICATES, &FUNCTION, &PARAMETERS]],
    needs: &[&[&SOURCES], &[&TARGET], &[&FUNCTION]],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    let name = given(config, &FUNCTION)?.text()?;
    let why = || Wrong::new(&FUNCTION, format!("must be one of {}, but it is {name}", FUNCTIONS.join(", ")));
    (!FUNCTIONS.contains(&name.as_str())).then(why)
}
