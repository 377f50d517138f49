//! What a folder asks of the system, and in which order: a name must never be durable before its bytes, and no answer may
//! leave before the name is. No test that reads the folder again can see that, so `strace` looks on.

use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use brownstone_store::Store;
use brownstone_store::folder::FolderStore;
use ha::verbs::{Answer, Name, Verb};

use crate::looked_on::{Calls, LookedOn, mark};

/// Tells [`child_entry`] that it is looked on, and where its folder is.
const CHILD: &str = "BROWNSTONE_STORE_ORDER_CHILD";
const RECORD: &str = "log/7/1.json";
/// In a folder that another process has made, and may have died at.
const THERE: &str = "log/8/1.json";
const BEAT: &str = "nodes/a.json";

fn create(content: &str) -> Verb {
    Verb::Create { name: Name::parse(RECORD).unwrap(), bytes: Arc::from(content.as_bytes()) }
}

fn create_there() -> Verb {
    Verb::Create { name: Name::parse(THERE).unwrap(), bytes: Arc::from(&b"record"[..]) }
}

fn put() -> Verb {
    Verb::PutOwn { name: Name::parse(BEAT).unwrap(), bytes: Arc::from(&b"beat"[..]) }
}

/// Not a test by itself: what is looked on, since it runs this same binary. Before each verb, and when it was answered,
/// a file of that name is looked for, which the trace shows.
#[test]
fn child_entry() {
    let Some(folder) = env::var_os(CHILD) else { return };
    mark("begin", "open");
    let store = FolderStore::open_with_reserve(&folder, "a").unwrap();
    mark("answered", "open");
    fs::create_dir_all(Path::new(&folder).join("log/8")).unwrap();
    let verbs = [
        ("first", create("mine"), Answer::Created),
        ("again", create("mine"), Answer::Created),
        ("late", create("theirs"), Answer::Exists),
        ("there", create_there(), Answer::Created),
        ("beat", put(), Answer::Done),
    ];
    for (verb_of, verb, expected) in verbs {
        mark("begin", verb_of);
        assert_eq!(store.run(&verb), expected, "{verb_of}");
        mark("answered", verb_of);
    }
}

/// Finds calls of one verb: each of these, in this order, is its name and what it must show; whatever lies between.
#[track_caller]
fn assert_order(calls: &Calls, mark: &str, expected: &[(&str, &str)]) {
    let between = calls.of(mark);
    let mut rest = between.iter();
    for (name, shows) in expected {
        let met = rest.any(|call| call.starts_with(name) && call.contains(shows));
        assert!(met, "{mark}: no {name} of {shows} in its turn:\n{}", between.join("\n"));
    }
}

#[test]
fn bytes_are_durable_before_their_name_and_the_name_before_the_answer() {
    let Some(calls) = LookedOn::new("order::child_entry", CHILD).run(None) else { return };
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
    // The folder of the plane itself is durable in the one that it was made in, and room is kept when it is on the disk.
    let above = ("fsync", "/.tmp");
    assert_order(&calls, "open", &[("mkdir", "/plane\""), above, ("fsync", "/.stage/a.reserve>")]);
    assert_order(&calls, "there", &[("fsync", &root), ("fsync", &top), ("link", THERE)]);
    // Folders are made sure of once.
    let syncs = calls.of("again").iter().filter(|call| call.starts_with("fsync")).count();
    assert_eq!(syncs, 2, "{}", calls.of("again").join("\n"));
}
