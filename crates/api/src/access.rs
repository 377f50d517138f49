//! `/v1/access`.

use serde::{Deserialize, Serialize};

use crate::entity::SelfLink;

/// What may be done at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessSummary {
    /// Whether locations may give machines.
    pub location_provisioning_allowed: bool,
    /// Itself.
    pub links: SelfLink,
}
