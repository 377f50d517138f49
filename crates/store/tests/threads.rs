//! Lanes and the gate over stores that hang and fail.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use brownstone_store::fault::{FaultyStore, Rule, Trouble};
use brownstone_store::folder::FolderStore;
use brownstone_store::gate;
use brownstone_store::lanes::{LANE_QUEUE_MAX, Lanes, Overloaded};
use brownstone_store::mem::MemStore;
use brownstone_store::{Store, VerbKind};
use ha::verbs::{Answer, FaultKind, Lane, Name, OpId, Verb};

/// Long enough for a busy machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

type Faulty = Arc<FaultyStore<MemStore>>;

fn faulty() -> Faulty {
    Arc::new(FaultyStore::new(MemStore::new()))
}

fn lanes(store: &Faulty) -> (Lanes, Receiver<(OpId, Answer)>) {
    let (tell, answers) = unbounded();
    let store = Arc::clone(store) as Arc<dyn Store>;
    let lanes = Lanes::start(&store, move |id, answer| {
        let _ = tell.send((id, answer));
    });
    (lanes.expect("threads start"), answers)
}

fn read(text: &str) -> Verb {
    Verb::Read { name: Name::parse(text).expect("a name") }
}

fn create(text: &str) -> Verb {
    Verb::Create { name: Name::parse(text).expect("a name"), bytes: Arc::from(&b"x"[..]) }
}

#[test]
fn a_verb_that_hangs_holds_only_its_lane_and_answers_when_released() {
    let store = faulty();
    store.inject(Rule::always("log/", Trouble::Hang));
    let (lanes, answers) = lanes(&store);
    lanes.submit(OpId(1), Lane::Log, read("log/0/1.json")).unwrap();
    assert!(store.wait_hanging(1, PATIENCE));
    lanes.submit(OpId(2), Lane::Log, read("plane.json")).unwrap();
    for (id, lane) in [(3, Lane::Beat), (4, Lane::Look), (5, Lane::Bulk), (6, Lane::Tail)] {
        lanes.submit(OpId(id), lane, read("plane.json")).unwrap();
        assert_eq!(answers.recv_timeout(PATIENCE).unwrap(), (OpId(id), Answer::Content(None)));
    }
    assert!(answers.is_empty(), "what came after the one that hangs waits for it");
    store.release();
    for id in [1, 2] {
        assert_eq!(answers.recv_timeout(PATIENCE).unwrap(), (OpId(id), Answer::Content(None)));
    }
}

#[test]
fn a_wide_lane_reads_as_many_at_once_as_it_is_wide() {
    let store = faulty();
    store.inject(Rule::always("log/", Trouble::Hang));
    let (lanes, answers) = lanes(&store);
    let width = Lane::Tail.width();
    for id in 0..=width {
        lanes.submit(OpId(id as u64), Lane::Tail, read("log/0/1.json")).unwrap();
    }
    assert!(store.wait_hanging(width, PATIENCE), "all of its threads are at work");
    assert!(answers.is_empty(), "one more than that waits");
    store.release();
    for _ in 0..=width {
        answers.recv_timeout(PATIENCE).unwrap();
    }
}

#[test]
fn a_full_lane_refuses_and_dropping_it_waits_for_nobody() {
    let store = faulty();
    store.inject(Rule::always("", Trouble::Hang));
    let (lanes, answers) = lanes(&store);
    lanes.submit(OpId(0), Lane::Log, read("a")).unwrap();
    assert!(store.wait_hanging(1, PATIENCE));
    for id in 0..LANE_QUEUE_MAX {
        lanes.submit(OpId(id as u64), Lane::Log, create("a")).unwrap();
    }
    assert_eq!(lanes.submit(OpId(9), Lane::Log, read("a")), Err(Overloaded { lane: Lane::Log }));
    drop(lanes);
    store.release();
    // The thread ends without answering or beginning anything more: the channel closes.
    assert!(answers.recv_timeout(PATIENCE).is_err_and(|error| error.is_disconnected()));
    assert_eq!(store.run(&read("a")), Answer::Content(None), "what waited was not begun");
}

struct Panics;

impl Store for Panics {
    fn run(&self, _verb: &Verb) -> Answer {
        panic!("a defect in a store, on purpose");
    }

    fn describe(&self) -> String {
        "a store with a defect".to_owned()
    }
}

#[test]
fn a_panic_in_a_store_is_an_unknown_answer_and_the_lane_goes_on() {
    let (tell, answers) = unbounded();
    let store: Arc<dyn Store> = Arc::new(Panics);
    let lanes = Lanes::start(&store, move |id, answer| tell.send((id, answer)).unwrap()).unwrap();
    for id in 0..2 {
        lanes.submit(OpId(id), Lane::Beat, read("a")).unwrap();
        assert!(matches!(answers.recv_timeout(PATIENCE).unwrap(), (OpId(n), Answer::Unknown(_)) if n == id));
    }
}

