//! Activities: list, show, children, and what their commands read and wrote.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::ended::Ended;
use super::flags::Parsed;
use super::scope::Scope;
use super::session::{Session, print};
use super::table::Table;
use crate::json::{all, text};

/// The longest cell of a list, in bytes.
const CELL_MAX: usize = 40;

pub(super) fn run(session: &mut Session, scope: &Scope, parsed: &Parsed) -> Result<(), Ended> {
    let children = |id: &str| format!("/v1/activities/{id}/children");
    let listed = match (parsed.values("children").first(), parsed.first()) {
        (Some(of), _) => children(of),
        (None, "") if scope.activity.is_empty() => format!("{}/activities", scope.path()),
        (None, "") => children(&scope.activity),
        (None, id) => {
            let task = session.json(&format!("/v1/activities/{id}"))?;
            print(&card(&task));
            return Ok(());
        }
    };
    let said = session.json(&listed)?;
    print(&list(all(&said)));
    Ok(())
}

/// `stdin`, `stdout`, `stderr` or `env` of a task.
pub(super) fn stream(session: &mut Session, scope: &Scope, name: &str) -> Result<(), Ended> {
    let answer = session.get(&format!("/v1/activities/{}/stream/{name}", scope.activity))?;
    print(&format!("{}\n", answer.text()));
    Ok(())
}

fn list(tasks: &[Value]) -> String {
    let mut table = Table::new(&["Id", "Task", "Submitted", "Status", "Streams"]);
    for task in tasks {
        let streams: Vec<&str> =
            task["streams"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        table.add(&[
            text(task, "id"),
            &cut(text(task, "displayName")),
            &time(&task["submitTimeUtc"]),
            &cut(text(task, "currentStatus")),
            &streams.join(","),
        ]);
    }
    table.text()
}

fn card(task: &Value) -> String {
    let size = |name: &str| task["streams"][name]["metadata"]["size"].as_u64().unwrap_or(0);
    let sizes = ["stdin", "stdout", "stderr", "env"].map(size);
    let streams = match sizes {
        [0, 0, 0, 0] => String::new(),
        [stdin, stdout, stderr, env] => {
            format!("stdin: {stdin}, stdout: {stdout}, stderr: {stderr}, env {env}")
        }
    };
    let flag = |name: &str| task[name].as_bool().unwrap_or(false).to_string();
    let mut table = Table::new(&["Id:", text(task, "id")]);
    table.add(&["DisplayName:", text(task, "displayName")]);
    table.add(&["Description:", text(task, "description")]);
    table.add(&["EntityId:", text(task, "entityId")]);
    table.add(&["EntityDisplayName:", text(task, "entityDisplayName")]);
    table.add(&["Submitted:", &time(&task["submitTimeUtc"])]);
    table.add(&["Started:", &time(&task["startTimeUtc"])]);
    table.add(&["Ended:", &time(&task["endTimeUtc"])]);
    table.add(&["CurrentStatus:", text(task, "currentStatus")]);
    table.add(&["IsError:", &flag("isError")]);
    table.add(&["IsCancelled:", &flag("isCancelled")]);
    table.add(&["SubmittedByTask:", text(&task["submittedByTask"]["metadata"], "id")]);
    table.add(&["Streams:", &streams]);
    table.add(&["DetailedStatus:", &format!("\"{}\"", text(task, "detailedStatus"))]);
    table.text()
}

/// A time of the wire where this program runs, as `date` prints it; what is missing is the beginning of time.
pub(super) fn time(millis: &Value) -> String {
    time_in(millis, TimeZone::system())
}

fn time_in(millis: &Value, zone: TimeZone) -> String {
    let seconds = millis.as_i64().unwrap_or(0).div_euclid(1000);
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(zone).strftime("%a %b %e %H:%M:%S %Z %Y").to_string()
}

fn cut(text: &str) -> String {
    if text.len() < CELL_MAX {
        return text.to_owned();
    }
    format!("{}...", &text[..text.floor_char_boundary(CELL_MAX - 3)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_as_date_prints_them() {
        assert_eq!(time_in(&json!(1_795_847_059_883_u64), TimeZone::UTC), "Sat Nov 28 06:24:19 UTC 2026");
        assert_eq!(time_in(&Value::Null, TimeZone::UTC), "Thu Jan  1 00:00:00 UTC 1970");
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        assert_eq!(cut(&"x".repeat(39)), "x".repeat(39));
        assert_eq!(cut(&"x".repeat(40)), "x".repeat(37) + "...");
        assert_eq!(cut(&"ü".repeat(40)), "ü".repeat(18) + "...");
    }

    #[test]
    fn a_card_ends_with_streams_and_the_whole_status_on_one_line() {
        let task = json!({ "id": "t", "displayName": "run", "detailedStatus": "Completed\n\nafter 1s",
            "streams": { "stdin": { "metadata": { "size": 32 } }, "stdout": { "metadata": { "size": 9 } } } });
        let shown = card(&task);
        assert!(
            shown.contains("Streams:             | stdin: 32, stdout: 9, stderr: 0, env 0   \n"),
            "{shown}"
        );
        assert!(shown.ends_with("DetailedStatus:      | \"Completed  after 1s\"   \n"), "{shown}");
        assert!(list(&[task]).contains("t    | run    |"));
    }
}
