//! What a folder answers when the system fails in the middle of a verb: `strace` lets one call of a child fail, as a disk
//! or the server of a mount does.

use std::sync::Arc;
use std::{env, fs};

use brownstone_store::Store;
use brownstone_store::folder::FolderStore;
use ha::verbs::{Answer, Name, Verb};

use crate::looked_on::{self, Calls, LookedOn};

/// Tells [`child_entry`] that it is looked on, and where its folder is.
const CHILD: &str = "BROWNSTONE_STORE_ERRORS_CHILD";
const BEFORE: &str = "log/7/1.json";
const RECORD: &str = "log/7/2.json";
const NEW: &str = "log/8/1.json";
const BEAT: &str = "nodes/a.json";

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn create(text: &str) -> Verb {
    Verb::Create { name: name(text), bytes: Arc::from(&b"record"[..]) }
}

fn put(content: &str) -> Verb {
    Verb::PutOwn { name: name(BEAT), bytes: Arc::from(content.as_bytes()) }
}

fn list() -> Verb {
    Verb::List { prefix: name("log"), after: None, max: 10 }
}

/// Not a test by itself: each verb between two marks, and its answer into a file beside the folder.
#[test]
fn child_entry() {
    let Some(folder) = env::var_os(CHILD) else { return };
    looked_on::mark("begin", "open");
    let store = FolderStore::open_with_reserve(&folder, "a").unwrap();
    looked_on::mark("answered", "open");
    store.run(&create(BEFORE));
    store.run(&put("beat 1"));
    let verbs = [
        ("create", create(RECORD)),
        ("new", create(NEW)),
        ("put", put("beat 2")),
        ("read", Verb::Read { name: name(BEAT) }),
        ("absent", Verb::Read { name: name("nodes/b.json") }),
        ("list", list()),
        ("delete", Verb::Delete { name: name(BEFORE) }),
    ];
    for (mark, verb) in verbs {
        looked_on::mark("begin", mark);
        let answer = store.run(&verb);
        looked_on::mark("answered", mark);
        fs::write(format!("{}.{mark}", folder.display()), said(&answer)).unwrap();
    }
}

fn said(answer: &Answer) -> String {
    match answer {
        Answer::Failed(fault) => format!("failed: {:?}", fault.kind),
        Answer::Unknown(fault) => format!("unknown: {:?}", fault.kind),
        Answer::Content(content) => format!("content: {content:?}"),
        Answer::Page { names, .. } => format!("{} names", names.len()),
        other => format!("{other:?}"),
    }
}

/// A child in whose verb the first call of that name on that path fails.
struct Failed {
    at: LookedOn,
    mark: &'static str,
    calls: Calls,
}

impl Failed {
    fn said(&self) -> String {
        fs::read_to_string(format!("{}.{}", self.at.plane().display(), self.mark)).unwrap()
    }

    /// What lies there now, as another server sees it.
    fn holds(&self, file: &str) -> Option<Vec<u8>> {
        fs::read(self.at.plane().join(file)).ok()
    }
}

fn looked_on() -> LookedOn {
    LookedOn::new("errors::child_entry", CHILD)
}

/// The calls of a child of which none fails: where the one is that is to fail.
fn sound() -> Option<Calls> {
    looked_on().run(None)
}

/// The first call of that name on that path fails, as do the `more` that follow it.
fn when(sound: &Calls, mark: &'static str, call: &str, path: &str, error: &str, more: usize) -> Failed {
    let first = sound.nth(mark, call, path);
    let last = first + more;
    let inject = format!("inject={call}:error={error}:when={first}..{last}");
    let at = looked_on();
    let calls = at.run(Some(&inject)).unwrap();
    Failed { at, mark, calls }
}

