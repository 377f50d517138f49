//! Entities: list, show, rename, blueprint, children.

use std::fmt::Write as _;

use serde_json::Value;

use super::activity::time;
use super::ended::Ended;
use super::flags::Parsed;
use super::go_value::plain;
use super::resource;
use super::scope::Scope;
use super::session::{Failed, Session, parse, print};
use super::table::Table;
use crate::json::{all, text};

pub(super) fn run(session: &mut Session, scope: &Scope, parsed: &Parsed) -> Result<(), Ended> {
    let below = format!("/v1/applications/{}/entities", scope.application);
    let listed = match (parsed.values("children").first(), parsed.first()) {
        (Some(of), _) => format!("{below}/{of}/children"),
        (None, "") if scope.entity == scope.application => below,
        (None, "") => format!("{below}/{}/children", scope.entity),
        (None, id) => return show(session, &format!("{below}/{id}")),
    };
    let said = session.json(&listed)?;
    print(&list(all(&said)));
    Ok(())
}

/// That there is no such entity is said in other words, and with another exit code, than everything else.
fn show(session: &mut Session, path: &str) -> Result<(), Ended> {
    let entity = session.json(path).map_err(|failed| {
        Ended::usage(match failed {
            Failed::Refused(answer) => format!("Error: {}", answer.status_line),
            Failed::Otherwise(ended) => format!("Error: {}", ended.message),
        })
    })?;
    let state = session.json(&format!("{path}/sensors/current-state"))?;
    print(&card(&entity, &state));
    Ok(())
}

fn list(entities: &[Value]) -> String {
    let mut table = Table::new(&["Id", "Name", "Type"]);
    for entity in entities {
        table.add(&[text(entity, "id"), text(entity, "name"), text(entity, "type")]);
    }
    table.text()
}

fn card(entity: &Value, state: &Value) -> String {
    let mut table = Table::new(&["Id:", text(entity, "id")]);
    table.add(&["Name:", text(entity, "name")]);
    for (name, sensor) in [("Status:", "service.state"), ("ServiceUp:", "service.isUp")] {
        if let Some(value) = state.get(sensor) {
            table.add(&[name, &plain(value)]);
        }
    }
    table.add(&["Type:", text(entity, "type")]);
    table.add(&["CatalogItemId:", text(entity, "catalogItemId")]);
    table.text()
}

pub(super) fn rename(session: &mut Session, scope: &Scope, name: &str) -> Result<(), Ended> {
    let path = format!("{}/name?name={}", scope.path(), form_text(name));
    let answer = session.post(&path, "application/json", Vec::new())?;
    print(&format!("{}\n", answer.text()));
    Ok(())
}

pub(super) fn spec(session: &mut Session, scope: &Scope) -> Result<(), Ended> {
    let answer = session.get(&format!("{}/spec", scope.path()))?;
    print(&format!("{}\n", answer.text()));
    Ok(())
}

pub(super) fn add_children(session: &mut Session, scope: &Scope, word: &str) -> Result<(), Ended> {
    let blueprint = resource::read(word)?;
    let answer = session.post(&format!("{}/children", scope.path()), "application/json", blueprint)?;
    let task = parse(&answer)?;
    let mut table = Table::new(&["Id", "Task", "Submitted", "Status"]);
    let submitted = time(&task["submitTimeUtc"]);
    table.add(&[text(&task, "id"), text(&task, "displayName"), &submitted, text(&task, "currentStatus")]);
    print(&table.text());
    Ok(())
}

/// As forms and queries have it.
pub(crate) fn form_text(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte == b' ' {
            out.push('+');
        } else if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_shows_what_the_entity_has() {
        let entity = json!({ "id": "e", "name": "one", "type": "T" });
        let state = json!({ "service.state": null, "service.isUp": false });
        assert_eq!(
            card(&entity, &state),
            "Id:              | e   \nName:            | one   \nStatus:          | <nil>   \n\
             ServiceUp:       | false   \nType:            | T   \nCatalogItemId:   |    \n"
        );
        assert!(!card(&entity, &json!({})).contains("Status"));
    }

    #[test]
    fn names_travel_whole() {
        assert_eq!(form_text("Wire & Re-named/ü!"), "Wire+%26+Re-named%2F%C3%BC%21");
    }
}
