//! ARCHITECTURE.md says what must never happen, and names beside each the test or lint that holds it.
//! This rule looks whether those names exist.

use super::tree::Tree;
use super::{Findings, code};

const FILE: &str = "ARCHITECTURE.md";

/// A list item of the section on nevers, with the names that it gives as its proof.
#[derive(Debug, PartialEq, Eq)]
struct Never {
    line: usize,
    text: String,
    names: Vec<String>,
}

pub(crate) fn check(tree: &Tree, findings: &mut Findings) {
    let Some(file) = tree.get(FILE) else {
        findings.warning(format!("{FILE} is not there, so the nevers are not checked"));
        return;
    };
    let nevers = nevers(&file.text);
    if nevers.is_empty() {
        findings.problem(format!("{FILE} has no list under a heading with `never` in it"));
    }
    for never in nevers {
        if never.names.is_empty() {
            findings.problem(format!("{FILE}:{}: no test or lint is named for `{}`", never.line, never.text));
        }
        for name in never.names.iter().filter(|name| !exists(tree, name)) {
            findings.problem(format!("{FILE}:{}: `{name}` is not found in the sources", never.line));
        }
    }
}

/// The list items under each heading with `never` in it. Lenient: numbers, dashes or a table.
fn nevers(text: &str) -> Vec<Never> {
    let mut items: Vec<Never> = Vec::new();
    let (mut inside, mut open) = (false, false);
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') {
            inside = trimmed.to_lowercase().contains("never");
            open = false;
        } else if !inside || trimmed.is_empty() {
            open = false;
        } else if starts_item(line) {
            items.push(Never { line: number + 1, text: trimmed.to_owned(), names: Vec::new() });
            open = true;
        } else if let Some(item) = items.last_mut().filter(|_| open) {
            item.text.push(' ');
            item.text.push_str(trimmed);
        }
    }
    for item in &mut items {
        item.names = names(&item.text);
        item.text = item.text.chars().take(60).collect();
    }
    items
}

/// An item of the outer list; what is indented further belongs to the item above it.
fn starts_item(line: &str) -> bool {
    let indent = line.len() - line.trim_start().len();
    let text = line.trim_start();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let row =
        text.starts_with('|') && !text.starts_with("|-") && !text.starts_with("| -") && text.contains('`');
    indent < 2
        && (text.starts_with("- ")
            || text.starts_with("* ")
            || row
            || (digits > 0 && text[digits..].starts_with(". ")))
}

/// What stands in backticks after the first word that announces a proof.
fn names(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let announced =
        ["test", "lint", "checked by", "held by"].iter().filter_map(|word| lower.find(word)).min();
    // A row of a table needs no announcement.
    let from = if text.starts_with('|') { Some(0) } else { announced };
    let Some(proof) = from.and_then(|at| text.get(at..)) else { return Vec::new() };
    proof.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A path of the workspace, or a function whose name is the last part; commands are taken as they are.
fn exists(tree: &Tree, name: &str) -> bool {
    let first = name.split_whitespace().next().unwrap_or_default();
    if name.contains(' ') && (first == "cargo" || first.starts_with("./")) {
        return true;
    }
    let (path, function) = name.split_once("::").unwrap_or((name, ""));
    if path.contains('/') {
        let below = format!("{path}/");
        let there = tree.files().iter().any(|file| file.path == path || file.path.starts_with(&below));
        return there && (function.is_empty() || exists(tree, function));
    }
    let last = name.rsplit("::").next().unwrap_or(name).trim_end_matches("()");
    let function = format!("fn {last}");
    tree.files().iter().any(|file| {
        let as_function = code::find_word(&file.text, &function).is_some();
        // Lints of rustc and clippy are named in the manifests.
        let as_lint = file.path.ends_with("Cargo.toml") && file.text.contains(&format!("{last} = "));
        let as_title = file.path.contains(".test.") && file.text.contains(last);
        (file.is_rust() && as_function) || as_lint || as_title
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# House\n- a list elsewhere\n## Never\nWords.\n\n1. Two masters act. Test: `sim::one_master`, \n   and `crates/sim/src/a.rs::other`.\n2. A write is lost.\n- No unsafe. Lint: `unsafe_code`, run by `cargo clippy x`.\n\n## Next\n1. Not one.";

    #[test]
    fn items_and_their_proofs_are_found() {
        let found = nevers(TEXT);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0].names, ["sim::one_master", "crates/sim/src/a.rs::other"]);
        assert_eq!((found[0].line, found[1].line), (6, 8));
        assert!(found[1].names.is_empty());
    }

    #[test]
    fn a_never_without_a_test_that_exists_is_a_problem() {
        let lint = ("Cargo.toml", "unsafe_code = \"forbid\"");
        let mut findings = Findings::default();
        check(&Tree::of(&[(FILE, TEXT), lint, ("crates/sim/src/a.rs", "fn other() {}")]), &mut findings);
        let text = findings.problems.join("\n");
        assert_eq!(findings.problems.len(), 2, "{text}");
        assert!(
            text.contains("`sim::one_master` is not found") && text.contains("no test or lint is named"),
            "{text}"
        );

        let mut findings = Findings::default();
        check(&Tree::of(&[(FILE, "No list here.")]), &mut findings);
        assert_eq!(findings.problems.len(), 1);
    }
}
