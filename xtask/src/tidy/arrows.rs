//! Arrows between rooms point only down the table of ARCHITECTURE.md, and pure rooms depend on pure crates.

use serde_json::Value;

use super::purity::PURE;
use super::{Findings, text};

/// A room and the rooms that it may use, in its tests too.
const ARROWS: [(&str, &[&str]); 16] = [
    ("base", &[]),
    ("lang", &["base"]),
    ("model", &["base", "lang"]),
    ("ha", &["base"]),
    ("engine", &["base", "lang", "model"]),
    ("node", &["base", "ha", "engine", "model"]),
    ("api", &["base"]),
    ("store", &["base", "ha"]),
    ("archive", &["base", "model", "ha", "engine", "store"]),
    ("exec", &["base", "engine"]),
    ("client", &["base", "api"]),
    ("cli", &["base", "lang", "model", "api", "store", "client"]),
    ("sim", &["base", "lang", "model", "ha", "engine", "node", "api", "store"]),
    (
        "server",
        &[
            "base", "lang", "model", "ha", "engine", "node", "api", "store", "archive", "exec", "client",
            "cli",
        ],
    ),
    ("chaos", &["base"]),
    ("xtask", &["base", "ha", "engine", "store", "archive"]),
];

/// Foreign crates that only compute: no I/O, no clock, no global.
const PURE_CRATES: [&str; 12] = [
    "annotate-snippets",
    "base64",
    "fancy-regex",
    "granit-parser",
    "java-properties",
    "jiff",
    "rpds",
    "serde",
    "serde_json",
    "serde_json_path",
    "sha2",
    "thiserror",
];

/// Foreign crates that one pure room may use, and why only it.
const PURE_CRATES_OF: [(&str, &str, &str); 1] =
    [("api", "utoipa", "derives the OpenAPI description of the types")];

/// Foreign crates that the tests of pure rooms may use.
const TEST_CRATES: [&str; 3] = ["insta", "proptest", "tempfile"];

pub(crate) fn check(packages: &[Value], findings: &mut Findings) {
    for package in packages.iter().filter(|package| package["source"].is_null()) {
        let room = room(text(package, "name"));
        let Some((_, below)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            findings.problem(format!(
                "room `{room}` is not in the table of xtask/src/tidy/arrows.rs; say there what it may use"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            check_dependency(room, below, dependency, findings);
        }
    }
}

fn check_dependency(room: &str, below: &[&str], dependency: &Value, findings: &mut Findings) {
    let name = text(dependency, "name");
    let in_tests = dependency["kind"] == "dev";
    if dependency["source"].is_null() {
        let to = self::room(name);
        if !below.contains(&to) {
            let how = if in_tests { "uses, in its tests," } else { "uses" };
            findings.problem(format!(
                "arrow points up: `{room}` {how} `{to}`; it may use {below:?} (crates/{room}/Cargo.toml)"
            ));
        }
        return;
    }
    if !PURE.contains(&room) {
        return;
    }
    let known = PURE_CRATES.contains(&name)
        || PURE_CRATES_OF.iter().any(|(of, crate_name, _)| *of == room && *crate_name == name)
        || (in_tests && TEST_CRATES.contains(&name));
    if !known {
        findings.problem(format!(
            "pure room `{room}` depends on `{name}`, which is not known to be pure; if it is, add it to xtask/src/tidy/arrows.rs"
        ));
    }
}

/// `brownstone-ha` is the room `ha`.
fn room(package: &str) -> &str {
    package.strip_prefix("brownstone-").unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(package: &str, dependency: &str, kind: Option<&str>, foreign: bool) -> Vec<String> {
        let source = foreign.then_some("registry+x");
        let dependencies = json!([{ "name": dependency, "kind": kind, "source": source }]);
        let package = json!({ "name": package, "source": null, "dependencies": dependencies });
        let mut findings = Findings::default();
        check(&[package], &mut findings);
        findings.problems
    }

    #[test]
    fn arrows_may_not_point_up() {
        assert_eq!(problems("brownstone-ha", "brownstone-base", None, false), [""; 0]);
        assert!(
            problems("brownstone-ha", "brownstone-engine", None, false)[0]
                .contains("arrow points up: `ha` uses `engine`")
        );
        assert!(
            problems("brownstone-server", "brownstone-sim", Some("dev"), false)[0].contains("in its tests")
        );
        assert!(problems("brownstone-base", "brownstone-lang", None, false)[0].contains("points up"));
    }

    #[test]
    fn a_new_room_must_be_entered_in_the_table() {
        assert!(
            problems("brownstone-attic", "brownstone-base", None, false)[0]
                .contains("`attic` is not in the table")
        );
    }

    #[test]
    fn pure_rooms_depend_on_pure_crates() {
        assert_eq!(problems("brownstone-ha", "sha2", None, true), [""; 0]);
        assert_eq!(problems("brownstone-api", "utoipa", None, true), [""; 0]);
        assert_eq!(problems("brownstone-ha", "proptest", Some("dev"), true), [""; 0]);
        assert_eq!(problems("brownstone-store", "nix", None, true), [""; 0]);
        for (crate_name, kind) in
            [("tokio", None), ("utoipa", None), ("proptest", None), ("tokio", Some("dev"))]
        {
            assert_eq!(problems("brownstone-ha", crate_name, kind, true).len(), 1, "{crate_name}");
        }
    }
}
