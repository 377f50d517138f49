//! The simulated store against the store's own conformance suite: a simulation on a store that promises more, or less,
//! than real ones do would prove nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::sync::{Arc, Mutex};

use base::{Rng, Span};
use brownstone_sim::store::{Fate, SimStore, StoreFaults, unreachable};
use ha::verbs::{Answer, Name, Verb};
use store::suite::{self, Verdict};

/// What all clients share: the truth, and a clock that every request moves on.
struct Shared {
    store: SimStore,
    now: u64,
    rng: Rng,
}

/// The simulated store as one client has it.
struct SimClient {
    shared: Arc<Mutex<Shared>>,
    faults: StoreFaults,
    client: usize,
}

impl store::Store for SimClient {
    fn run(&self, verb: &Verb) -> Answer {
        let mut shared = self.shared.lock().unwrap();
        let shared = &mut *shared;
        shared.now += 1000;
        let fate = SimStore::fate(&self.faults, &mut shared.rng, verb);
        let mut answer = || shared.store.run(&self.faults, shared.now, self.client, verb);
        match fate {
            Fate::Fine => answer(),
            Fate::LostReply => {
                answer();
                Answer::Unknown(unreachable(verb))
            }
            Fate::LostRequest | Fate::Late => Answer::Unknown(unreachable(verb)),
            Fate::Fails => Answer::Failed(unreachable(verb)),
        }
    }

    fn describe(&self) -> String {
        format!("simulated, client {}", self.client)
    }
}

#[track_caller]
fn conforms(faults: &StoreFaults) {
    let shared = Arc::new(Mutex::new(Shared { store: SimStore::default(), now: 0, rng: Rng::from_seed(7) }));
    let client = |client| {
        let (shared, faults) = (shared.clone(), faults.clone());
        Arc::new(SimClient { shared, faults, client }) as Arc<dyn store::Store>
    };
    for result in suite::run(&client, &Name::parse("scratch").unwrap()) {
        println!("{result}");
        assert_eq!(result.verdict, Verdict::Passed, "{result}");
    }
}

/// Requests and replies are lost, and some requests fail.
fn troubled() -> StoreFaults {
    StoreFaults { lose_reply: 9, lose_request: 11, fail: 13, ..StoreFaults::default() }
}

#[test]
fn a_folder_that_caches_absence_keeps_every_promise() {
    conforms(&StoreFaults { negative_cache: Span::secs(60), ..StoreFaults::default() });
    conforms(&StoreFaults { negative_cache: Span::secs(60), ..troubled() });
}

#[test]
fn a_bucket_keeps_every_promise() {
    conforms(&StoreFaults { bucket: true, ..StoreFaults::default() });
    conforms(&StoreFaults { bucket: true, ..troubled() });
}