#[test]
fn bytes_that_are_not_durable_get_no_name() {
    let Some(sound) = sound() else { return };
    for call in ["fsync", "close"] {
        let create = when(&sound, "create", call, "/.stage/", "EIO", 0);
        assert_eq!((create.said().as_str(), create.holds(RECORD)), ("failed: Unreachable", None), "{call}");
        let put = when(&sound, "put", call, "/.stage/", "EIO", 0);
        assert_eq!(put.said(), "failed: Unreachable", "{call}");
        assert_eq!(put.holds(BEAT).as_deref(), Some(&b"beat 1"[..]), "{call}: the old one stays");
    }
    let full = when(&sound, "create", "fsync", "/.stage/", "ENOSPC", 0);
    assert_eq!((full.said().as_str(), full.holds(RECORD)), ("failed: Full", None));
}

#[test]
fn a_name_that_may_not_be_durable_is_unknown() {
    let Some(sound) = sound() else { return };
    for error in ["EIO", "ENOSPC"] {
        for (mark, folder) in [("create", "/log/7>"), ("put", "/nodes>")] {
            let failed = when(&sound, mark, "fsync", folder, error, 0);
            assert!(failed.said().starts_with("unknown: "), "{mark}: {}", failed.said());
        }
    }
}

#[test]
fn nothing_is_put_into_a_folder_that_is_not_durable() {
    let Some(sound) = sound() else { return };
    let failed = when(&sound, "new", "fsync", "/log>", "EIO", 0);
    assert_eq!((failed.said().as_str(), failed.holds(NEW)), ("failed: Unreachable", None));
}

#[test]
fn a_change_whose_reply_was_lost_is_unknown_and_its_stage_goes_before_the_answer() {
    let Some(sound) = sound() else { return };
    for (mark, call, path) in
        [("create", "linkat", RECORD), ("put", "rename", BEAT), ("delete", "unlink", BEFORE)]
    {
        let failed = when(&sound, mark, call, path, "EIO", 0);
        assert_eq!(failed.said(), "unknown: Unreachable", "{mark}");
        // Should the server carry it out later, it finds nothing to link.
        let gone =
            failed.calls.of(mark).iter().any(|call| call.starts_with("unlink") && call.contains("/.stage/"));
        assert!(gone || mark == "delete", "{mark}");
    }
}

#[test]
fn what_another_client_replaced_under_a_call_is_looked_for_again() {
    let Some(sound) = sound() else { return };
    for (mark, call, path, expected) in [
        ("create", "linkat", RECORD, "Created"),
        ("put", "rename", BEAT, "Done"),
        ("read", "openat", BEAT, "content: Some([98, 101, 97, 116, 32, 50])"),
        ("list", "openat", "/plane/log\"", "3 names"),
        ("delete", "unlink", BEFORE, "Done"),
    ] {
        assert_eq!(when(&sound, mark, call, path, "ESTALE", 0).said(), expected, "{mark}");
    }
}

#[test]
fn what_cannot_be_read_is_not_told_as_nothing() {
    let Some(sound) = sound() else { return };
    for (mark, call, path, error, more) in [
        ("read", "openat", BEAT, "EIO", 0),
        // What is stale is looked for again, and is stale again.
        ("read", "openat", BEAT, "ESTALE", 1),
        ("list", "openat", "/plane/log/7\"", "EACCES", 0),
        ("list", "openat", "/plane/log/7\"", "ESTALE", 1),
        // Whether the folder itself is still there.
        ("absent", "statx", "/plane\"", "EIO", 0),
    ] {
        let said = when(&sound, mark, call, path, error, more).said();
        assert!(said.starts_with("failed: "), "{mark} {error}: {said}");
    }
}

#[test]
fn a_folder_that_is_pruned_while_others_are_listed_takes_nothing_else_away() {
    let Some(sound) = sound() else { return };
    assert_eq!(when(&sound, "list", "openat", "/plane/log/7\"", "ENOENT", 0).said(), "1 names");
}

#[test]
fn room_that_could_not_be_kept_whole_is_not_kept_at_all() {
    let Some(sound) = sound() else { return };
    let failed = when(&sound, "open", "fsync", "/.stage/a.reserve>", "EIO", 0);
    assert_eq!(failed.holds(".stage/a.reserve"), None);
    assert!(failed.holds(RECORD).is_some(), "and a disk that is not full is written to");
}
