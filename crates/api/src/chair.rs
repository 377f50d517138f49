//! Who sits in the master's chair: switchovers, pauses of automatic fail-over, the history of terms, drills. Ours.

use serde::{Deserialize, Serialize};

/// `POST /ha/switchover`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchoverRequest {
    /// The id of the server that shall be master; without it, whoever is best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When, as ISO 8601 with a zone (`2026-01-31T03:00:00Z`); without it, now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// The chair was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandedOver {
    /// Who was master.
    pub from: String,
    /// Who is master now.
    pub master: String,
    /// Where it serves.
    pub master_uri: String,
    /// Its term.
    pub term: u64,
    /// From the request to the first sign of the new master that this server saw, in milliseconds.
    pub took_ms: u64,
}

/// A switchover that is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedSwitchover {
    /// When, epoch milliseconds by the master's clock.
    pub at: u64,
    /// To whom; null: whoever is best then.
    pub to: Option<String>,
    /// Who ordered it.
    pub by: String,
    /// When it was ordered, epoch milliseconds.
    pub asked: u64,
}

/// `POST /ha/pause`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseRequest {
    /// When it ends by itself, as ISO 8601 with a zone; without it, when it is resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A pause of automatic fail-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PauseShown {
    /// When it began, epoch milliseconds.
    pub since: u64,
    /// When it ends by itself, epoch milliseconds; null: when it is resumed.
    pub until: Option<u64>,
    /// What for.
    pub why: String,
    /// Who ordered it.
    pub by: String,
}

/// What holds after `pause` or `resume`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailOver {
    /// The pause; null: fail-over is automatic.
    pub paused: Option<PauseShown>,
    /// Whether it is recorded for the whole plane. A standby without a master can lift a pause for itself only.
    pub recorded: bool,
}

/// `GET /ha/history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct History {
    /// Terms, the newest first.
    pub terms: Vec<TermShown>,
    /// What to give as `before` for the next page; null: there is none.
    pub before: Option<u64>,
}

/// One term, as its files tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermShown {
    /// Its number.
    pub term: u64,
    /// Who claimed it.
    pub node: String,
    /// Where that server served.
    pub uri: String,
    /// What made it claim.
    pub why: String,
    /// When it claimed, epoch milliseconds by its own clock.
    pub at: u64,
    /// For how long nobody had ruled until the claim, as the claimant saw it, in milliseconds; null: not known.
    pub gap_ms: Option<u64>,
    /// How it ended by its owner's word or its prover's; null: it lasts, or was followed without one.
    pub end: Option<TermEnd>,
    /// What of it cannot be read; empty when all can.
    pub trouble: String,
}

/// How a term ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermEnd {
    /// `step-down`, `exit`, `gave-up` or `host-proof`.
    pub why: String,
    /// Who says so.
    pub by: String,
    /// When, epoch milliseconds.
    pub at: u64,
    /// To whom it was handed over.
    pub to: Option<String>,
    /// Who ordered that.
    pub ordered_by: Option<String>,
}

/// `POST /ha/drill`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillRequest {
    /// Have the master end as by kill -9, instead of recording a write that changes nothing.
    #[serde(default)]
    pub kill: bool,
}

/// A write that changes nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Drilled {
    /// By whom.
    pub node: String,
    /// In which term.
    pub term: u64,
}
