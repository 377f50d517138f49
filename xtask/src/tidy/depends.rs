//! Every dependency is used: its name occurs in the code that it was declared for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tree::{File, Tree};
use super::{Findings, code, folder, text};

/// Dependencies that no source names: package, dependency, reason.
const ALLOWED: [(&str, &str, &str); 0] = [];

pub(crate) fn check(packages: &[Value], tree: &Tree, findings: &mut Findings) {
    let libraries = libraries(packages);
    for package in packages {
        let Some(folder) = folder(package) else { continue };
        let sources: Vec<(&File, String)> =
            tree.under(&folder, ".rs").map(|file| (file, code::strip(&file.text))).collect();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let name = text(dependency, "name");
            let package = text(package, "name");
            if ALLOWED.iter().any(|(of, allowed, _)| *of == package && *allowed == name) {
                continue;
            }
            let word = dependency["rename"].as_str().or_else(|| libraries.get(name).copied()).unwrap_or(name);
            let word = word.replace('-', "_");
            let kind = dependency["kind"].as_str();
            let used = sources.iter().any(|(file, code)| {
                covers(kind, &file.path[folder.len() + 1..]) && code::find_word(code, &word).is_some()
            });
            if !used {
                let table =
                    kind.map_or_else(|| "dependencies".to_owned(), |kind| format!("{kind}-dependencies"));
                findings.problem(format!(
                    "{folder}/Cargo.toml: `{name}` in [{table}] is not used; take the line out, or move it to where it is used"
                ));
            }
        }
    }
}

/// Whether code at this path of a package is what a dependency of this kind is for.
fn covers(kind: Option<&str>, path: &str) -> bool {
    match kind {
        None => path.starts_with("src/"),
        Some("build") => path == "build.rs",
        Some(_) => path != "build.rs",
    }
}

/// The name by which code calls each package, where it is not the package's own.
fn libraries(packages: &[Value]) -> BTreeMap<&str, &str> {
    let mut names = BTreeMap::new();
    for package in packages {
        for target in package["targets"].as_array().into_iter().flatten() {
            let kinds = target["kind"].as_array().into_iter().flatten();
            if kinds.filter_map(Value::as_str).any(|kind| matches!(kind, "lib" | "proc-macro" | "rlib")) {
                names.insert(text(package, "name"), text(target, "name"));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(dependency: &Value, files: &[(&str, &str)]) -> Vec<String> {
        let package = json!({
            "name": "brownstone-store", "source": null, "manifest_path": "/somewhere/crates/store/Cargo.toml",
            "dependencies": [dependency],
        });
        let odd = json!({
            "name": "md-5", "source": "registry", "manifest_path": "/elsewhere/Cargo.toml",
            "targets": [{ "name": "md5", "kind": ["lib"] }],
        });
        let mut findings = Findings::default();
        check(&[package, odd], &Tree::of(files), &mut findings);
        findings.problems
    }

    #[test]
    fn an_unused_dependency_is_a_problem() {
        let dependency = json!({ "name": "crossbeam-channel", "kind": null });
        assert_eq!(
            problems(&dependency, &[("crates/store/src/a.rs", "use crossbeam_channel::bounded;")]),
            [""; 0]
        );
        let found = problems(&dependency, &[("crates/store/src/a.rs", "// crossbeam_channel")]);
        assert!(found[0].contains("`crossbeam-channel` in [dependencies] is not used"), "{found:?}");
        assert_eq!(problems(&dependency, &[("crates/other/src/a.rs", "crossbeam_channel::x")]).len(), 1);
    }

    #[test]
    fn what_only_tests_use_belongs_to_the_tests() {
        let tests = [("crates/store/tests/a.rs", "tempfile::tempdir()")];
        assert_eq!(problems(&json!({ "name": "tempfile", "kind": null }), &tests).len(), 1);
        assert_eq!(problems(&json!({ "name": "tempfile", "kind": "dev" }), &tests), [""; 0]);
    }

    #[test]
    fn renames_and_library_names_are_known() {
        let source = [("crates/store/src/a.rs", "use base::Lsn; use md5::Md5;")];
        let renamed = json!({ "name": "brownstone-base", "rename": "base", "kind": null });
        assert_eq!(problems(&renamed, &source), [""; 0]);
        assert_eq!(problems(&json!({ "name": "md-5", "kind": null }), &source), [""; 0]);
    }
}
