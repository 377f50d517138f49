//! `/v1/activities`, and what calls that begin a task answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::paths;

/// A task. Nulls are left out in the whole class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskSummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub display_name: String,
    /// What it does.
    pub description: String,
    /// On which entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// On which entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_display_name: Option<String>,
    /// Who asked, what kind it is.
    pub tags: Vec<Value>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submit_time_utc: Option<u64>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time_utc: Option<u64>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time_utc: Option<u64>,
    /// `In progress`, `Completed`, `Failed`, `Cancelled`, ...
    pub current_status: String,
    /// What came out, or the error's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// True for failure and for cancellation.
    pub is_error: bool,
    /// Whether somebody cancelled it.
    pub is_cancelled: bool,
    /// Its sub-tasks.
    pub children: Vec<TaskLink>,
    /// Whose sub-task it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_by_task: Option<TaskLink>,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocking_task: Option<TaskLink>,
    /// What it waits for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocking_details: Option<String>,
    /// All about it, in words; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detailed_status: Option<String>,
    /// What it wrote.
    pub streams: BTreeMap<String, StreamLink>,
    /// Where more is.
    pub links: TaskLinks,
}

/// A link to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskLink {
    /// Where.
    pub link: String,
    /// What.
    pub metadata: TaskLinkMetadata,
}

/// What a link to a task says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskLinkMetadata {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_name: Option<String>,
    /// Its entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Its entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_display_name: Option<String>,
}

/// A link to what a task wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StreamLink {
    /// Where.
    pub link: String,
    /// How much.
    pub metadata: StreamLinkMetadata,
}

/// How much a task wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamLinkMetadata {
    /// `stdin`, `stdout`, `stderr`, `env`.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// For people.
    pub size_text: String,
}

impl StreamLink {
    /// The link to one stream of a task.
    pub fn new(task: &str, name: &str, size: u64) -> Self {
        let link = paths::below(&paths::task(task), "stream", name);
        Self {
            link,
            metadata: StreamLinkMetadata { name: name.to_owned(), size, size_text: size_text(size) },
        }
    }
}

/// Where more about a task is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its sub-tasks.
    pub children: String,
    /// Its entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
}

impl TaskLinks {
    /// The links of one task, of an entity of an application where it has one.
    pub fn new(task: &str, entity: Option<(&str, &str)>) -> Self {
        let own = paths::task(task);
        Self { children: format!("{own}/children"), own, entity: entity.map(|(a, e)| paths::entity(a, e)) }
    }
}

/// `9 B`, `1.2 KB`, `3.40 MB`: as Brooklyn words sizes.
pub fn size_text(bytes: u64) -> String {
    let (mut n, mut unit) = (bytes as f64, "B");
    for larger in ["KB", "MB", "GB"] {
        if n < 1000.0 {
            break;
        }
        (n, unit) = (n / 1000.0, larger);
    }
    let digits = if unit == "B" || n >= 100.0 {
        0
    } else if n >= 10.0 {
        1
    } else {
        2
    };
    format!("{n:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!(size_text(9), "9 B");
        assert_eq!(size_text(1234), "1.23 KB");
        assert_eq!(size_text(65_536), "65.5 KB");
        assert_eq!(size_text(2_000_000), "2.00 MB");
    }
}
