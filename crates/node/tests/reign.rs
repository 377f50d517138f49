//! One server as a function, over a store that answers at once unless it is told to wait: what leaves it, when, and with
//! which answer, whatever becomes of the record.

#![allow(clippy::unwrap_used, reason = "a test's world: what is missing fails it")]

use std::collections::BTreeMap;
use std::sync::Arc;

use base::limits::RECORD_BYTES_MAX;
use base::{EntityId, Incarnation, Lsn, Moment, Mono, NodeId, Span, WallMs};
use brownstone_node::Node;
use brownstone_node::interface::{Config, Effect, Input, Response, View};
use engine::input::{Caller, Command, Host, Order, RequestId};
use ha::config::{Config as HaConfig, Mode, Persist, Store};
use ha::status::Role;
use ha::verbs::{Answer, Fault, FaultKind, Name, OpId, Verb};

/// What left the node, in order.
#[derive(Debug, PartialEq)]
enum Left {
    Shown(Lsn),
    Answered(u64, Response),
    WorkDropped,
}

struct Server {
    node: Node,
    now: u64,
    wake: u64,
    files: BTreeMap<Name, Arc<[u8]>>,
    /// Requests whose names begin so wait.
    held: &'static str,
    waiting: Vec<(OpId, Verb)>,
    left: Vec<Left>,
    view: Option<Arc<View>>,
}

fn config() -> Config {
    let timeout = Span::secs(10);
    let (poll, beat) = HaConfig::times(Span::secs(1), timeout, None);
    let ha = HaConfig {
        node: NodeId::new("a"),
        uid: "uid".into(),
        home: "home".into(),
        boot: "boot".into(),
        host: "host".into(),
        uri: "https://a/".into(),
        version: "0.1.0".into(),
        mode: Mode::Auto,
        persist: Persist::Auto,
        priority: 0,
        hot_standby: true,
        timeout,
        store: Store::Folder,
        strict_ack: false,
        poll,
        beat,
        list_period: Span::secs(2),
        incarnation_seen: Incarnation(0),
        wall_secs: 1000,
        prune_after: Span::secs(60),
        history: Span::ZERO,
        formats: ha::record::FORMAT,
        format_calm: ha::config::FORMAT_CALM,
        checkpoint_records: 1000,
        seed: 7,
    };
    let text = |text: &str| text.to_owned();
    let host = Host {
        id: text("host"),
        name: text("host"),
        boot: text("boot"),
        address: text("127.0.0.1"),
        base_dir: text("/tmp/x"),
    };
    Config { ha, host, reading_delay: Span::millis(200), seed: 7, externals: engine::Externals::default() }
}

impl Server {
    /// It rules, and nothing is on its way.
    fn serving() -> Server {
        let node = Node::new(config());
        let (files, waiting, left) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut server = Server { node, now: 1, wake: 0, files, held: "-", waiting, left, view: None };
        server.input(Input::Start);
        server.run(Span::secs(2));
        assert_eq!(server.role(), Role::Master);
        server.left.clear();
        server
    }

    fn role(&self) -> Role {
        self.view.as_ref().map_or(Role::Initializing, |view| view.status.role_at(Mono(self.now)))
    }

    fn shown(&self) -> Lsn {
        self.view.as_ref().map_or(Lsn(0), |view| view.lsn)
    }

    fn carry_out(&mut self, verb: Verb) -> Answer {
        match verb {
            Verb::Create { name, .. } if self.files.contains_key(&name) => Answer::Exists,
            Verb::Create { name, bytes } => {
                self.files.insert(name, bytes);
                Answer::Created
            }
            Verb::Read { name } => Answer::Content(self.files.get(&name).cloned()),
            Verb::PutOwn { name, bytes } => {
                self.files.insert(name, bytes);
                Answer::Done
            }
            Verb::Delete { name } => {
                self.files.remove(&name);
                Answer::Done
            }
            Verb::List { prefix, .. } => {
                let below = format!("{prefix}/");
                let names = self.files.keys().filter(|name| name.as_str().starts_with(&below));
                Answer::Page { names: names.cloned().collect(), more: false }
            }
        }
    }

