//! What a folder asks of the system, and in which order: a name must never be durable before its bytes, and no answer may
//! leave before the name is. No test that reads the folder again can see that, so `strace` looks on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::{env, fs};

use brownstone_store::Store;
use brownstone_store::folder::FolderStore;
use ha::verbs::{Answer, Name, Verb};

/// Tells [`child_entry`] that it is looked on, and where its folder is.
const CHILD: &str = "BROWNSTONE_STORE_ORDER_CHILD";
const RECORD: &str = "log/7/1.json";
const BEAT: &str = "nodes/a.json";

fn create(content: &str) -> Verb {
    Verb::Create { name: Name::parse(RECORD).unwrap(), bytes: Arc::from(content.as_bytes()) }
}

fn put() -> Verb {
    Verb::PutOwn { name: Name::parse(BEAT).unwrap(), bytes: Arc::from(&b"beat"[..]) }
}

/// Not a test by itself: what is looked on, since it runs this same binary. Before each verb, and when it was answered,
/// a file of that name is looked for, which the trace shows.
#[test]
fn child_entry() {
    let Some(folder) = env::var_os(CHILD) else { return };
    let store = FolderStore::open(&folder).unwrap();
    let verbs = [
        ("first", create("mine"), Answer::Created),
        ("again", create("mine"), Answer::Created),
        ("late", create("theirs"), Answer::Exists),
        ("beat", put(), Answer::Done),
    ];
    for (mark, verb, expected) in verbs {
        let _ = fs::read_link(format!("/begin-{mark}"));
        assert_eq!(store.run(&verb), expected, "{mark}");
        let _ = fs::read_link(format!("/answered-{mark}"));
    }
}

/// The calls of the child's thread between two marks; `None`, after a line that says so, where nobody can look on.
fn calls(folder: &Path) -> Option<Vec<String>> {
    let out = folder.join("trace");
    let traced =
        "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2,mkdir,mkdirat,readlink,readlinkat";
    let mut strace = Command::new("strace");
    strace.args(["-ff", "-y", "-s", "500", "-e", traced, "-o"]).arg(&out).arg(env::current_exe().unwrap());
    strace.args(["--exact", "child_entry"]).env(CHILD, folder.join("plane"));
    let ran = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !ran.as_ref().is_ok_and(std::process::ExitStatus::success) {
        println!("skipped: strace is not installed or may not look on ({ran:?})");
        return None;
    }
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut threads = files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    let text = threads.find(|text| text.contains("/begin-first")).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

/// Finds calls of one verb: each of these, in this order, is its name and what it must show; whatever lies between.
#[track_caller]
fn assert_order(calls: &[String], mark: &str, expected: &[(&str, &str)]) {
    let at = |what: &str| calls.iter().position(|call| call.contains(&format!("/{what}-{mark}\""))).unwrap();
    let between = &calls[at("begin")..at("answered")];
    let mut rest = between.iter();
    for (name, shows) in expected {
        let met = rest.any(|call| call.starts_with(name) && call.contains(shows));
        assert!(met, "{mark}: no {name} of {shows} in its turn:\n{}", between.join("\n"));
    }
}

#[test]
fn bytes_are_durable_before_their_name_and_the_name_before_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let Some(calls) = calls(folder.path()) else { return };
    let of_folder = |name: &str| format!("/plane{name}>");
    let (log, top, root, nodes) =
        (of_folder("/log/7"), of_folder("/log"), of_folder(""), of_folder("/nodes"));
    assert_order(
        &calls,
        "first",
        &[
            // The bytes, under a name that nobody reads.
            ("fsync", "/.stage/"),
            // Folders are durable as well, from the top.
            ("mkdir", "/plane/log\""),
            ("fsync", &root),
            ("mkdir", "/plane/log/7\""),
            ("fsync", &top),
            ("link", RECORD),
            ("fsync", &log),
        ],
    );
    // Whoever made it may have died before its name was durable, and who asks builds on it.
    assert_order(&calls, "again", &[("fsync", "/.stage/"), ("link", RECORD), ("fsync", &log)]);
    assert_order(&calls, "late", &[("fsync", "/.stage/"), ("link", RECORD), ("fsync", &log)]);
    assert_order(&calls, "beat", &[("fsync", "/.stage/"), ("rename", BEAT), ("fsync", &nodes)]);
}
