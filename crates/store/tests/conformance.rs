//! The suite on every store of this crate, and on stores that break their promise.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio, exit};
use std::sync::Arc;
use std::{env, fs};

use base::limits::LIST_PAGE_MAX;
use brownstone_store::fault::{FaultyStore, Rule, Trouble};
use brownstone_store::folder::{FolderStore, sweep_stage};
use brownstone_store::mem::MemStore;
use brownstone_store::place::Place;
use brownstone_store::suite::{self, CheckResult, Verdict, processes};
use brownstone_store::{Store, VerbKind};
use ha::verbs::{Answer, FaultKind, Name, Verb};

/// Tells [`child_entry`] that it is a child, and of which place: its arguments, a line each.
const CHILD: &str = "BROWNSTONE_STORE_CHECK_CHILD";

/// Not a test: where the children of the multi-process check begin, since they run this same binary.
#[test]
fn child_entry() {
    if let Ok(arguments) = env::var(CHILD) {
        exit(processes::child(&arguments.lines().map(str::to_owned).collect::<Vec<_>>()));
    }
}

fn respawn(args: &[String]) -> Command {
    let mut command = Command::new(env::current_exe().expect("this binary has a path"));
    command.args(["--exact", "child_entry", "--nocapture"]).env(CHILD, args.join("\n"));
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
fn a_page_says_more_only_when_there_is_and_has_a_limit_whatever_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("log")).unwrap();
    let memory = MemStore::new();
    memory.run(&Verb::Create { name: Name::parse("leader.json").unwrap(), bytes: Arc::from(&b""[..]) });
    for n in 0..=LIST_PAGE_MAX {
        let (name, bytes) = (Name::parse(&format!("log/{n}")).unwrap(), Arc::from(&b""[..]));
        fs::write(dir.path().join(name.as_str()), b"").unwrap();
        memory.run(&Verb::Create { name, bytes });
    }
    let stores: [&dyn Store; 2] = [&FolderStore::open(dir.path()).unwrap(), &memory];
    for store in stores {
        let page = |after: Option<&str>, max| {
            let after = after.map(|after| Name::parse(after).unwrap());
            let list = Verb::List { prefix: Name::parse("log").unwrap(), after, max };
            let Answer::Page { names, more } = store.run(&list) else { panic!("no page") };
            (names.len(), more)
        };
        assert_eq!(page(None, usize::MAX), (LIST_PAGE_MAX, true), "{}", store.describe());
        assert_eq!(page(Some("log/997"), 2), (2, false), "that is all: {}", store.describe());
        assert_eq!(page(Some("log/996"), 2), (2, true), "{}", store.describe());
        assert_eq!(page(Some("keys/z"), 1), (1, true), "before all of them: {}", store.describe());
    }
}

#[test]
fn a_folder_keeps_every_promise_to_eight_processes_and_is_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let plane = dir.path().join("plane");
    assert_all_passed(&processes::run(&Place::Folder(plane.clone()), &respawn));
    let left: Vec<_> = fs::read_dir(&plane).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".stage"]);
}

#[test]
fn a_child_that_does_not_begin_fails_the_check_and_not_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let results = processes::run(&Place::Folder(dir.path().into()), &|_| Command::new("true"));
    assert!(results.iter().any(|r| r.is_failed() && r.to_string().contains("did not begin")), "{results:#?}");
}

#[test]
fn what_is_asked_of_a_child_that_was_lost_fails_for_the_reason_that_it_was_lost_for() {
    let dir = tempfile::tempdir().unwrap();
    let results = processes::run(&Place::Folder(dir.path().into()), &|_| {
        let mut command = Command::new("sh");
        command.args(["-c", "echo brownstone-store-child ready; read question"]);
        command
    });
    let of_children: Vec<_> = results.iter().filter(|result| result.is_failed()).collect();
    assert!(!of_children.is_empty());
    for result in of_children {
        let text = result.to_string();
        assert!(text.contains("it ended") || text.contains("it is gone"), "{text}");
    }
}

#[test]
fn a_file_where_the_folder_should_be_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let results = processes::run(&Place::Folder(file), &respawn);
    let text = results.iter().map(ToString::to_string).collect::<String>();
    assert!(results.len() == 1 && results[0].is_failed(), "{text}");
    assert!(text.contains("is not a folder") && text.contains("To do"), "{text}");
}

/// Tests run as root as a rule, to whom permission bits mean nothing: so a child that is nobody.
#[test]
fn a_folder_that_the_user_may_not_write_is_denied_with_what_to_do() {
    if !nix::unistd::geteuid().is_root() {
        println!("skipped: only root can become another user");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let child = respawn(&[dir.path().to_str().unwrap().to_owned()]).uid(65534).output();
    let output = match child {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: nobody may not run this test's binary where it lies ({error})");
            return;
        }
    };
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(
        text.contains("Permission denied") && text.contains("let the user that runs the server"),
        "{text}"
    );
}

#[test]
fn a_writer_that_is_killed_leaves_whole_records_and_none_that_it_acknowledged_is_lost() {
    const BYTES: usize = 5000;
    const ACKNOWLEDGED: usize = 40;
    let dir = tempfile::tempdir().unwrap();
    let mut writer = respawn(&[dir.path().to_str().unwrap().to_owned()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut requests = writer.stdin.take().unwrap();
    let bytes = vec!["7"; BYTES].join(",");
    let sender = std::thread::spawn(move || {
        // Until the pipe breaks: the writer dies with requests in hand.
        for i in 0..100_000 {
            let line = format!("{{\"Create\":{{\"name\":\"log/0/{i:020}.json\",\"bytes\":[{bytes}]}}}}\n");
            if requests.write_all(line.as_bytes()).is_err() {
                break;
            }
        }
    });
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let created = lines.map_while(Result::ok).filter(|line| line == "\"Created\"").take(ACKNOWLEDGED).count();
    assert_eq!(created, ACKNOWLEDGED);
    writer.kill().unwrap();
    writer.wait().unwrap();
    sender.join().unwrap();

    let left = fs::read_dir(dir.path().join(".stage")).unwrap().count();
    assert_eq!((left, sweep_stage(dir.path())), (1, 1), "its stage is found and swept");
    let store = FolderStore::open(dir.path()).unwrap();
    let list = Verb::List { prefix: Name::parse("log/0").unwrap(), after: None, max: 1000 };
    let Answer::Page { names, .. } = store.run(&list) else { panic!("no page") };
    assert!(names.len() >= ACKNOWLEDGED);
    for (i, name) in names.iter().enumerate() {
        assert_eq!(name.leaf(), format!("{i:020}.json"), "no gap");
        let whole = Answer::Content(Some(Arc::from(vec![7; BYTES])));
        assert_eq!(store.run(&Verb::Read { name: name.clone() }), whole, "{name}");
    }
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
