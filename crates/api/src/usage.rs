//! `/v1/usage`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How something was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UsageStatistics {
    /// Each time that it was as it was.
    pub statistics: Vec<UsageStatistic>,
    /// Always empty, as in Brooklyn.
    pub links: BTreeMap<String, String>,
}

/// For how long something was as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageStatistic {
    /// How it was.
    pub status: String,
    /// What: an application, or a machine.
    pub id: String,
    /// The application that used it.
    pub application_id: String,
    /// `2026-07-14T18:06:58+0000`.
    pub start: String,
    /// Likewise.
    pub end: String,
    /// In milliseconds.
    pub duration: u64,
    /// More about it.
    pub metadata: BTreeMap<String, String>,
}
