//! `Aggregator`: one value out of a sensor of many entities.

use super::enricher::{DEFAULT_MEMBER_VALUE, FROM_MANY, SOURCE, SUPPRESS_DUPLICATES, TARGET, TARGET_TYPE};
use super::needs::{Wrong, given};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};
use crate::spec::ConfigMap;

/// How many values become one.
pub static TRANSFORMATION: ConfigDef = ConfigDef::new(
    "enricher.transformation.untyped",
    ValueType::Any,
    "How the values become one: average, sum, min, max, isQuorate, list or first",
)
.aliases(&["transformation", "enricher.transformation"])
.default(DefaultValue::Text("list"));

/// Which values count.
pub static VALUE_FILTER: ConfigDef = ConfigDef::new(
    "enricher.aggregating.valueFilter",
    ValueType::Any,
    "A condition; only values that fulfil it count",
)
.aliases(&["valueFilter"]);

/// Whether blank values count.
pub static EXCLUDE_BLANK: ConfigDef = ConfigDef::new(
    "enricher.aggregator.excludeBlank",
    ValueType::Bool,
    "Whether values that are blank texts are left out",
)
.aliases(&["excludeBlank"])
.default(DefaultValue::Bool(false));

/// How many values must be true.
pub static QUORUM: ConfigDef =
    ConfigDef::new("quorum.check.type", ValueType::Any, "For isQuorate: how many of the values must be true")
        .default(DefaultValue::Text("allAndAtLeastOne"));

/// Of how many.
pub static QUORUM_SIZE: ConfigDef =
    ConfigDef::new("quorum.total.size", ValueType::Int, "For isQuorate: how many values there are at least")
        .default(DefaultValue::Int(1));

/// The ways that there are; case, `-` and `_` do not count.
pub const TRANSFORMATIONS: [&str; 7] = ["average", "sum", "min", "max", "isQuorate", "list", "first"];

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["aggregator", "Aggregator", "brooklyn.enricher.basic.Aggregator"],
    java_type: "org.apache.brooklyn.enricher.stock.Aggregator",
    description: "Sets a sensor to the sum, average or the like of a sensor of members or children",
    config: &[
        &[
            &SOURCE,
            &TARGET,
            &TARGET_TYPE,
            &SUPPRESS_DUPLICATES,
            &TRANSFORMATION,
            &VALUE_FILTER,
            &EXCLUDE_BLANK,
            &DEFAULT_MEMBER_VALUE,
            &QUORUM,
            &QUORUM_SIZE,
        ],
        FROM_MANY,
    ],
    needs: &[&[&SOURCE], &[&TARGET]],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    let named = given(config, &TRANSFORMATION)?.into_json();
    let word = named.as_str().unwrap_or_default().replace(['-', '_'], "");
    let known = named.is_null() || TRANSFORMATIONS.iter().any(|known| known.eq_ignore_ascii_case(&word));
    let why = || format!("must be one of {}, but it is {named}", TRANSFORMATIONS.join(", "));
    (!known).then(|| Wrong::new(&TRANSFORMATION, why()))
}
