//! The suite on every store of this crate, and on stores that break their promise.

use std::process::{Command, exit};
use std::sync::Arc;
use std::{env, fs};

use brownstone_store::fault::{FaultyStore, Rule, Trouble};
use brownstone_store::folder::FolderStore;
use brownstone_store::mem::MemStore;
use brownstone_store::suite::{self, CheckResult, Verdict, processes};
use brownstone_store::{Store, VerbKind};
use ha::verbs::{Answer, FaultKind, Name, Verb};

/// Tells [`child_entry`] that it is a child, and of which folder.
const CHILD: &str = "BROWNSTONE_STORE_CHECK_CHILD";

/// Not a test: where the children of the multi-process check begin, since they run this same binary.
#[test]
fn child_entry() {
    if let Ok(dir) = env::var(CHILD) {
        exit(processes::child(&[dir]));
    }
}

fn respawn(args: &[String]) -> Command {
    let mut command = Command::new(env::current_exe().expect("this binary has a path"));
    command.args(["--exact", "child_entry", "--nocapture"]).env(CHILD, &args[0]);
    command
}

fn scratch() -> Name {
    Name::parse("scratch").expect("a name")
}

fn assert_all_passed(results: &[CheckResult]) {
    for result in results {
        println!("{result}");
    }
    assert!(results.iter().all(|result| result.verdict == Verdict::Passed), "{results:#?}");
}

#[test]
fn a_store_in_memory_keeps_every_promise() {
    let store: Arc<dyn Store> = Arc::new(MemStore::new());
    assert_all_passed(&suite::run(&|_| Arc::clone(&store), &scratch()));
}

#[test]
fn a_folder_keeps_every_promise_to_eight_stores_in_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let open = |_| Arc::new(FolderStore::open(dir.path().join("plane")).unwrap()) as Arc<dyn Store>;
    assert_all_passed(&suite::run(&open, &scratch()));
}

#[test]
fn a_folder_keeps_every_promise_to_eight_processes_and_is_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let plane = dir.path().join("plane");
    assert_all_passed(&processes::run(&plane, &respawn));
    let left: Vec<_> = fs::read_dir(&plane).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".stage"]);
}

#[test]
fn a_child_that_does_not_begin_fails_the_check_and_not_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let results = processes::run(dir.path(), &|_| Command::new("true"));
    assert!(results.iter().any(|r| r.is_failed() && r.to_string().contains("did not begin")), "{results:#?}");
}

#[test]
fn a_file_where_the_folder_should_be_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let results = processes::run(&file, &respawn);
    let text = results.iter().map(ToString::to_string).collect::<String>();
    assert!(results.len() == 1 && results[0].is_failed(), "{text}");
    assert!(text.contains("is not a folder") && text.contains("To do"), "{text}");
}

#[test]
fn lost_replies_and_passing_errors_do_not_fail_a_sound_store() {
    let store = Arc::new(FaultyStore::new(MemStore::new()));
    for verb in [VerbKind::Create, VerbKind::PutOwn, VerbKind::Delete] {
        store.inject(Rule::next(verb, 10, Trouble::LoseReply));
    }
    for verb in [VerbKind::Create, VerbKind::Read, VerbKind::List] {
        store.inject(Rule::next(verb, 5, Trouble::Fail(FaultKind::Unreachable)));
    }
    assert_all_passed(&suite::run(&|_| Arc::clone(&store) as Arc<dyn Store>, &scratch()));
}

/// A store whose `create` looks first and writes then, as a folder without hard links would.
struct LookThenWrite(MemStore);

impl Store for LookThenWrite {
    fn run(&self, verb: &Verb) -> Answer {
        let Verb::Create { name, bytes } = verb else { return self.0.run(verb) };
        if self.0.run(&Verb::Read { name: name.clone() }) != Answer::Content(None) {
            return Answer::Exists;
        }
        std::thread::yield_now();
        self.0.run(&Verb::PutOwn { name: name.clone(), bytes: Arc::clone(bytes) });
        Answer::Created
    }

    fn describe(&self) -> String {
        "a store that looks and then writes".to_owned()
    }
}

#[test]
fn a_create_that_looks_and_then_writes_is_found_out() {
    let store: Arc<dyn Store> = Arc::new(LookThenWrite(MemStore::new()));
    let results = suite::run(&|_| Arc::clone(&store), &scratch());
    let race = results.iter().find(|r| r.name.contains("racing")).unwrap();
    assert!(race.is_failed(), "{race}");
}
