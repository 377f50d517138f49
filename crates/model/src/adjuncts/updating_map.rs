//! `UpdatingMap`: one entry of a map sensor, kept by another sensor.

use super::enricher::{PRODUCER, SOURCE, TARGET};
use super::needs::{Wrong, given};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};
use serde_json::Value;

use crate::spec::ConfigMap;

/// Which entry.
pub static KEY: ConfigDef = ConfigDef::new(
    "enricher.updatingMap.keyInTargetSensor",
    ValueType::Text,
    "The key of the entry; default: the name of the source",
)
.aliases(&["keyInTargetSensor", "key"]);

/// How the value becomes the entry.
pub static COMPUTING: ConfigDef = ConfigDef::new(
    "enricher.updatingMap.computing",
    ValueType::Any,
    "What the entry is for each value of the source, as a map; without one, the value itself",
)
.aliases(&["computing"]);

/// Whether nothing means no entry.
pub static REMOVING_IF_NULL: ConfigDef = ConfigDef::new(
    "enricher.updatingMap.removingIfResultIsNull",
    ValueType::Bool,
    "Whether the entry goes when there is no value for it",
)
.aliases(&["removingIfResultIsNull"])
.default(DefaultValue::Bool(true));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["updating-map", "UpdatingMap", "brooklyn.enricher.basic.UpdatingMap"],
    java_type: "org.apache.brooklyn.enricher.stock.UpdatingMap",
    description: "Keeps one entry of a map sensor as another sensor says",
    config: &[&[&PRODUCER, &SOURCE, &TARGET, &KEY, &COMPUTING, &REMOVING_IF_NULL]],
    needs: &[&[&SOURCE], &[&TARGET]],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    match given(config, &COMPUTING)?.into_json() {
        Value::Null | Value::Object(_) => None,
        _ => {
            Some(Wrong::new(&COMPUTING, "must be a map: functions need Java, which Brownstone does not run"))
        }
    }
}