    fn input(&mut self, input: Input) {
        let mut inputs = std::collections::VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.now += 20;
            let at = Moment { now: Mono(self.now), wall: WallMs(self.now / 1000) };
            let mut out = Vec::new();
            self.node.step(at, input, &mut out);
            for effect in out {
                match effect {
                    Effect::Store { op, verb, .. } if is_of(&verb, self.held) => {
                        self.waiting.push((op, verb));
                    }
                    Effect::Store { op, verb, .. } => {
                        let answer = self.carry_out(verb);
                        inputs.push_back(Input::Stored { op, answer });
                    }
                    Effect::WakeAt(at) => self.wake = at.0,
                    Effect::Publish(view) => {
                        if view.lsn != self.shown() {
                            self.left.push(Left::Shown(view.lsn));
                        }
                        self.view = Some(view);
                    }
                    Effect::Answer { request, response } => {
                        self.left.push(Left::Answered(request.0, response.released_at(Mono(self.now))));
                    }
                    Effect::DropWork => self.left.push(Left::WorkDropped),
                    _ => {}
                }
            }
        }
    }

    fn run(&mut self, span: Span) {
        let until = self.now + span.0;
        while self.wake <= until {
            self.now = self.now.max(self.wake);
            self.input(Input::Wake);
        }
        self.now = self.now.max(until);
    }

    /// Somebody asks for a write of about so many bytes.
    fn ask(&mut self, request: u64, bytes: usize) {
        let caller = Caller { user: "x".repeat(bytes), ..Caller::default() };
        let order = Order::Pause { until: None, why: format!("{request}") };
        let command = Command::Order(order);
        self.input(Input::Ask { request: RequestId(request), caller, key: None, command });
    }

    /// Somebody asks for what cannot be done, which changes nothing.
    fn ask_in_vain(&mut self, request: u64) {
        let (entity, sensor) = (EntityId::new("nobody"), "s".to_owned());
        let (caller, command) =
            (Caller::default(), Command::SetSensor { entity, sensor, value: true.into() });
        self.input(Input::Ask { request: RequestId(request), caller, key: None, command });
    }

    /// What waits goes on from now on.
    fn go_on(&mut self) {
        self.held = "-";
        for (op, verb) in std::mem::take(&mut self.waiting) {
            let answer = self.carry_out(verb);
            self.input(Input::Stored { op, answer });
        }
    }

    /// What was answered to this request.
    fn answer(&self, request: u64) -> Option<&Response> {
        let mut of = self.left.iter().filter_map(|left| match left {
            Left::Answered(id, response) if *id == request => Some(response),
            _ => None,
        });
        let first = of.next();
        assert_eq!(of.next(), None, "request {request} is answered once");
        first
    }

    fn is_recorded(&self, request: u64) -> bool {
        matches!(self.answer(request), Some(Response::Recorded { .. }))
    }
}

fn is_of(verb: &Verb, begins: &str) -> bool {
    match verb {
        Verb::Create { name, .. }
        | Verb::Read { name }
        | Verb::PutOwn { name, .. }
        | Verb::Delete { name } => name.as_str().starts_with(begins),
        Verb::List { prefix, .. } => prefix.as_str().starts_with(begins),
    }
}

#[test]
fn what_an_answer_says_is_shown_before_it_and_both_wait_for_the_record() {
    let mut s = Server::serving();
    let before = s.shown();
    s.held = "log/";
    s.ask(1, 1);
    s.ask_in_vain(2);
    s.run(Span::secs(1));
    assert_eq!((s.left.len(), s.shown()), (0, before), "{:?}", s.left);
    s.go_on();
    let record = before.next();
    assert!(
        matches!(
            s.left.as_slice(),
            [
                Left::Shown(first),
                Left::Answered(1, Response::Recorded { lsn, .. }),
                Left::Shown(second),
                Left::Answered(2, Response::Recorded { .. })
            ] if (*first, *lsn, *second) == (record, record, record.next())
        ),
        "{:?}",
        s.left
    );
}

