//! How a task goes on: a tree of its sub-tasks that lives on a terminal, and a line for each change elsewhere. It goes
//! to standard error; standard output is for results.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::Duration;

use serde_json::Value;

use super::failed::Failed;
use super::look::{Look, Tone, cut, tone_of, value};
use super::session::Session;
use crate::json::{all, text};

/// How often the task is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// So many lines of the tree are shown at most: what fits on any terminal.
const LINES_MAX: usize = 20;

/// Waits for the end of a task and shows it; for commands whose answer is the task's.
pub(super) fn follow(session: &mut Session, task: &Value) -> Result<(), Failed> {
    let ended = watch(session, task)?;
    session.show(&ended, |_| String::new());
    Ok(())
}

/// Waits for the end of a task. One that failed is a failure, with its reason.
pub(super) fn watch(session: &mut Session, task: &Value) -> Result<Value, Failed> {
    let id = text(task, "id").to_owned();
    let path = api::paths::task(&id);
    let mut told = Told::default();
    loop {
        let task = session.json(&path)?;
        let below = session.json(&format!("{path}/children/recurse?limit=0"))?;
        if !session.look.json {
            told.show(Look::of_stderr(), &task, &below);
        }
        if task["endTimeUtc"].is_number() {
            // In the tree no task tells what came out of it.
            let first = first_failed(&task, &below).map(|first| api::paths::task(text(first, "id")));
            let first = first.map(|path| session.json(&path)).transpose()?;
            return ended(task, first.as_ref());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Of a task that failed, the innermost one below it that failed first.
fn first_failed<'v>(task: &Value, below: &'v Value) -> Option<&'v Value> {
    let is_error = |task: &Value| task["isError"] == Value::Bool(true);
    let all_below = below.as_object().into_iter().flatten().map(|(_, task)| task);
    let failed = all_below.filter(|other| is_error(task) && is_error(other) && other["id"] != task["id"]);
    failed.min_by_key(|task| (task["endTimeUtc"].as_u64(), all(&task["children"]).len()))
}

/// The task when it went well. Else why not: its own reason, and that of what failed first.
fn ended(task: Value, first: Option<&Value>) -> Result<Value, Failed> {
    if task["isError"] != Value::Bool(true) {
        return Ok(task);
    }
    let reason = |task: &Value| {
        let result =
            if task["result"].is_null() { String::new() } else { format!(": {}", value(&task["result"])) };
        let entity = text(task, "entityDisplayName");
        let of = if entity.is_empty() { String::new() } else { format!(" of {entity}") };
        format!(
            "{}{of} {}{result} (brownstone activity {})",
            text(task, "displayName"),
            outcome(task),
            text(task, "id")
        )
    };
    let mut why = reason(&task);
    if let Some(first) = first {
        why = format!("{why}\nthe first to fail: {}", reason(first));
    }
    Err(Failed::refused(why))
}

fn outcome(task: &Value) -> &'static str {
    if task["isCancelled"] == Value::Bool(true) { "was cancelled" } else { "failed" }
}

/// What was shown already.
#[derive(Debug, Default)]
struct Told {
    /// Lines of the tree that now stand on the terminal.
    standing: usize,
    lines: BTreeSet<String>,
}

impl Told {
    fn show(&mut self, look: Look, task: &Value, below: &Value) {
        let tree = tree(task, below);
        if std::io::stderr().is_terminal() {
            let shown = live(look, &tree);
            let up = if self.standing > 0 { format!("\x1b[{}A\x1b[J", self.standing) } else { String::new() };
            self.standing = shown.lines().count();
            eprint!("{up}{shown}");
            return;
        }
        for line in tree.iter().map(Line::plain) {
            if self.lines.insert(line.clone()) {
                eprintln!("{line}");
            }
        }
    }
}

/// A task of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    depth: usize,
    status: String,
    name: String,
    entity: String,
    waits_for: String,
}

impl Line {
    fn plain(&self) -> String {
        let of = if self.entity.is_empty() { String::new() } else { format!(" of {}", self.entity) };
        let waits = if self.waits_for.is_empty() { String::new() } else { format!(" ({})", self.waits_for) };
        format!("{}{}: {}{of}{waits}", "  ".repeat(self.depth), self.status, self.name)
    }
}

/// A task and all below it, in the order in which they were begun.
fn tree(task: &Value, below: &Value) -> Vec<Line> {
    let mut children: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (_, child) in below.as_object().into_iter().flatten() {
        children.entry(text(&child["submittedByTask"]["metadata"], "id")).or_default().push(child);
    }
    // Each lists its own in order; what it does not list (any more) comes behind, by time.
    let tasks = below.as_object().into_iter().flatten().map(|(_, task)| task).chain([task]);
    let listed = tasks.flat_map(|task| all(&task["children"])).map(|link| text(&link["metadata"], "id"));
    let mut places = BTreeMap::new();
    for (place, id) in listed.enumerate() {
        places.entry(id).or_insert(place);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|task| {
            let id = text(task, "id");
            (places.get(id).copied().unwrap_or(usize::MAX), task["submitTimeUtc"].as_u64(), id)
        });
    }
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    let mut left = vec![(0, task)];
    while let Some((depth, task)) = left.pop() {
        // The server's word for what is below what may be wrong; a circle would have no end.
        if !seen.insert(text(task, "id")) {
            continue;
        }
        lines.push(Line {
            depth,
            status: text(task, "currentStatus").to_owned(),
            name: text(task, "displayName").to_owned(),
            entity: text(task, "entityDisplayName").to_owned(),
            waits_for: text(task, "blockingDetails").to_owned(),
        });
        for child in children.get(text(task, "id")).into_iter().flatten().rev() {
            left.push((depth + 1, child));
        }
    }
    lines
}

