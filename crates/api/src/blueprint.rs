//! `POST /v1/blueprints/complete` and `/hover`: a place in a blueprint that somebody writes. Ours.

use serde::{Deserialize, Serialize};

/// A blueprint, which need not be whole, and a place in it: a byte, or a line and a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlueprintPlace {
    /// The text.
    pub blueprint: String,
    /// From 0, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}
