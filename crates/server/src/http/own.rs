//! What the wire tells of the server that it is a part of: its configuration, its log files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use model::Surroundings;

use crate::levels::Levels;

/// What holds for each key that is known or set; secrets are masked.
pub type Properties = BTreeMap<String, String>;

/// Reads the configuration anew; the error is for people.
pub type ReadAgain = Box<dyn Fn() -> Result<Configured, String> + Send + Sync>;

/// A server as it tells of itself.
#[derive(Default)]
pub struct Own {
    /// Its configuration, as it was last read.
    pub properties: ArcSwap<Properties>,
    /// The folder of its log files.
    pub logs: Option<PathBuf>,
    /// How much is logged.
    pub levels: Option<Arc<Levels>>,
    /// Reads the configuration anew.
    pub read_again: Option<ReadAgain>,
}

/// What came of reading the configuration.
pub struct Configured {
    /// What holds for each key.
    pub properties: Properties,
    /// What blueprints are compiled among.
    pub surroundings: Surroundings,
}
