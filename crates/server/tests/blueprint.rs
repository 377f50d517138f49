//! `blueprint validate` and `blueprint plan`: what they print stands in `tests/golden`. After a wanted change,
//! `UPDATE_GOLDEN=1 cargo test -p brownstone-server --test blueprint` writes what there is now.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What the program said.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The program in the folder of the golden files, without a release.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brownstone"));
    command.arg("blueprint").args(arguments).current_dir(golden()).env_remove("BROWNSTONE_HOME");
    command
}

fn run(arguments: &[&str]) -> Ran {
    Ran::of(command(arguments).output().unwrap())
}

fn expect(name: &str, said: &str) {
    let file = golden().join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&file).unwrap(), "{name}");
}

#[test]
fn validate_prints_every_fault_with_its_line_and_ends_with_1() {
    let bad = run(&["validate", "bad.yaml"]);
    assert_eq!((bad.code, bad.err.as_str()), (Some(1), ""));
    expect("bad.txt", &bad.out);
    let good = run(&["validate", "good.yaml"]);
    assert_eq!((good.code, good.err.as_str()), (Some(0), ""));
    expect("good.txt", &good.out);
    let both = run(&["validate", "good.yaml", "bad.yaml"]);
    assert_eq!(both.code, Some(1));
    assert_eq!(both.out, format!("{}{}", good.out, bad.out));
    let none = run(&["validate", "nowhere.yaml", "bad.yaml"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.starts_with("nowhere.yaml cannot be read: "), "{}", none.err);
    assert_eq!(none.out, bad.out);
}

#[test]
fn plan_prints_what_would_be_created_and_from_which_line() {
    let plan = run(&["plan", "good.yaml"]);
    assert_eq!((plan.code, plan.err.as_str()), (Some(0), ""));
    assert!(!plan.out.contains("hunter2") && !plan.out.contains("secret1"), "a password is shown");
    expect("plan.txt", &plan.out);
    let plan = run(&["plan", "bad.yaml"]);
    assert_eq!(plan.code, Some(1));
    expect("bad.txt", &plan.out);
}

#[test]
fn a_bom_is_looked_at_and_its_items_are_known_to_blueprints() {
    let bad = run(&["validate", "bad.bom"]);
    assert_eq!((bad.code, bad.err.as_str()), (Some(1), ""));
    expect("bad-bom.txt", &bad.out);
    let good = run(&["validate", "catalog.bom"]);
    assert_eq!((good.code, good.out.as_str()), (Some(0), "catalog.bom: good, 2 items\n"));
    let unknown = run(&["validate", "of-catalog.yaml"]);
    assert_eq!(unknown.code, Some(1));
    // The folder has a catalog.bom, so it is a bundle.
    for catalog in ["catalog.bom", "."] {
        let plan = run(&["plan", "of-catalog.yaml", "--catalog", catalog]);
        assert_eq!((plan.code, plan.err.as_str()), (Some(0), ""), "{}", plan.out);
        expect("of-catalog.txt", &plan.out);
    }
    let plan = run(&["plan", "--json", "of-catalog.yaml", "--catalog", "catalog.bom"]);
    let said: Value = serde_json::from_str(&plan.out).unwrap();
    let web = &said["plan"]["children"][0];
    assert_eq!(web["catalogItemId"], "web:1.2.0");
    let command = web["config"].as_array().unwrap().iter().find(|c| c["key"] == "launch.command").unwrap();
    assert_eq!((&command["line"], &command["item"]), (&11.into(), &"web:1.2.0".into()));
    let plan = run(&["plan", "catalog.bom"]);
    assert_eq!(plan.code, Some(2));
    assert_eq!(plan.err, "catalog.bom is a catalog: give it with --catalog, and a blueprint that uses it\n");
    let refused = run(&["validate", "of-catalog.yaml", "--catalog", "bad.bom"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(refused.err.contains("bad.bom:6:15"), "{}", refused.err);
}

#[test]
fn json_says_the_same_to_programs() {
    let bad = run(&["validate", "--json", "bad.yaml"]);
    assert_eq!(bad.code, Some(1));
    let said: Value = serde_json::from_str(&bad.out).unwrap();
    let file = &said["files"][0];
    assert_eq!((&file["file"], &file["valid"]), (&"bad.yaml".into(), &false.into()));
    assert_eq!(file["diagnostics"][0]["start"]["line"], 2);
    let plan = run(&["plan", "--json", "good.yaml"]);
    assert_eq!(plan.code, Some(0));
    assert!(!plan.out.contains("hunter2"), "a password is shown");
    let said: Value = serde_json::from_str(&plan.out).unwrap();
    assert_eq!(said["plan"]["name"], "Shop");
    assert_eq!(said["plan"]["children"][0]["id"], "web");
}

#[test]
fn a_blueprint_comes_from_standard_input_and_locations_from_the_release() {
    let release = tempfile::tempdir().unwrap();
    std::fs::create_dir(release.path().join("etc")).unwrap();
    let properties = "brooklyn.location.named.prod=byon(hosts=\"10.0.0.1\")\n";
    std::fs::write(release.path().join("etc/brooklyn.cfg"), properties).unwrap();
    let home = release.path().to_str().unwrap();
    for (arguments, code) in [(vec!["plan", "-", "--home", home], 0), (vec!["plan", "-"], 1)] {
        let mut child = command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"location: prod\nservices: [{type: BasicEntity}]\n").unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!(ran.out.contains("prod: 10.0.0.1"), code == 0, "{ran:?}");
    }
}