#[test]
fn the_gate_lets_a_sound_folder_pass_and_leaves_it_clean() {
    let dir = tempfile::tempdir().unwrap();
    let folder = FolderStore::open(dir.path()).unwrap();
    let store: Arc<dyn Store> = Arc::new(folder);
    let took = gate::check(&store, "uid-1", PATIENCE).unwrap();
    println!("the gate took {took:?}");
    assert_eq!(std::fs::read_dir(dir.path().join("check")).unwrap().count(), 0);
    let memory: Arc<dyn Store> = Arc::new(MemStore::new());
    gate::check(&memory, "uid-1", PATIENCE).unwrap();
}

#[test]
fn the_gate_says_what_failed_and_what_to_do() {
    for (kind, todo) in [
        (FaultKind::Full, "make room"),
        (FaultKind::Denied, "read-only"),
        (FaultKind::Unfit, "hard links"),
        (FaultKind::Unreachable, "mounted"),
    ] {
        for verb in [VerbKind::Create, VerbKind::Read, VerbKind::PutOwn, VerbKind::List, VerbKind::Delete] {
            let store = faulty();
            store.inject(Rule::next(verb, 1, Trouble::Fail(kind)));
            let shared: Arc<dyn Store> = Arc::clone(&store) as Arc<dyn Store>;
            let failure = gate::check(&shared, "uid-2", PATIENCE).unwrap_err();
            let list = Verb::List { prefix: Name::parse("check").unwrap(), after: None, max: 10 };
            let nothing = Answer::Page { names: Vec::new(), more: false };
            assert_eq!(store.run(&list), nothing, "it is left clean");
            assert_eq!(failure.kind, kind);
            let text = failure.to_string();
            assert!(text.contains(todo) && text.contains(&verb.to_string()), "{text}");
        }
    }
}

/// A store that breaks one promise.
struct Breaks(Promise, MemStore);

#[derive(Clone, Copy, PartialEq)]
enum Promise {
    CreateReplacesAndSaysSo,
    CreateReplacesInSilence,
    PutKeepsTheFirst,
    ListsBackwards,
    ListsWhatWasDeleted,
}

impl Store for Breaks {
    fn run(&self, verb: &Verb) -> Answer {
        let Breaks(promise, store) = self;
        match verb {
            Verb::Create { name, bytes } if *promise == Promise::CreateReplacesAndSaysSo => {
                store.run(&Verb::PutOwn { name: name.clone(), bytes: Arc::clone(bytes) });
                Answer::Created
            }
            Verb::Create { name, bytes } if *promise == Promise::CreateReplacesInSilence => {
                let answer = store.run(verb);
                store.run(&Verb::PutOwn { name: name.clone(), bytes: Arc::clone(bytes) });
                answer
            }
            Verb::PutOwn { name, bytes } if *promise == Promise::PutKeepsTheFirst => {
                store.run(&Verb::Create { name: name.clone(), bytes: Arc::clone(bytes) });
                Answer::Done
            }
            Verb::List { .. } if *promise == Promise::ListsBackwards => match store.run(verb) {
                Answer::Page { names, more } => {
                    Answer::Page { names: names.into_iter().rev().collect(), more }
                }
                other => other,
            },
            Verb::Delete { .. } if *promise == Promise::ListsWhatWasDeleted => Answer::Done,
            other => store.run(other),
        }
    }

    fn describe(&self) -> String {
        "a store that breaks a promise".to_owned()
    }
}

#[test]
fn the_gate_refuses_a_store_that_breaks_a_promise_and_names_it() {
    for (promise, said) in [
        (Promise::CreateReplacesAndSaysSo, "created only once"),
        (Promise::CreateReplacesInSilence, "too late changed nothing"),
        (Promise::PutKeepsTheFirst, "what was replaced is seen"),
        (Promise::ListsBackwards, "in order"),
        (Promise::ListsWhatWasDeleted, "gone from the list"),
    ] {
        let store: Arc<dyn Store> = Arc::new(Breaks(promise, MemStore::new()));
        let failure = gate::check(&store, "uid-3", PATIENCE).unwrap_err();
        assert_eq!(failure.kind, FaultKind::Unfit);
        assert!(failure.to_string().contains(said), "{failure}");
    }
}

#[test]
fn the_gate_does_not_wait_for_a_store_that_hangs() {
    let store = faulty();
    store.inject(Rule::always("check/", Trouble::Hang));
    let shared: Arc<dyn Store> = Arc::clone(&store) as Arc<dyn Store>;
    let begun = std::time::Instant::now();
    let failure = gate::check(&shared, "uid-4", Duration::from_millis(50)).unwrap_err();
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(failure.kind, FaultKind::Unreachable);
    assert!(failure.what.contains("no answer within 0.05 s"), "{failure}");
    store.release();
}

#[test]
fn a_delay_is_late_and_a_lost_reply_did_happen() {
    let store = faulty();
    let bytes: Arc<[u8]> = Arc::from(&b"x"[..]);
    let create = Verb::Create { name: Name::parse("a").unwrap(), bytes };
    store.inject(Rule::next(VerbKind::Create, 1, Trouble::LoseReply));
    assert!(matches!(store.run(&create), Answer::Unknown(_)));
    store.inject(Rule::next(VerbKind::Create, 1, Trouble::Delay(Duration::from_millis(5))));
    let begun = std::time::Instant::now();
    assert_eq!(store.run(&create), Answer::Exists);
    assert!(begun.elapsed() >= Duration::from_millis(5));
}
