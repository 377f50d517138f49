//! `config explain` and `config check`.

use serde_json::Value;

use crate::support::release::{PROPERTIES, Release};

#[test]
fn explain_names_every_value_its_origin_and_what_it_wins_over() {
    let server = Release::new();
    server.write(
        PROPERTIES,
        "brooklyn.ha.heartbeatTimeout=20s\nbrooklyn.webconsole.security.users=ann\n\
         brooklyn.webconsole.security.user.ann.password=hunter2\n",
    );
    let ran = server.run(&["config", "explain", "--json", "-D", "brooklyn.ha.heartbeatTimeout=2s"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.out.contains("hunter2"), "a password is shown");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    let line = |key: &str| {
        said["values"].as_array().unwrap().iter().find(|line| line["key"] == key).unwrap().clone()
    };
    let timeout = line("brooklyn.ha.heartbeatTimeout");
    assert_eq!((&timeout["value"], &timeout["origin"]), (&"2s".into(), &"command line".into()));
    assert_eq!(timeout["shadows"][0]["value"], "20s");
    assert_eq!(line("highAvailabilityMode")["origin"], "default");
    assert_eq!(line("brooklyn.webconsole.security.user.ann.password")["value"], "******");
    let uri = line("brownstone.ha.nodeUri");
    assert_eq!(uri["origin"], "the one listening address");

    let ran = server.run(&["config", "explain"]);
    let row = ran.out.lines().find(|l| l.contains("brooklyn.ha.heartbeatTimeout")).unwrap();
    assert!(row.contains("20s") && row.contains("brooklyn.cfg:1"), "{row}");
}

#[test]
fn check_tells_faults_with_their_lines_and_refuses_with_2() {
    let server = Release::new();
    let good = server.run(&["config", "check"]);
    assert_eq!(good.code, Some(0), "{good:?}");
    server.write(PROPERTIES, "brownstone.ha.priority=high\nbrownstone.ha.forward=proxy\n");
    let bad = server.run(&["config", "check"]);
    assert_eq!(bad.code, Some(2), "{bad:?}");
    assert!(
        bad.err.contains("brooklyn.cfg:1: brownstone.ha.priority: \"high\" is not a whole number"),
        "{bad:?}"
    );
    assert!(bad.err.contains("brooklyn.cfg:2: brownstone.ha.forward"), "{bad:?}");
}

#[test]
fn a_password_never_stands_in_what_is_generated_for_it() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_brownstone"))
        .args(["generate-password", "--user", "ann", "--salt", "abcd", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"hunter2\n").unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(out.contains("security.user.ann.salt=abcd") && !out.contains("hunter2"), "{out}");
    // sha256("abcdhunter2")
    assert_eq!(out.lines().last().unwrap().rsplit_once('=').unwrap().1.len(), 64);
}
