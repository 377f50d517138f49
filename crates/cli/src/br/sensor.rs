//! Sensors: list with values, show one.

use serde_json::Value;

use super::ended::Ended;
use super::go_value::shown;
use super::scope::Scope;
use super::session::{Session, print};
use super::table::Table;
use crate::json::{all, text};

pub(super) fn run(session: &mut Session, scope: &Scope, name: &str) -> Result<(), Ended> {
    let below = format!("{}/sensors", scope.path());
    if !name.is_empty() {
        let value = session.json(&format!("{below}/{name}"))?;
        print(&format!("{}\n", shown(&value)));
        return Ok(());
    }
    let said = session.json(&below)?;
    let mut sensors = Vec::new();
    for sensor in all(&said) {
        let value = session.json(&format!("{below}/{}", text(sensor, "name")))?;
        sensors.push((sensor, value));
    }
    print(&list(sensors));
    Ok(())
}

fn list(mut sensors: Vec<(&Value, Value)>) -> String {
    sensors.sort_by_key(|(sensor, _)| text(sensor, "name"));
    let mut table = Table::new(&["Name", "Description", "Value"]);
    for (sensor, value) in sensors {
        table.add(&[text(sensor, "name"), text(sensor, "description"), &shown(&value)]);
    }
    table.text()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sensors_stand_in_order_with_their_values() {
        let (b, a) = (json!({ "name": "b", "description": "B" }), json!({ "name": "a" }));
        let shown = list(vec![(&b, json!({ "x": 1 })), (&a, Value::Null)]);
        assert_eq!(
            shown,
            "Name   | Description   | Value   \na      |               | null   \nb      | B             | {\"x\":1}   \n"
        );
    }
}
