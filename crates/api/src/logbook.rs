//! `/v1/logbook`.

use serde::{Deserialize, Serialize};

/// What is wanted of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogbookQuery {
    /// How many entries at most.
    #[serde(default)]
    pub number_of_items: Option<u64>,
    /// Whether the last ones, not the first.
    #[serde(default)]
    pub tail: Option<bool>,
    /// Read and without effect.
    #[serde(default)]
    pub recursive: Option<bool>,
    /// Of these levels; none: of all.
    #[serde(default)]
    pub levels: Option<Vec<String>>,
    /// Not before this time (ISO 8601 with a time zone).
    #[serde(default)]
    pub date_time_from: Option<String>,
    /// Not after this time.
    #[serde(default)]
    pub date_time_to: Option<String>,
    /// With this in the message.
    #[serde(default)]
    pub search_phrase: Option<String>,
    /// That name this task.
    #[serde(default)]
    pub task_id: Option<String>,
    /// That name this entity.
    #[serde(default)]
    pub entity_id: Option<String>,
    /// Of this module (`brownstone_server::http`), or one below it.
    #[serde(default)]
    pub logger_name: Option<String>,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Where it stands in the file.
    pub line_id: String,
    /// When, with a comma before the milliseconds.
    pub timestamp: String,
    /// When.
    pub datetime: String,
    /// Always null: tasks stand in the message.
    pub task_id: Option<String>,
    /// Always null: entities stand in the message.
    pub entity_ids: Option<String>,
    /// How grave.
    pub level: String,
    /// Always null.
    pub bundle_id: Option<String>,
    /// The module that said it.
    pub class: String,
    /// The thread.
    pub thread_name: String,
    /// What it says.
    pub message: String,
}
