//! What there is: as the server says it over REST, and as the host shows it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::apps::MARK;
use crate::support::client::Client;
use crate::support::release::Release;

/// An entity with what is checked of it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) app: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) sensors: BTreeMap<String, Value>,
}

impl Seen {
    pub(super) fn path(&self) -> String {
        format!("/v1/applications/{}/entities/{}", self.app, self.id)
    }

    pub(super) fn text(&self, sensor: &str) -> String {
        match self.sensors.get(sensor) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }

    pub(super) fn state(&self) -> String {
        self.text("service.state").to_uppercase().replace('-', "_")
    }

    pub(super) fn is_process(&self) -> bool {
        self.kind.ends_with("VanillaSoftwareProcess")
    }

    /// Why it is not well, in its own words; empty when it says nothing.
    pub(super) fn reason(&self) -> String {
        let said = ["service.problems", "service.notUp.indicators"].map(|sensor| self.text(sensor));
        said.into_iter().filter(|text| !text.is_empty() && text != "{}").collect()
    }
}

/// Every entity that a server knows of, each application before what is below it.
pub(super) fn entities(server: &Release, client: &Client) -> Vec<Seen> {
    let apps = server.json(client, "/v1/applications/fetch");
    let mut seen = Vec::new();
    for app in apps.as_array().unwrap() {
        take(app, app["id"].as_str().unwrap(), &mut seen);
    }
    for entity in &mut seen {
        let path = format!("{}/sensors/current-state?raw=true", entity.path());
        // One that went away meanwhile has no sensors.
        let values = server.json(client, &path);
        entity.sensors = values.as_object().cloned().unwrap_or_default().into_iter().collect();
    }
    seen
}

fn take(entity: &Value, app: &str, seen: &mut Vec<Seen>) {
    let text = |name: &str| entity[name].as_str().unwrap_or_default().to_owned();
    let (id, name, kind) = (text("id"), text("name"), text("type"));
    seen.push(Seen { app: app.to_owned(), id, name, kind, sensors: BTreeMap::new() });
    for child in entity["children"].as_array().into_iter().flatten() {
        take(child, app, seen);
    }
}

/// The run directories of all processes that were launched and live, each as often as it has one.
pub(super) fn processes(below: &str) -> BTreeMap<String, Vec<i32>> {
    let mut found: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    let all = fs::read_dir("/proc").unwrap().flatten();
    for pid in all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok()) {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        let dir = line.split('\0').find_map(|word| word.strip_prefix(MARK));
        if let Some(dir) = dir.map(str::trim).filter(|dir| dir.starts_with(below)) {
            found.entry(dir.to_owned()).or_default().push(pid);
        }
    }
    found
}
