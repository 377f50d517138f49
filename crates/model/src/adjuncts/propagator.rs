//! `Propagator`: sensors of another entity, again on this one.

use super::enricher::{PRODUCER, SUPPRESS_DUPLICATES};
use super::needs::{Wrong, given, is_set};
use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};
use crate::Coerced;
use crate::spec::ConfigMap;

/// Which sensors.
pub static PROPAGATING: ConfigDef = ConfigDef::new(
    "enricher.propagating.inclusions",
    ValueType::Any,
    "The sensors that are set as they are at the producer; a map gives each another name here",
)
.aliases(&["propagating"]);

/// Which sensors, with other names.
pub static MAPPING: ConfigDef = ConfigDef::new(
    "enricher.propagating.sensorMapping",
    ValueType::Map,
    "The sensors that are set as they are at the producer, each with its name here",
)
.aliases(&["sensorMapping"]);

/// Whether all.
pub static ALL: ConfigDef = ConfigDef::new(
    "enricher.propagating.propagatingAll",
    ValueType::Bool,
    "Whether all sensors of the producer are set here too",
)
.aliases(&["propagatingAll"]);

/// All but these.
pub static ALL_BUT: ConfigDef = ConfigDef::new(
    "enricher.propagating.propagatingAllBut",
    ValueType::Any,
    "Sensors of the producer that are not set here, while all others are",
)
.aliases(&["propagatingAllBut"]);

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["propagator", "Propagator", "brooklyn.enricher.basic.Propagator"],
    java_type: "org.apache.brooklyn.enricher.stock.Propagator",
    description: "Sets sensors to what they are at another entity",
    config: &[&[&PRODUCER, &PROPAGATING, &MAPPING, &ALL, &ALL_BUT, &SUPPRESS_DUPLICATES]],
    needs: &[&[&PROPAGATING, &MAPPING, &ALL, &ALL_BUT]],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    let some = [&PROPAGATING, &MAPPING].into_iter().find(|key| is_set(config, key))?;
    let all = given(config, &ALL) == Some(Coerced::Bool(true)) || is_set(config, &ALL_BUT);
    all.then(|| Wrong::new(some, "cannot be set where all sensors are propagated: one of the two must go"))
}
