//! Blueprints and what becomes of them, as files: every block is a blueprint, a line `---`, and its diagnostics or its
//! spec. After a wanted change, `UPDATE_GOLDEN=1 cargo test -p brownstone-model --test golden` writes what there is
//! now; the difference is to be read before it is committed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::WallMs;
use brownstone_model::catalog::Catalog;
use brownstone_model::catalog::add::{Content, Said, Upload, read};
use brownstone_model::compile::{Diagnostics, Params, compile_children};
use brownstone_model::spec::SpecWarning;
use brownstone_model::{EntitySpec, Surroundings, compile};
use serde_json::Value;

/// What the configuration says, for all blocks.
fn around() -> Surroundings {
    Surroundings::of_properties([
        ("brooklyn.location.user", "everybody"),
        ("brooklyn.location.byon.user", "byoner"),
        ("brooklyn.location.named.prod", "byon:(hosts=\"10.0.0.1,10.0.0.2\")"),
        ("brooklyn.location.named.prod.user", "prodder"),
        ("brooklyn.location.named.prod.private-key-file", "~/.ssh/prod"),
        ("brooklyn.location.named.alias", "named:prod"),
        ("brooklyn.location.named.a", "b"),
        ("brooklyn.location.named.b", "named:a"),
        ("brooklyn.location.named.localhost", "localhost(name=mine)"),
        ("brooklyn.external.vault", "in-place"),
        ("brooklyn.external.vault.key", "x"),
    ])
}

#[test]
fn blueprints_become_what_the_golden_files_say() {
    check("tests/golden", outcome);
}

/// A block is a BOM; or BOMs with `+++` between them and, last, a blueprint that names their items.
#[test]
fn boms_become_what_the_golden_files_say() {
    check("tests/golden/catalog", outcome_of_catalog);
}

fn check(folder: &str, outcome: fn(&str, &str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).expect("a folder");
    let entries = entries.map(|e| e.expect("a folder that can be listed").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no files", folder.display());
    let mut wrong = String::new();
    for file in files {
        let golden = std::fs::read_to_string(&file).expect("a text");
        let now = rewritten(&golden, outcome);
        if golden == now {
            continue;
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &now).expect("a file that can be written");
        }
        let lines = golden.lines().zip(now.lines()).enumerate().find(|(_, (a, b))| a != b);
        let (line, (was, is)) = lines.unwrap_or((golden.lines().count(), ("the end", "more")));
        let _ = writeln!(wrong, "{}:{}\n  was: {was}\n  is:  {is}", file.display(), line + 1);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The file with every block's outcome as it is now.
fn rewritten(golden: &str, outcome: fn(&str, &str) -> String) -> String {
    let mut out = String::new();
    for block in golden.split_inclusive("\n=====\n") {
        let block = block.trim_end_matches("\n=====\n").trim_matches('\n');
        let (title, rest) = block.split_once('\n').expect("a title and a blueprint");
        let given = rest.split("\n---\n").next().expect("a blueprint").trim_end_matches("\n---");
        let blueprint = if given.starts_with("---") { "" } else { given };
        if !out.is_empty() {
            out.push_str("=====\n");
        }
        let _ = writeln!(out, "{title}\n{blueprint}\n---\n{}", outcome(title, blueprint).trim_end());
    }
    out
}

fn outcome_of_catalog(_title: &str, given: &str) -> String {
    let mut around = around();
    let parts: Vec<&str> = given.split("\n+++\n").collect();
    let (blueprint, boms) = match parts.as_slice() {
        [bom] => (None, vec![*bom]),
        [boms @ .., blueprint] => (Some(*blueprint), boms.to_vec()),
        [] => (None, vec![""]),
    };
    let mut out = String::new();
    for bom in boms {
        let upload = Upload { source: "catalog.bom", content: Content::Bom(bom) };
        let mut fetch = |_: &str| Err("nothing is fetched".to_owned());
        let said: Vec<Said> = match read(&upload, &around, &mut fetch, "anonymous", WallMs(0)) {
            Ok(read) => {
                if blueprint.is_none() {
                    for item in &read.bundle.items {
                        let _ = writeln!(out, "{:?} {} of {}", item.kind, item.id, read.bundle.id);
                    }
                }
                let mut catalog = Catalog::clone(&around.catalog);
                catalog.put(Arc::new(read.bundle));
                around.catalog = Arc::new(catalog);
                read.warnings
            }
            Err(refused) => refused.items().to_vec(),
        };
        for said in &said {
            let label = said.diagnostic().label.as_ref().map(|l| format!(" | {l}")).unwrap_or_default();
            let _ = writeln!(out, "{}{label}", said.one_line());
        }
    }
    blueprint.map_or(out.clone(), |blueprint| out + &compiled(blueprint, &around))
}

fn outcome(title: &str, blueprint: &str) -> String {
    let around = around();
    if title.starts_with("# children") {
        return match compile_children("app.yaml", blueprint, &Params::new(), &around) {
            Ok(children) => accepted(&children.specs, &children.warnings),
            Err(found) => refused(&found, blueprint),
        };
    }
    compiled(blueprint, &around)
}

fn compiled(blueprint: &str, around: &Surroundings) -> String {
    match compile("app.yaml", blueprint, around) {
        Ok(app) => {
            let json = serde_json::to_vec(&app).expect("a spec is JSON");
            assert_eq!(
                serde_json::from_slice::<brownstone_model::AppSpec>(&json).expect("and comes back"),
                app
            );
            accepted(std::slice::from_ref(&app.root), &app.warnings)
        }
        Err(found) => refused(&found, blueprint),
    }
}

fn refused(found: &Diagnostics, blueprint: &str) -> String {
    let mut items = found.items().to_vec();
    items.sort_by_key(|d| d.span.start);
    let lines = items.iter().map(|d| {
        let label = d.label.as_ref().map(|l| format!(" | {l}")).unwrap_or_default();
        format!("{}{label}\n", d.one_line(blueprint))
    });
    lines.collect()
}

fn accepted(specs: &[EntitySpec], warnings: &[SpecWarning]) -> String {
    let mut out = String::new();
    for warning in warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    for spec in specs {
        show(&serde_json::to_value(spec).expect("a spec is JSON"), 0, &mut out);
    }
    out
}

/// JSON in the manner of YAML, what is short in one line.
fn show(value: &Value, depth: usize, out: &mut String) {
    let Value::Object(map) = value else { return };
    for (key, value) in map {
        let flat = value.to_string();
        let indent = "  ".repeat(depth);
        match value {
            Value::Object(_) if flat.len() > 80 => {
                let _ = writeln!(out, "{indent}{key}:");
                show(value, depth + 1, out);
            }
            Value::Array(items) if flat.len() > 80 && items.iter().all(Value::is_object) => {
                for item in items {
                    let _ = writeln!(out, "{indent}{key} -");
                    show(item, depth + 1, out);
                }
            }
            _ => {
                let _ = writeln!(out, "{indent}{key}: {flat}");
            }
        }
    }
}
