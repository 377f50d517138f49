//! `/v1/applications`.

use serde::{Deserialize, Serialize};

/// An application in lists and alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApplicationSummary {
    /// Its id.
    pub id: String,
    /// What it is.
    pub spec: ApplicationSpec,
    /// How it is.
    pub status: Status,
    /// Where more is.
    pub links: ApplicationLinks,
}

/// What an application is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApplicationSpec {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Ids of its locations.
    pub locations: Vec<String>,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApplicationLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its children.
    pub entities: String,
}

/// How an application is; made of `service.state` and `service.isUp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Created, not started.
    Accepted,
    /// On its way up.
    Starting,
    /// Runs.
    Running,
    /// On its way down.
    Stopping,
    /// Was stopped.
    Stopped,
    /// Is gone.
    Destroyed,
    /// On fire.
    Error,
    /// Nobody knows.
    Unknown,
}

impl Status {
    /// From the word of `service.state` (`ON_FIRE`, `RUNNING`, ...), else from `service.isUp`.
    pub fn of(state: Option<&str>, is_up: Option<bool>) -> Status {
        match state {
            Some("CREATED") => Status::Accepted,
            Some("STARTING") => Status::Starting,
            Some("RUNNING") => Status::Running,
            Some("STOPPING") => Status::Stopping,
            Some("STOPPED") => Status::Stopped,
            Some("DESTROYED") => Status::Destroyed,
            Some("ON_FIRE") => Status::Error,
            _ if is_up == Some(true) => Status::Running,
            _ => Status::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_follows_the_state_and_then_is_up() {
        assert_eq!(Status::of(Some("ON_FIRE"), Some(true)), Status::Error);
        assert_eq!(Status::of(None, Some(true)), Status::Running);
        assert_eq!(Status::of(None, None), Status::Unknown);
        assert_eq!(serde_json::to_string(&Status::Accepted).unwrap(), r#""ACCEPTED""#);
    }
}