/// The tree as it stands on a terminal: what runs and what failed is shown first where not all fits.
fn live(look: Look, tree: &[Line]) -> String {
    let is_quiet = |line: &Line| tone_of(&line.status) == Tone::Good && line.depth > 0;
    let left_out = tree.len().saturating_sub(LINES_MAX);
    let mut to_leave = left_out;
    let mut out = String::new();
    for line in tree {
        if to_leave > 0 && is_quiet(line) {
            to_leave -= 1;
            continue;
        }
        let mark = match tone_of(&line.status) {
            Tone::Good => "✔",
            Tone::Bad => "✘",
            Tone::Busy => "…",
            Tone::Plain | Tone::Faint => "·",
        };
        let words = line.plain();
        let words = words.trim_start();
        let indent = "  ".repeat(line.depth);
        let room = look.width.unwrap_or(usize::MAX).saturating_sub(indent.len() + 2);
        let mark = look.toned(tone_of(&line.status), mark);
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{indent}{mark} {}", cut(words, room));
    }
    if left_out > to_leave {
        let _ = writeln!(out, "  and {} that are completed", left_out - to_leave);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(id: &str, parent: &str, status: &str, at: u64) -> Value {
        json!({ "id": id, "displayName": format!("task {id}"), "currentStatus": status, "submitTimeUtc": at,
            "entityDisplayName": "web", "submittedByTask": { "metadata": { "id": parent } },
            "isError": status == "Failed", "endTimeUtc": at + 1,
            "result": if status == "Failed" { json!(format!("{id} broke")) } else { Value::Null } })
    }

    fn below() -> Value {
        json!({ "b": task("b", "a", "Failed", 2), "c": task("c", "b", "Failed", 3), "d": task("d", "a", "Completed", 1) })
    }

    #[test]
    fn tasks_stand_below_the_one_that_began_them() {
        let shown: Vec<String> =
            tree(&task("a", "", "Failed", 0), &below()).iter().map(Line::plain).collect();
        assert_eq!(
            shown,
            [
                "Failed: task a of web",
                "  Completed: task d of web",
                "  Failed: task b of web",
                "    Failed: task c of web"
            ]
        );
    }

    #[test]
    fn tasks_begun_at_once_stand_as_the_one_above_lists_them() {
        let mut above = task("a", "", "In progress", 0);
        let order = ["d", "b", "c"];
        above["children"] = order.iter().map(|id| json!({ "metadata": { "id": id } })).collect();
        let below: serde_json::Map<_, _> =
            order.iter().map(|id| ((*id).to_owned(), task(id, "a", "In progress", 1))).collect();
        let shown: Vec<String> =
            tree(&above, &Value::Object(below)).into_iter().skip(1).map(|line| line.name).collect();
        assert_eq!(shown, ["task d", "task b", "task c"]);
    }

    #[test]
    fn a_circle_of_tasks_has_an_end() {
        let below = json!({ "b": task("b", "a", "Failed", 2), "a": task("a", "b", "Failed", 3) });
        assert_eq!(tree(&task("a", "", "Failed", 0), &below).len(), 2);
    }

    #[test]
    fn what_failed_is_told_with_what_failed_first() {
        let (failed, below) = (task("a", "", "Failed", 9), below());
        let first = first_failed(&failed, &below);
        let why = ended(failed, first).unwrap_err().why;
        assert_eq!(
            why,
            "task a of web failed: a broke (brownstone activity a)\nthe first to fail: task b of web failed: b broke (brownstone \
             activity b)"
        );
        let well = task("a", "", "Completed", 9);
        assert_eq!(first_failed(&well, &below), None);
        assert!(ended(well, None).is_ok());
    }

    #[test]
    fn on_a_small_terminal_what_is_completed_makes_room() {
        let look = Look { json: false, width: Some(20), colours: false };
        let mut all = serde_json::Map::new();
        for n in 0..30 {
            all.insert(
                format!("t{n}"),
                task(&format!("t{n}"), "a", if n == 3 { "Failed" } else { "Completed" }, n),
            );
        }
        let shown = live(look, &tree(&task("a", "", "In progress", 0), &Value::Object(all)));
        assert_eq!(shown.lines().count(), LINES_MAX + 1);
        assert!(
            shown.contains("✘ Failed: task t3") && shown.contains("and 11 that are completed"),
            "{shown}"
        );
        assert!(shown.lines().all(|line| line.chars().count() <= 28), "{shown}");
    }
}
