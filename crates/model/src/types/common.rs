//! What every entity has, whatever its type.

use super::{ConfigDef, Inheritance};
use crate::value::ValueType;

/// The `id` that a blueprint gives to an entity.
pub static PLAN_ID: ConfigDef = ConfigDef::new(
    "camp.plan.id",
    ValueType::Text,
    "Identifier supplied in the deployment plan for component to be referenced by other components",
)
.aliases(&["id", "planId"])
.inheritance(Inheritance::Never);
