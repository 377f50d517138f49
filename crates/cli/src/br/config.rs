//! Configuration: list, show, set.

use serde_json::Value;

use super::ended::Ended;
use super::go_value::{plain, shown};
use super::scope::Scope;
use super::session::{Session, print};
use super::table::Table;

pub(super) fn run(session: &mut Session, scope: &Scope, key: &str) -> Result<(), Ended> {
    if key.is_empty() {
        let said = session.json(&format!("{}/config/current-state", scope.path()))?;
        print(&list(&said));
    } else {
        let value = session.json(&format!("{}/config/{key}", scope.path()))?;
        print(&format!("{}\n", shown(&value)));
    }
    Ok(())
}

fn list(config: &Value) -> String {
    let mut table = Table::new(&["Key", "Value"]);
    for (key, value) in config.as_object().into_iter().flatten() {
        table.add(&[key, &plain(value)]);
    }
    table.text()
}

/// The value goes out as it was typed: it must be JSON.
pub(super) fn set(session: &mut Session, scope: &Scope, value: &str) -> Result<(), Ended> {
    let path = format!("{}/config/{}", scope.path(), scope.config);
    let answer = session.post(&path, "application/json", value.as_bytes().to_vec())?;
    print(&format!("{}\n", answer.text()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_printed_as_go_has_them() {
        let config = json!({ "b": { "x": [1, null] }, "a.text": "hello" });
        assert_eq!(
            list(&config),
            "Key      | Value   \na.text   | hello   \nb        | map[x:[1 <nil>]]   \n"
        );
    }
}
