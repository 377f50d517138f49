//! `logs`: what the commands of an entity wrote, task by task.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::activity::heading;
use super::failed::Failed;
use super::look::print;
use super::session::{Place, Session};
use crate::json::{all, text};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Of how many tasks, and whether to wait for more.
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// Of the newest so many tasks that wrote something.
    #[arg(long, short = 'n', default_value_t = 5)]
    tasks: usize,
    /// Go on with what is written later, until Ctrl-C.
    #[arg(long, short = 'f', conflicts_with = "json")]
    follow: bool,
}

impl Logs {
    pub(super) fn run(self, session: &mut Session, place: &Place) -> Result<(), Failed> {
        // How much of each stream was shown.
        let mut shown: BTreeMap<String, usize> = BTreeMap::new();
        let mut all_texts = Vec::new();
        loop {
            let said = session.json(&format!("{}/activities?recurse=true&limit=0", place.path()))?;
            for (task, stream) in streams(all(&said), self.tasks) {
                let path = format!("{}/stream/{stream}", api::paths::task(text(task, "id")));
                let text_now = session.text(&path)?;
                if session.look.json {
                    let id = text(task, "id");
                    all_texts.push(json!({ "task": id, "name": task["displayName"], "stream": stream, "text": text_now }));
                    continue;
                }
                let from = shown.get(&path).copied();
                let new = text_now.get(from.unwrap_or(0)..).unwrap_or_default();
                if from.is_none() || !new.is_empty() {
                    heading(session.look, task, stream);
                    print(&format!("{}\n", new.trim_end_matches('\n')));
                }
                shown.insert(path, text_now.len());
            }
            if !self.follow {
                if session.look.json {
                    print(&format!("{}\n", Value::from(all_texts)));
                } else if shown.is_empty() {
                    eprintln!("no task of {} wrote anything", place.entity);
                }
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// The streams of the newest tasks that wrote something, oldest first.
fn streams(tasks: &[Value], most: usize) -> Vec<(&Value, &'static str)> {
    let size = |task: &Value, name: &str| task["streams"][name]["metadata"]["size"].as_u64().unwrap_or(0);
    let mut wrote: Vec<&Value> =
        tasks.iter().filter(|task| size(task, "stdout") + size(task, "stderr") > 0).collect();
    wrote.sort_by_key(|task| (task["submitTimeUtc"].as_u64(), text(task, "id")));
    let newest = wrote.split_off(wrote.len().saturating_sub(most));
    let of = |task| {
        ["stdout", "stderr"]
            .into_iter()
            .filter(move |name| size(task, name) > 0)
            .map(move |name| (task, name))
    };
    newest.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_shown_of_the_newest_tasks() {
        let task = |id: &str, at: u64, out: u64, err: u64| {
            json!({ "id": id, "submitTimeUtc": at, "streams": { "stdin": { "metadata": { "size": 9 } },
                "stdout": { "metadata": { "size": out } }, "stderr": { "metadata": { "size": err } } } })
        };
        let tasks = [task("c", 3, 1, 1), task("a", 1, 1, 0), task("b", 2, 0, 4), task("d", 4, 0, 0)];
        let found: Vec<(&str, &str)> =
            streams(&tasks, 2).iter().map(|(task, name)| (text(task, "id"), *name)).collect();
        assert_eq!(found, [("b", "stderr"), ("c", "stdout"), ("c", "stderr")]);
    }
}
