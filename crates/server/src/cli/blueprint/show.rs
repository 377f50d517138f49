//! A plan as a tree for people: an entity, what it has, and below it its children.

use std::fmt::Write as _;

use crate::plan::{Planned, Setting, Source, text};

/// Where the lines' numbers stand.
const LINE_COLUMN: usize = 76;
/// Longer values are cut, in characters.
const VALUE_CHARS_MAX: usize = 120;

/// The whole tree.
pub(super) fn tree(root: &Planned) -> String {
    let mut out = String::new();
    entity(&mut out, root, "", "");
    out
}

/// One entity. `first` stands before its own line, `indent` before everything else.
fn entity(out: &mut String, planned: &Planned, first: &str, indent: &str) {
    let name = planned.name.as_ref().map(|n| format!(" \"{n}\"")).unwrap_or_default();
    let id = planned.id.as_ref().map(|id| format!(", id {id}")).unwrap_or_default();
    let item = planned.catalog_item_id.as_ref().map(|i| format!(", from {i}")).unwrap_or_default();
    line(out, &format!("{first}{}{name}{id}{item}", planned.type_name), &planned.origin);
    let has_children = !planned.children.is_empty();
    let bar = format!("{indent}{} ", if has_children { "│" } else { " " });
    match planned.locations.as_deref() {
        Some([]) => section(out, &bar, "location", &["nowhere".to_owned()]),
        Some(all) => section(out, &bar, "location", all),
        None => {}
    }
    config(out, &bar, &planned.config);
    section(out, &bar, "parameters", &planned.parameters);
    section(out, &bar, "effectors", &planned.effectors);
    section(out, &bar, "sensors", &planned.sensors);
    section(out, &bar, "policies", &planned.policies);
    section(out, &bar, "enrichers", &planned.enrichers);
    section(out, &bar, "tags", &planned.tags.iter().map(text).collect::<Vec<_>>());
    for (i, child) in planned.children.iter().enumerate() {
        let is_last = i + 1 == planned.children.len();
        let (fork, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        entity(out, child, &format!("{indent}{fork}"), &format!("{indent}{below}"));
    }
}

fn section(out: &mut String, bar: &str, title: &str, items: &[String]) {
    for (i, item) in items.iter().enumerate() {
        let title = if i == 0 { title } else { "" };
        line(out, &format!("{bar}{title:11} {}", cut(item)), &Source::default());
    }
}

fn config(out: &mut String, bar: &str, settings: &[Setting]) {
    for (i, setting) in settings.iter().enumerate() {
        let title = if i == 0 { "config" } else { "" };
        let value = cut(&text(&setting.value));
        line(out, &format!("{bar}{title:11} {} = {value}", setting.key), &setting.origin);
        for spec in &setting.specs {
            let deeper = format!("{bar}{:13} ", "");
            entity(out, spec, &deeper, &deeper);
        }
    }
}

fn cut(value: &str) -> String {
    // A command of several lines is shown by its first ones.
    let flat = value.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ⏎ ");
    match flat.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}...", &flat[..end]),
        None => flat,
    }
}

fn line(out: &mut String, left: &str, origin: &Source) {
    // Writing to a text cannot fail.
    let _ = match origin.line {
        Some(number) => {
            let gap = LINE_COLUMN.saturating_sub(left.chars().count()).max(2);
            let of = origin.item.as_ref().map(|item| format!(" of {item}")).unwrap_or_default();
            writeln!(out, "{left}{:gap$}line {number}{of}", "")
        }
        None => writeln!(out, "{}", left.trim_end()),
    };
}
