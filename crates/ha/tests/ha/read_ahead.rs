//! How a standby reads a long log: as many records at once as the lane is wide, folded in order, and never a name that
//! nobody has said to exist.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::limits::READ_AHEAD_MAX;
use base::{Incarnation, Lsn, Moment, Mono, NodeId, Span, Term, WallMs};
use brownstone_ha as ha;
use ha::Ha;
use ha::config::{Config, Mode, Persist, Store};
use ha::input::{Effect, Fold, Input};
use ha::status::Role;
use ha::verbs::{Answer, Fault, FaultKind, Lane, Name, OpId, Verb};

const RECORDS: usize = 700;

type Files = BTreeMap<Name, Arc<[u8]>>;

fn node(id: &str) -> Ha {
    let (poll, beat) = Config::times(Span::secs(1), Span::secs(30), None);
    Ha::new(Config {
        node: NodeId::new(id),
        uid: format!("uid-{id}"),
        home: format!("home-{id}"),
        boot: "boot".into(),
        host: "host".into(),
        uri: format!("https://{id}:8443/"),
        version: "0.1.0".into(),
        mode: Mode::Auto,
        persist: Persist::Auto,
        priority: 0,
        hot_standby: true,
        timeout: Span::secs(30),
        store: Store::Folder,
        strict_ack: true,
        poll,
        beat,
        list_period: Span::secs(2),
        incarnation_seen: Incarnation(0),
        wall_secs: 1000,
        prune_after: Span::secs(60),
        history: Span::ZERO,
        formats: ha::record::FORMAT,
        format_calm: ha::config::FORMAT_CALM,
        checkpoint_records: 10 * RECORDS as u64,
        seed: id.len() as u64,
    })
}

fn carry_out(files: &mut Files, verb: &Verb) -> Answer {
    match verb {
        Verb::Create { name, .. } if files.contains_key(name) => Answer::Exists,
        Verb::Create { name, bytes } => {
            files.insert(name.clone(), bytes.clone());
            Answer::Created
        }
        Verb::Read { name } => Answer::Content(files.get(name).cloned()),
        Verb::PutOwn { name, bytes } => {
            files.insert(name.clone(), bytes.clone());
            Answer::Done
        }
        Verb::Delete { .. } => Answer::Done,
        Verb::List { prefix, .. } => {
            let below = format!("{prefix}/");
            let names = files.keys().filter(|n| n.as_str().starts_with(&below)).cloned().collect();
            Answer::Page { names, more: false }
        }
    }
}

/// One server, and what it has asked for and not been answered.
struct Server {
    ha: Ha,
    now: u64,
    asked: Vec<(OpId, Lane, Verb)>,
    folded: Vec<Lsn>,
    rounds: usize,
}

impl Server {
    fn start(id: &str) -> Server {
        let mut server = Server { ha: node(id), now: 0, asked: vec![], folded: vec![], rounds: 0 };
        server.input(Input::Start);
        server
    }

    fn input(&mut self, input: Input) {
        self.now += 10;
        let mut out = vec![];
        self.ha.step(Moment { now: Mono(self.now), wall: WallMs(self.now / 1000) }, input, &mut out);
        for effect in out {
            match effect {
                Effect::Store { op, lane, verb } => self.asked.push((op, lane, verb)),
                Effect::Fold(Fold::Apply { lsn, .. }) => self.folded.push(lsn),
                _ => {}
            }
        }
    }

    /// All that is under way is answered, records that are followed the last one first; where nothing is, time passes.
    fn round(&mut self, mut answer: impl FnMut(&Verb) -> Answer) {
        self.rounds += 1;
        assert!(self.rounds < 20_000, "it never comes to rest: {:?}", self.ha.status());
        if self.asked.is_empty() {
            self.now += 50_000;
            self.input(Input::Wake);
        }
        let asked = std::mem::take(&mut self.asked);
        let (tail, others): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|(_, lane, _)| *lane == Lane::Tail);
        for (op, _, verb) in others.into_iter().chain(tail.into_iter().rev()) {
            let answer = answer(&verb);
            self.input(Input::Answer { op, answer });
        }
    }

    fn tail(&self) -> usize {
        self.asked.iter().filter(|(_, lane, _)| *lane == Lane::Tail).count()
    }

    fn role(&self) -> Role {
        self.ha.status().role_at(Mono(self.now))
    }
}

/// A master of 700 records, and what lies in its store.
fn written() -> Files {
    let mut files = Files::new();
    let mut master = Server::start("a");
    while master.role() != Role::Master {
        master.round(|verb| carry_out(&mut files, verb));
    }
    for n in 0..RECORDS {
        while !master.ha.ready_to_append(Mono(master.now)) {
            master.round(|verb| carry_out(&mut files, verb));
        }
        master.input(Input::Append { ops: vec![format!("{{\"w\":{n}}}").into()] });
    }
    // The last one lands, and a beat says so.
    for _ in 0..10 {
        master.now += 1_000_000;
        master.input(Input::Wake);
        master.round(|verb| carry_out(&mut files, verb));
    }
    files
}

#[test]
fn a_log_is_read_several_records_at_a_time_and_folded_in_order() {
    let mut files = written();
    let head = Lsn(files.keys().filter(|n| n.as_str().starts_with("log/")).count() as u64);
    let mut standby = Server::start("b");
    let mut trips = 0;
    while standby.role() != Role::HotStandby {
        trips += usize::from(standby.tail() > 0);
        assert!(standby.tail() <= READ_AHEAD_MAX && trips < RECORDS, "{:?}", standby.ha.status());
        standby.round(|verb| {
            let answer = carry_out(&mut files, verb);
            let in_log = matches!(verb, Verb::Read { name } if name.as_str().starts_with("log/"));
            assert!(!in_log || answer != Answer::Content(None), "an absent record was asked for: {verb:?}");
            answer
        });
    }
    assert_eq!(trips, (head.0 as usize).div_ceil(READ_AHEAD_MAX));
    let data: Vec<Lsn> = (head.0 + 1 - RECORDS as u64..=head.0).map(Lsn).collect();
    assert_eq!(standby.folded, data);

    // What the master tells of is read as well, and one that is not there ends it.
    standby.input(Input::ToldHead { term: Term(1), lsn: Lsn(head.0 + 100) });
    assert_eq!(standby.tail(), READ_AHEAD_MAX);
    standby.round(|verb| carry_out(&mut files, verb));
    assert_eq!((standby.tail(), standby.role()), (0, Role::HotStandby));
}

#[test]
fn reads_that_failed_are_made_again_together() {
    let mut files = written();
    let mut standby = Server::start("b");
    while standby.folded.len() < RECORDS / 2 {
        standby.round(|verb| carry_out(&mut files, verb));
    }
    let before = standby.folded.len();
    standby.round(|verb| match verb {
        Verb::Read { name } if name.as_str().starts_with("log/") => {
            Answer::Failed(Fault { kind: FaultKind::Unreachable, text: "no answer".into() })
        }
        verb => carry_out(&mut files, verb),
    });
    standby.input(Input::Wake);
    assert_eq!((standby.tail(), standby.folded.len()), (0, before), "nothing is asked for without a pause");
    standby.now += 250_000;
    standby.input(Input::Wake);
    assert_eq!(standby.tail(), READ_AHEAD_MAX);
    while standby.role() != Role::HotStandby {
        standby.round(|verb| carry_out(&mut files, verb));
    }
    assert_eq!(standby.folded.len(), RECORDS);
}
