//! Policies: list, show the configuration of one, start, stop, destroy.

use serde_json::Value;

use super::ended::Ended;
use super::scope::Scope;
use super::session::{Session, print};
use super::table::Table;
use crate::json::{all, text};

pub(super) fn run(session: &mut Session, scope: &Scope, id: &str) -> Result<(), Ended> {
    let below = format!("{}/policies", scope.path());
    if id.is_empty() {
        let said = session.json(&below)?;
        print(&list(all(&said)));
        return Ok(());
    }
    let below = format!("{below}/{id}/config");
    let said = session.json(&below)?;
    let mut keys = Vec::new();
    for key in all(&said) {
        let value = session.get(&format!("{below}/{}", text(key, "name")))?.text();
        keys.push((key, value));
    }
    print(&config(keys));
    Ok(())
}

fn list(policies: &[Value]) -> String {
    let mut table = Table::new(&["Id", "Name", "State"]);
    for policy in policies {
        table.add(&[text(policy, "id"), text(policy, "name"), text(policy, "state")]);
    }
    table.text()
}

fn config(mut keys: Vec<(&Value, String)>) -> String {
    keys.sort_by_key(|(key, _)| text(key, "name"));
    let mut table = Table::new(&["Name", "Value", "Description"]);
    for (key, value) in keys {
        table.add(&[text(key, "name"), &value, text(key, "description")]);
    }
    table.text()
}

pub(super) fn act(session: &mut Session, scope: &Scope, id: &str, what: &str) -> Result<(), Ended> {
    let path = format!("{}/policies/{id}/{what}", scope.path());
    let answer = session.post(&path, "application/json", Vec::new())?;
    print(&format!("{}\n", answer.text()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn policies_are_a_list_and_their_configuration_a_table() {
        let policy = json!({ "id": "p", "name": "grows", "state": "RUNNING" });
        assert_eq!(list(&[policy]), "Id   | Name    | State   \np    | grows   | RUNNING   \n");
        let (b, a) = (json!({ "name": "b", "description": "B" }), json!({ "name": "a" }));
        assert_eq!(
            config(vec![(&b, "2".to_owned()), (&a, String::new())]),
            "Name   | Value   | Description   \na      |         |    \nb      | 2       | B   \n"
        );
    }
}
