//! One server over a store in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, Incarnation, Lsn, Moment, Mono, NodeId, Span, WallMs};
use brownstone_node::Node;
use brownstone_node::interface::{Config, Effect, Input, Response, View};
use engine::input::{Caller, Command, Host, Order, RequestId};
use ha::config::{Config as HaConfig, Mode, Persist, Store};
use ha::status::Role;
use ha::verbs::{Answer, Name, OpId, Verb};

/// What left the node, in order.
#[derive(Debug, PartialEq)]
pub(crate) enum Left {
    Shown(Lsn),
    Answered(u64, Response),
    WorkDropped,
}

pub(crate) struct Server {
    pub(crate) node: Node,
    pub(crate) now: u64,
    wake: u64,
    pub(crate) files: BTreeMap<Name, Arc<[u8]>>,
    /// Requests whose names begin so wait.
    pub(crate) held: &'static str,
    pub(crate) waiting: Vec<(OpId, Verb)>,
    pub(crate) left: Vec<Left>,
    pub(crate) view: Option<Arc<View>>,
    /// What was asked of others than the store and the clients.
    pub(crate) wished: Vec<Effect>,
    /// The states that were shown, by their number.
    states: BTreeMap<u64, u64>,
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
    pub(crate) fn serving() -> Server {
        let node = Node::new(config());
        let (files, waiting, left) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut server = Server {
            node,
            now: 1,
            wake: 0,
            files,
            held: "-",
            waiting,
            left,
            view: None,
            wished: Vec::new(),
            states: BTreeMap::new(),
        };
        server.input(Input::Start);
        server.run(Span::secs(2));
        assert_eq!(server.role(), Role::Master);
        server.left.clear();
        server
    }

    pub(crate) fn role(&self) -> Role {
        self.view.as_ref().map_or(Role::Initializing, |view| view.status.role_at(Mono(self.now)))
    }

    pub(crate) fn shown(&self) -> Lsn {
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

    pub(crate) fn input(&mut self, input: Input) {
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
                        if let Some(hash) = view.root.as_ref().map(engine::Root::hash) {
                            let same = *self.states.entry(view.version).or_insert(hash) == hash;
                            assert!(same, "two states have number {}", view.version);
                        }
                        if view.lsn != self.shown() {
                            self.left.push(Left::Shown(view.lsn));
                        }
                        self.view = Some(view);
                    }
                    Effect::Answer { request, response } => {
                        self.left.push(Left::Answered(request.0, response.released_at(Mono(self.now))));
                    }
                    Effect::DropWork => self.left.push(Left::WorkDropped),
                    other => self.wished.push(other),
                }
            }
        }
    }

    pub(crate) fn run(&mut self, span: Span) {
        let until = self.now + span.0;
        while self.wake <= until {
            self.now = self.now.max(self.wake);
            self.input(Input::Wake);
        }
        self.now = self.now.max(until);
    }

    /// Somebody asks for a write of about so many bytes.
    pub(crate) fn ask(&mut self, request: u64, bytes: usize) {
        let caller = Caller { user: "x".repeat(bytes), ..Caller::default() };
        let order = Order::Pause { until: None, why: format!("{request}") };
        let command = Command::Order(order);
        self.input(Input::Ask { request: RequestId(request), caller, key: None, command });
    }

    /// Somebody asks for what cannot be done, which changes nothing.
    pub(crate) fn ask_in_vain(&mut self, request: u64) {
        let (entity, sensor) = (EntityId::new("nobody"), "s".to_owned());
        let (caller, command) =
            (Caller::default(), Command::SetSensor { entity, sensor, value: true.into() });
        self.input(Input::Ask { request: RequestId(request), caller, key: None, command });
    }

    /// What waits goes on from now on.
    pub(crate) fn go_on(&mut self) {
        self.held = "-";
        for (op, verb) in std::mem::take(&mut self.waiting) {
            let answer = self.carry_out(verb);
            self.input(Input::Stored { op, answer });
        }
    }

    /// What was answered to this request.
    pub(crate) fn answer(&self, request: u64) -> Option<&Response> {
        let mut of = self.left.iter().filter_map(|left| match left {
            Left::Answered(id, response) if *id == request => Some(response),
            _ => None,
        });
        let first = of.next();
        assert_eq!(of.next(), None, "request {request} is answered once");
        first
    }

    pub(crate) fn is_recorded(&self, request: u64) -> bool {
        matches!(self.answer(request), Some(Response::Recorded { .. }))
    }
}

fn is_of(verb: &Verb, begins: &str) -> bool {
    verb.about().as_str().starts_with(begins)
}
