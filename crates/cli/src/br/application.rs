//! Applications: list, show, deploy, delete, tree; and the locations.

use std::fmt::Write as _;

use client::Request;
use serde_json::Value;

use super::ended::Ended;
use super::go_value::plain;
use super::resource;
use super::scope::Scope;
use super::session::{Failed, Session, parse, print};
use super::table::Table;
use crate::json::{all, text};

const APPLICATIONS: &str = "/v1/applications";

pub(super) fn run(session: &mut Session, id: &str) -> Result<(), Ended> {
    if id.is_empty() {
        let said = session.json(APPLICATIONS)?;
        print(&list(all(&said)));
        return Ok(());
    }
    let application = session.json(&format!("{APPLICATIONS}/{id}"))?;
    let path = format!("{APPLICATIONS}/{id}/entities/{id}");
    let entity = session.json(&path)?;
    let state = session.json(&format!("{path}/sensors/current-state"))?;
    let first = all(&application["spec"]["locations"]).first().and_then(Value::as_str);
    let location = match first {
        Some(first) => Some(session.json(&format!("/v1/locations/{first}"))?),
        None => None,
    };
    print(&card(&application, &entity, &state, location.as_ref()));
    Ok(())
}

fn list(applications: &[Value]) -> String {
    let mut table = Table::new(&["Id", "Name", "Status", "Location"]);
    for app in applications {
        table.add(&[text(app, "id"), text(&app["spec"], "name"), text(app, "status"), &locations_of(app)]);
    }
    table.text()
}

fn card(application: &Value, entity: &Value, state: &Value, location: Option<&Value>) -> String {
    let mut table = Table::new(&["Id:", text(application, "id")]);
    table.add(&["Name:", text(&application["spec"], "name")]);
    table.add(&["Status:", text(application, "status")]);
    if let Some(is_up) = state.get("service.isUp") {
        table.add(&["ServiceUp:", &plain(is_up)]);
    }
    table.add(&["Type:", text(&application["spec"], "type")]);
    table.add(&["CatalogItemId:", text(entity, "catalogItemId")]);
    // One without a location has no such lines.
    if let Some(location) = location {
        table.add(&["LocationId:", &locations_of(application)]);
        table.add(&["LocationName:", text(location, "name")]);
        table.add(&["LocationSpec:", text(location, "spec")]);
        table.add(&["LocationType:", text(location, "type")]);
    }
    table.text()
}

fn locations_of(application: &Value) -> String {
    let ids: Vec<&str> = all(&application["spec"]["locations"]).iter().filter_map(Value::as_str).collect();
    ids.join(", ")
}

/// A refusal ends with its status code, as far as an exit code can hold it.
pub(super) fn deploy(session: &mut Session, word: &str) -> Result<(), Ended> {
    let blueprint = match word {
        "" => return Err(Ended::usage("A filename or URL or '-' must be provided as the first argument")),
        "-" => resource::read_stdin()?,
        word => resource::read(word)?,
    };
    match session.post(APPLICATIONS, "application/json", blueprint) {
        Ok(answer) => {
            print(&deployed(&parse(&answer)?));
            Ok(())
        }
        Err(Failed::Refused(answer)) => {
            let message = format!("{}\n{}", answer.status_line, answer.message());
            Err(Ended { code: (answer.status % 256) as u8, output: String::new(), message })
        }
        Err(other) => Err(other.into()),
    }
}

fn deployed(task: &Value) -> String {
    let mut table = Table::new(&["Id:", text(task, "entityId")]);
    table.add(&["Name:", text(task, "entityDisplayName")]);
    table.add(&["Status:", text(task, "currentStatus")]);
    table.text()
}

pub(super) fn delete(session: &mut Session, scope: &Scope) -> Result<(), Ended> {
    let answer = session.send(Request::delete(format!("{APPLICATIONS}/{}", scope.application)))?;
    print(&format!("{}\n", dump(&parse(&answer)?)));
    Ok(())
}

