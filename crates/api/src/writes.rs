//! `GET /v1/writes/{key}`: what became of a write that was sent with an `Idempotency-Key`. Ours.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WriteReport {
    /// The key as it was sent.
    pub key: String,
    /// What is known.
    pub outcome: WriteOutcome,
    /// What the server answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
}

/// What is known of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteOutcome {
    /// It is durable.
    Recorded,
    /// It is on its way.
    Pending,
    /// It did not happen: this server rules, does not have it, and cannot have forgotten it.
    NotRecorded,
    /// It may have happened and be forgotten since, or this server does not rule.
    Unknown,
}
