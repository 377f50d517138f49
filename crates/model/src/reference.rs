//! The page about entity types, policies, enrichers and feeds (`docs/types.md`), made from their tables, so that it
//! says what the program does.

use std::fmt::Write as _;

use serde_json::Value;

use crate::adjuncts::{self, AdjunctDef, AdjunctKind};
use crate::types::{self, ConfigDef, DefaultValue, EffectorDef, SensorDef, TypeDef, ValueType, common};

const HEAD: &str = "# Types

What blueprints may name, made from the tables in `crates/model/src/types` and `crates/model/src/adjuncts` by
`UPDATE_GOLDEN=1 cargo test -p brownstone-model --test reference`. A type is called by any of its names. Config stands beside
`type` or under `brooklyn.config`; the other names of a key are in brackets.

";

/// The whole page, in Markdown.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    section(&mut page, "Every entity", "What each of the types below has besides its own.");
    sensors(&mut page, common::SENSORS.iter().chain(common::STATE));
    for def in types::ALL {
        entity(&mut page, def);
    }
    for (kind, title) in [
        (AdjunctKind::Policy, "Policies"),
        (AdjunctKind::Enricher, "Enrichers"),
        (AdjunctKind::Feed, "Feeds and other initializers"),
    ] {
        let _ = writeln!(page, "# {title}\n");
        for def in adjuncts::ALL.iter().filter(|def| def.kind == kind) {
            adjunct(&mut page, def);
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn entity(page: &mut String, def: &TypeDef) {
    section(page, def.simple_name(), def.description);
    names(page, def.java_type, def.names);
    config(page, def.config_keys());
    let common = || common::SENSORS.iter().chain(common::STATE);
    let own = |s: &&SensorDef| common().all(|c| c.name != s.name);
    sensors(page, def.all_sensors().filter(own));
    effectors(page, def.all_effectors());
}

fn adjunct(page: &mut String, def: &AdjunctDef) {
    section(page, def.simple_name(), def.description);
    names(page, def.java_type, def.names);
    for group in def.needs {
        let keys: Vec<String> = group.iter().map(|key| format!("`{}`", key.name)).collect();
        let _ = writeln!(page, "Needs {}.\n", keys.join(" or "));
    }
    config(page, def.config_keys());
}

fn section(page: &mut String, title: &str, says: &str) {
    let _ = writeln!(page, "## {title}\n\n{}.\n", says.trim_end_matches('.'));
}

fn names(page: &mut String, java_type: &str, names: &[&str]) {
    let all: Vec<String> = names.iter().chain([&java_type]).map(|name| format!("`{name}`")).collect();
    let _ = writeln!(page, "Names: {}\n", all.join(", "));
}

fn config(page: &mut String, keys: impl Iterator<Item = &'static ConfigDef>) {
    let rows = keys.map(|key| {
        let others: Vec<String> = key.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
        [
            format!("`{}`{others}", key.name),
            value_type(key.value_type),
            default(key.default),
            key.description.to_owned(),
        ]
    });
    table(page, ["config key", "type", "default", "what"], rows);
}

fn sensors<'a>(page: &mut String, all: impl Iterator<Item = &'a SensorDef>) {
    let rows = all.map(|s| [format!("`{}`", s.name), simple(s.java_type), s.description.to_owned()]);
    table(page, ["sensor", "type", "what"], rows);
}

fn effectors<'a>(page: &mut String, all: impl Iterator<Item = &'a EffectorDef>) {
    let rows = all.map(|e| {
        let parameters: Vec<String> = e.parameters.iter().map(|p| format!("`{}`", p.name)).collect();
        [format!("`{}`", e.name), parameters.join(", "), simple(e.return_type), e.description.to_owned()]
    });
    table(page, ["effector", "parameters", "returns", "what"], rows);
}

/// A table, unless it would be empty.
fn table<const N: usize>(page: &mut String, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(page, "| {} |\n|{}", head.join(" | "), "---|".repeat(N));
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
    page.push('\n');
}

fn value_type(of: ValueType) -> String {
    match of {
        ValueType::Enum(of) => {
            let constants: Vec<String> = of.constants.iter().map(|c| c.to_lowercase()).collect();
            constants.join(", ")
        }
        ValueType::Any => "any".to_owned(),
        other => simple(other.java_type()),
    }
}

/// `java.lang.Boolean` is `boolean` to who writes YAML.
fn simple(java_type: &str) -> String {
    let last = java_type.rsplit(['.', '$']).next().unwrap_or(java_type);
    last.to_lowercase()
}

fn default(of: DefaultValue) -> String {
    match of.value() {
        None => String::new(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(other) => format!("`{other}`"),
    }
}