/// A task as Go prints a structure: its fields without their names, in the order of the stock's own type.
fn dump(task: &Value) -> String {
    let number = |name: &str| task[name].as_i64().unwrap_or(0);
    let flag = |name: &str| task[name].as_bool().unwrap_or(false);
    let children: Vec<String> = all(&task["children"]).iter().map(dump_link).collect();
    let mut streams = Vec::new();
    for (name, stream) in task["streams"].as_object().into_iter().flatten() {
        let about = &stream["metadata"];
        let size = about["size"].as_i64().unwrap_or(0);
        streams.push(format!(
            "{name}:{{{} {{{} {size} {}}}}}",
            text(stream, "link"),
            text(about, "name"),
            text(about, "sizeText")
        ));
    }
    let links = match &task["links"] {
        Value::Null => Value::Object(serde_json::Map::new()),
        links => links.clone(),
    };
    format!(
        "{{{} {} {} {} {} {} map[{}] {} {} {} {} {} {} {} {} [{}] {} {} {} {} {}}}",
        number("submitTimeUtc"),
        number("endTimeUtc"),
        flag("isCancelled"),
        text(task, "currentStatus"),
        dump_link(&task["blockingTask"]),
        text(task, "displayName"),
        streams.join(" "),
        text(task, "description"),
        text(task, "entityId"),
        text(task, "entityDisplayName"),
        flag("error"),
        dump_link(&task["submittedByTask"]),
        plain(&task["result"]),
        flag("isError"),
        text(task, "detailedStatus"),
        children.join(" "),
        text(task, "blockingDetails"),
        flag("cancelled"),
        plain(&links),
        text(task, "id"),
        number("startTimeUtc"),
    )
}

fn dump_link(link: &Value) -> String {
    let about = &link["metadata"];
    format!(
        "{{{} {{{} {} {} {}}}}}",
        text(link, "link"),
        text(about, "id"),
        text(about, "taskName"),
        text(about, "entityId"),
        text(about, "entityDisplayName")
    )
}

pub(super) fn tree(session: &mut Session) -> Result<(), Ended> {
    let said = session.json(&format!("{APPLICATIONS}/fetch"))?;
    let mut out = String::new();
    branches(&mut out, all(&said), "");
    print(&out);
    Ok(())
}

fn branches(out: &mut String, entities: &[Value], indent: &str) {
    for (n, entity) in entities.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{indent}|- {}\n{indent}+- {}", text(entity, "name"), text(entity, "type"));
        let below = if n + 1 == entities.len() { "  " } else { "| " };
        branches(out, all(&entity["children"]), &format!("{indent}{below}"));
    }
}

pub(super) fn locations(session: &mut Session) -> Result<(), Ended> {
    let said = session.json("/v1/locations")?;
    let mut table = Table::new(&["Id", "Name", "Spec"]);
    for location in all(&said) {
        table.add(&[text(location, "id"), text(location, "name"), text(location, "spec")]);
    }
    print(&table.text());
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn applications_are_a_list_and_a_card() {
        let app = json!({ "id": "a1", "status": "RUNNING",
            "spec": { "name": "An App", "type": "T", "locations": ["l1", "l2"] } });
        assert_eq!(
            list(std::slice::from_ref(&app)),
            "Id   | Name     | Status    | Location   \na1   | An App   | RUNNING   | l1, l2   \n"
        );
        let location = json!({ "name": "localhost", "spec": "localhost", "type": "L" });
        let shown = card(&app, &json!({}), &json!({ "service.isUp": true }), Some(&location));
        assert!(shown.starts_with("Id:              | a1   \nName:            | An App   \n"), "{shown}");
        assert!(shown.contains("ServiceUp:       | true   \n") && shown.contains("CatalogItemId:   |    \n"));
        let bare = card(&app, &json!({}), &json!({}), None);
        assert!(!bare.contains("ServiceUp") && bare.ends_with("CatalogItemId:   |    \n"), "{bare}");
    }

    #[test]
    fn a_tree_shows_which_child_is_the_last() {
        let entity = |name: &str, children: Value| json!({ "name": name, "type": "T", "children": children });
        let inner = json!([entity("x", json!([])), entity("y", json!([]))]);
        let mut out = String::new();
        branches(&mut out, &[entity("a", inner), entity("b", json!([]))], "");
        assert_eq!(out, "|- a\n+- T\n| |- x\n| +- T\n| |- y\n| +- T\n|- b\n+- T\n");
    }

    #[test]
    fn a_removal_prints_the_task_as_go_prints_a_structure() {
        let task = json!({ "id": "t1", "submitTimeUtc": 5, "currentStatus": "In progress", "displayName": "d",
            "result": null, "links": { "self": "/s" },
            "children": [{ "link": "/c", "metadata": { "id": "c1", "taskName": "stop" } }] });
        assert_eq!(
            dump(&task),
            "{5 0 false In progress { {   }} d map[]    false { {   }} <nil> false  [{/c {c1 stop  }}]  false \
             map[self:/s] t1 0}"
        );
    }
}
