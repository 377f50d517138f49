//! `activity`: tasks in lists, one with all that is known of it, and what its command read and wrote.

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::failed::Failed;
use super::look::{Look, print, value};
use super::session::{Place, Session};
use crate::json::{all, text};

/// A task, and what of it.
#[derive(Debug, Args)]
pub struct Activity {
    /// Its id.
    id: String,
    /// What it reads, or wrote.
    #[arg(value_enum)]
    stream: Option<Stream>,
    /// The tasks that it is made of.
    #[arg(long, conflicts_with = "stream")]
    children: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stream {
    Stdin,
    Stdout,
    Stderr,
    Env,
}

impl Activity {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let task = api::paths::task(&self.id);
        if let Some(stream) = self.stream {
            let name = match stream {
                Stream::Stdin => "stdin",
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
                Stream::Env => "env",
            };
            let text = session.text(&format!("{task}/stream/{name}"))?;
            session.show(&Value::from(text.as_str()), |_| text.clone());
            return Ok(());
        }
        if self.children {
            return show_list(session, &format!("{task}/children"));
        }
        let said = session.json(&task)?;
        session.show(&said, |look| card(look, &said));
        Ok(())
    }
}

/// The tasks of an entity.
pub(super) fn list_of(session: &mut Session, place: &Place) -> Result<(), Failed> {
    show_list(session, &format!("{}/activities", place.path()))
}

fn show_list(session: &mut Session, path: &str) -> Result<(), Failed> {
    let said = session.json(path)?;
    let mut tasks: Vec<&Value> = all(&said).iter().collect();
    tasks.sort_by_key(|task| std::cmp::Reverse(task["submitTimeUtc"].as_u64()));
    session.show(&said, |look| {
        let row = |task: &&Value| {
            let streams: Vec<&str> =
                task["streams"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            vec![
                text(task, "id").to_owned(),
                text(task, "currentStatus").to_owned(),
                time(&task["submitTimeUtc"]),
                text(task, "displayName").to_owned(),
                streams.join(" "),
            ]
        };
        let rows: Vec<Vec<String>> = tasks.iter().map(row).collect();
        look.table(&["ID", "STATUS", "SUBMITTED", "TASK", "STREAMS"], &rows)
    });
    Ok(())
}

/// All about a task.
pub(super) fn card(look: Look, task: &Value) -> String {
    let of = |name: &str| text(task, name).to_owned();
    let when = |name: &str| Some(&task[name]).filter(|at| !at.is_null()).map(time).unwrap_or_default();
    let streams: Vec<String> = task["streams"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, stream)| format!("{name} {}", text(&stream["metadata"], "sizeText")))
        .collect();
    let result = if task["result"].is_null() { String::new() } else { value(&task["result"]) };
    look.card(&[
        ("Id", of("id")),
        ("Task", of("displayName")),
        ("Status", of("currentStatus")),
        ("Description", of("description")),
        ("Entity", of("entityDisplayName")),
        ("Submitted", when("submitTimeUtc")),
        ("Started", when("startTimeUtc")),
        ("Ended", when("endTimeUtc")),
        ("Result", result),
        ("Waits for", of("blockingDetails")),
        ("Streams", streams.join(", ")),
        ("Details", of("detailedStatus")),
    ])
}

/// A time of the wire where this program runs.
pub(super) fn time(millis: &Value) -> String {
    let moment = millis.as_i64().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    moment.map_or_else(
        || "-".to_owned(),
        |moment| moment.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// For commands that print as they go.
pub(super) fn heading(look: Look, task: &Value, stream: &str) {
    let words = format!(
        "== {} ({}, {}) {stream}, {}",
        text(task, "displayName"),
        text(task, "id"),
        text(task, "currentStatus"),
        time(&task["submitTimeUtc"])
    );
    print(&format!("{}\n", look.toned(super::look::Tone::Faint, &words)));
}