#[test]
fn a_refusal_waits_for_a_record_of_its_own() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask_in_vain(1);
    assert_eq!(s.answer(1), None, "who rules is known by the record only");
    s.go_on();
    assert!(s.is_recorded(1));
}

#[test]
fn a_master_that_is_suspended_takes_nothing_on_and_answers_nothing_as_recorded() {
    let mut s = Server::serving();
    s.held = "nodes/";
    s.run(Span::secs(12));
    assert_eq!(s.role(), Role::Suspended);
    s.ask(1, 1);
    assert_eq!(s.answer(1), Some(&Response::NotRecorded));
    s.go_on();
    s.run(Span::secs(3));
    assert_eq!(s.role(), Role::Master);
    // The record lands when the lease has run out: nobody knows what has become of the plane meanwhile.
    s.held = "log/";
    s.ask(2, 1);
    s.now += Span::secs(9).0;
    s.go_on();
    assert_eq!(s.answer(2), Some(&Response::Unknown));
}

#[test]
fn all_who_wait_are_answered_when_the_reign_ends_each_with_what_is_known() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.ask(2, 1);
    s.ask(3, 1);
    s.input(Input::SetMode(Mode::Standby));
    assert_eq!(s.answer(1), Some(&Response::Unknown), "it may have landed");
    assert_eq!(s.answer(2), Some(&Response::NotRecorded), "it was never sent");
    assert_eq!(s.answer(3), Some(&Response::NotRecorded));
    assert!(s.left.contains(&Left::WorkDropped));
    s.ask(4, 1);
    assert_eq!(s.answer(4), Some(&Response::NotMaster));
}

#[test]
fn what_waits_is_bounded_and_taken_on_again_when_it_is_recorded() {
    let mut s = Server::serving();
    for round in 0..3_u64 {
        s.held = "log/";
        let mut taken = Vec::new();
        let mut refused = None;
        for n in 0..20 {
            let request = round * 100 + n + 1;
            s.ask(request, RECORD_BYTES_MAX / 2);
            match s.answer(request) {
                None => taken.push(request),
                Some(Response::Overloaded) => _ = refused.get_or_insert(n),
                other => panic!("{other:?}"),
            }
        }
        assert!(refused.is_some_and(|n| n > 5), "round {round}: {refused:?}");
        s.go_on();
        assert!(taken.iter().all(|request| s.is_recorded(*request)), "round {round}");
    }
    let largest = s.files.iter().filter(|(name, _)| name.as_str().starts_with("log/"));
    let largest = largest.map(|(_, bytes)| bytes.len()).max().unwrap();
    assert!(largest < RECORD_BYTES_MAX * 2, "a record of {largest} bytes");
}

#[test]
fn a_graceful_end_records_what_was_accepted_and_waits_no_longer_than_two_seconds() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.ask(2, 1);
    s.input(Input::Stop);
    s.ask(3, 1);
    assert_eq!(s.answer(3), Some(&Response::NotRecorded), "nothing more is taken on");
    s.run(Span::secs(1));
    s.go_on();
    assert!(s.is_recorded(1) && s.is_recorded(2), "{:?}", s.left);
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.input(Input::Stop);
    s.run(Span::secs(5));
    assert_eq!(s.answer(1), Some(&Response::Unknown));
}

#[test]
fn a_record_that_fails_for_a_while_is_sent_again_and_answered_once() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    let (op, verb) = s.waiting.pop().unwrap();
    let fault = Fault { kind: FaultKind::Unreachable, text: "no answer".into() };
    s.input(Input::Stored { op, answer: Answer::Unknown(fault) });
    assert_eq!(s.answer(1), None);
    s.run(Span::millis(300));
    let again: Vec<Verb> = s.waiting.iter().map(|(_, verb)| verb.clone()).collect();
    assert_eq!(again, [verb], "the very same");
    s.go_on();
    assert!(s.is_recorded(1));
}
