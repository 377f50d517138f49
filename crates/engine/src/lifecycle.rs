//! The words of `service.state`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A stage in an entity's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lifecycle {
    /// There, not started.
    Created,
    /// Being started.
    Starting,
    /// Running and well.
    Running,
    /// Being stopped.
    Stopping,
    /// Stopped.
    Stopped,
    /// Gone.
    Destroyed,
    /// Not as it should be.
    OnFire,
}

impl Lifecycle {
    /// Every stage.
    pub const ALL: [Lifecycle; 7] = [
        Lifecycle::Created,
        Lifecycle::Starting,
        Lifecycle::Running,
        Lifecycle::Stopping,
        Lifecycle::Stopped,
        Lifecycle::Destroyed,
        Lifecycle::OnFire,
    ];

    /// The word as sensors and the wire have it (`ON_FIRE`).
    pub const fn word(self) -> &'static str {
        match self {
            Lifecycle::Created => "CREATED",
            Lifecycle::Starting => "STARTING",
            Lifecycle::Running => "RUNNING",
            Lifecycle::Stopping => "STOPPING",
            Lifecycle::Stopped => "STOPPED",
            Lifecycle::Destroyed => "DESTROYED",
            Lifecycle::OnFire => "ON_FIRE",
        }
    }

    /// The word as texts for people have it (`on-fire`).
    pub fn spoken(self) -> String {
        self.word().to_ascii_lowercase().replace('_', "-")
    }

    /// Reads a sensor's value, case and dashes apart.
    pub fn from_value(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        // Each change of an entity asks for its state; as a rule it is written as we write it.
        let exact = Self::ALL.into_iter().find(|l| l.word() == text);
        exact.or_else(|| {
            let word = text.to_ascii_uppercase().replace('-', "_");
            Self::ALL.into_iter().find(|l| l.word() == word)
        })
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
