//! The rules of the house that no compiler checks. Each module is one rule with its table and its bad examples.

mod arrows;
mod code;
mod depends;
mod files;
mod licences;
mod nevers;
mod purity;
mod tree;

use anyhow::{Result, bail};
use serde_json::Value;

use self::tree::Tree;
use crate::workspace;

/// What the rules found: problems fail, warnings are only shown.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) problems: Vec<String>,
    pub(crate) warnings: Vec<String>,
}

impl Findings {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    fn warning(&mut self, text: String) {
        self.warnings.push(text);
    }
}

/// Check every rule on the workspace; an error when one is broken.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let tree = Tree::read(&root)?;
    let metadata = workspace::metadata(&root, false)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();

    let mut findings = Findings::default();
    purity::check(&tree, &mut findings);
    arrows::check(packages, &mut findings);
    licences::check(packages, &mut findings);
    depends::check(packages, &tree, &mut findings);
    files::check(&tree, &mut findings);
    nevers::check(&tree, &mut findings);

    for warning in &findings.warnings {
        println!("warning: {warning}");
    }
    for problem in &findings.problems {
        println!("error: {problem}");
    }
    let Findings { problems, warnings } = &findings;
    if !problems.is_empty() {
        bail!("tidy found {} problems; they are listed above", problems.len());
    }
    println!(
        "tidy: {} files and {} packages in order, {} warnings",
        tree.files().len(),
        packages.len(),
        warnings.len()
    );
    Ok(())
}

/// The folder of a package of ours (`crates/base`), from what cargo says about it; none for foreign ones.
fn folder(package: &Value) -> Option<String> {
    if !package["source"].is_null() {
        return None;
    }
    let manifest = package["manifest_path"].as_str()?;
    let parts: Vec<&str> = manifest.rsplit('/').skip(1).take(2).collect();
    match parts.as_slice() {
        ["xtask", _] => Some("xtask".to_owned()),
        [name, parent] => Some(format!("{parent}/{name}")),
        _ => None,
    }
}

/// A text field of cargo's JSON, or nothing.
fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
