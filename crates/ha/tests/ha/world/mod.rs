//! Servers over a store that answers at once, in one thread: the plain course of things, and what a test does to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Incarnation, Lsn, Moment, Mono, NodeId, Span, Term, WallMs};
use brownstone_ha as ha;
use ha::Ha;
use ha::config::{Config, Mode, Persist, Store};
use ha::files::{NodeFile, from_bytes};
use ha::input::{Effect, Exit, Fold, Input, LostAppend};
use ha::status::Role;
use ha::verbs::{Answer, Fault, FaultKind, Lane, Name, OpId, Verb};

#[derive(Default)]
pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) files: BTreeMap<Name, Arc<[u8]>>,
    pub(crate) nodes: BTreeMap<String, Node>,
    /// What was asked of the store.
    pub(crate) asked: Vec<Verb>,
    /// Names on one page of a listing; `None`: as many as are asked for.
    pub(crate) page: Option<usize>,
}

/// What befalls a request.
pub(crate) enum Trouble {
    RequestLost,
    ReplyLost,
}

pub(crate) struct Node {
    pub(crate) ha: Ha,
    pub(crate) wake: Mono,
    pub(crate) folded: Vec<String>,
    pub(crate) landed: usize,
    pub(crate) lost: Vec<LostAppend>,
    /// How often it was told that it is master no more.
    pub(crate) demoted: usize,
    /// What befalls its next create of a record or a term.
    pub(crate) trouble: Option<Trouble>,
    /// Its looks at other nodes' files fail.
    pub(crate) blind: bool,
    pub(crate) served: Option<Term>,
    pub(crate) exit: Option<Exit>,
    pub(crate) up: bool,
    /// Its requests whose names begin so (or, after `put ` and `create `, only those that write such a name; `|` stands between several)
    /// are not answered, until they are let go.
    pub(crate) held: Option<&'static str>,
    pub(crate) waiting: Vec<(OpId, Lane, Verb)>,
    /// Its requests whose names begin so fail.
    pub(crate) failing: Option<&'static str>,
    /// How they do.
    pub(crate) fault: FaultKind,
    /// Its host encodes no checkpoint.
    pub(crate) idle_host: bool,
    /// The last checkpoint that its host was asked for.
    pub(crate) asked_to_cut: Option<Lsn>,
    /// The claim that its prover was told of.
    pub(crate) told: Option<Term>,
    /// What is kept of its life in its data folder.
    pub(crate) kept: Option<Incarnation>,
    /// Whom it told to look.
    pub(crate) nudged: Vec<String>,
}

pub(crate) fn config(id: &str, life: u64, mode: Mode, timeout: Span) -> Config {
    let (poll, beat) = Config::times(Span::secs(1), timeout, None);
    Config {
        node: NodeId::new(id),
        uid: format!("uid-{id}-{life}"),
        home: format!("home-{id}"),
        boot: "boot".into(),
        host: "host".into(),
        uri: format!("https://{id}:8443/"),
        version: "0.1.0".into(),
        mode,
        persist: Persist::Auto,
        priority: 0,
        hot_standby: true,
        timeout,
        store: Store::Folder,
        strict_ack: true,
        poll,
        beat,
        list_period: Span::secs(2),
        incarnation_seen: Incarnation(life),
        wall_secs: 1000,
        prune_after: Span::secs(60),
        history: Span::secs(3600),
        formats: ha::record::FORMAT,
        format_calm: ha::config::FORMAT_CALM,
        checkpoint_records: 10,
        seed: life + id.len() as u64,
    }
}

impl World {
    /// `a` rules, and `b` has followed it for so long.
    pub(crate) fn pair(followed: Span) -> World {
        let mut w = World::default();
        w.start("a", 0, Mode::Auto);
        w.run(Span::secs(1));
        w.start("b", 0, Mode::Auto);
        w.run(followed);
        assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
        w
    }

    pub(crate) fn start(&mut self, id: &str, life: u64, mode: Mode) {
        self.start_with(id, config(id, life, mode, Span::secs(30)));
    }

    pub(crate) fn start_with(&mut self, id: &str, config: Config) {
        let node = Node {
            ha: Ha::new(config),
            wake: Mono(0),
            folded: vec![],
            landed: 0,
            lost: vec![],
            demoted: 0,
            trouble: None,
            blind: false,
            served: None,
            exit: None,
            up: true,
            held: None,
            waiting: vec![],
            failing: None,
            fault: FaultKind::Unreachable,
            idle_host: false,
            asked_to_cut: None,
            told: None,
            kept: None,
            nudged: vec![],
        };
        self.nodes.insert(id.into(), node);
        self.input(id, Input::Start);
    }

    /// The store as this node meets it.
    fn store_for(&mut self, id: &str, lane: Lane, verb: Verb) -> Answer {
        let node = self.nodes.get_mut(id).unwrap();
        let lost = Answer::Unknown(Fault { kind: FaultKind::Unreachable, text: "no answer".into() });
        if node.blind && lane == Lane::Look {
            return lost;
        }
        if node.failing.is_some_and(|begins| is_of(&verb, begins)) {
            return Answer::Failed(Fault { kind: node.fault, text: "it fails".into() });
        }
        match node.trouble.take_if(|_| is_of(&verb, "create log/|create terms/")) {
            None => self.store(verb),
            Some(Trouble::RequestLost) => lost,
            Some(Trouble::ReplyLost) => {
                self.store(verb);
                lost
            }
        }
    }

    fn store(&mut self, verb: Verb) -> Answer {
        self.asked.push(verb.clone());
        match verb {
            Verb::Create { name, bytes } => match self.files.entry(name) {
                std::collections::btree_map::Entry::Occupied(_) => Answer::Exists,
                std::collections::btree_map::Entry::Vacant(v) => {
                    v.insert(bytes);
                    Answer::Created
                }
            },
            Verb::Read { name } => Answer::Content(self.files.get(&name).cloned()),
            Verb::PutOwn { name, bytes } => {
                self.files.insert(name, bytes);
                Answer::Done
            }
            Verb::Delete { name } => {
                self.files.remove(&name);
                Answer::Done
            }
            Verb::List { prefix, after, max } => {
                let below = format!("{prefix}/");
                let mut names: Vec<Name> = self
                    .files
                    .keys()
                    .filter(|n| n.as_str().starts_with(&below) && after.as_ref().is_none_or(|a| *n > a))
                    .cloned()
                    .collect();
                let max = self.page.map_or(max, |page| page.min(max));
                let more = names.len() > max;
                names.truncate(max);
                Answer::Page { names, more }
            }
        }
    }

    pub(crate) fn input(&mut self, id: &str, input: Input) {
        let mut inputs = vec![input];
        let mut rounds = 0;
        while let Some(input) = (!inputs.is_empty()).then(|| inputs.remove(0)) {
            rounds += 1;
            assert!(rounds < 10_000, "{id} never comes to rest: {:?}", self.node(id).ha.status());
            self.now += 20;
            let at = Moment { now: Mono(self.now), wall: WallMs(self.now / 1000) };
            let mut out = vec![];
            let node = self.nodes.get_mut(id).unwrap();
            if !node.up {
                return;
            }
            node.ha.step(at, input, &mut out);
            for effect in out {
                let node = self.nodes.get_mut(id).unwrap();
                match effect {
                    Effect::Store { op, lane, verb } if node.held.is_some_and(|held| is_of(&verb, held)) => {
                        node.waiting.push((op, lane, verb));
                    }
                    Effect::Store { op, lane, verb } => {
                        let answer = self.store_for(id, lane, verb);
                        inputs.push(Input::Answer { op, answer });
                    }
                    Effect::WakeAt(at) => node.wake = at,
                    Effect::Fold(Fold::Apply { ops, .. }) => {
                        node.folded.extend(ops.iter().map(std::string::ToString::to_string));
                    }
                    Effect::Fold(Fold::Load { bytes, .. }) => {
                        node.folded
                            .extend(String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::to_owned));
                    }
                    Effect::Fold(Fold::Reset(_) | Fold::Drop) => node.folded.clear(),
                    Effect::Fold(Fold::Gap) => {}
                    Effect::Landed(_) => node.landed += 1,
                    Effect::Lost(how) => node.lost.push(how),
                    Effect::Demoted { .. } => node.demoted += 1,
                    Effect::Serve { term, .. } => node.served = Some(term),
                    Effect::Exit(exit) => {
                        node.exit = Some(exit);
                        node.up = false;
                    }
                    Effect::CutCheckpoint { floor } if node.idle_host => node.asked_to_cut = Some(floor),
                    Effect::CutCheckpoint { floor } => {
                        let part: Arc<[u8]> = node.folded.join("\n").into_bytes().into();
                        inputs.push(Input::CheckpointCut { floor, parts: vec![part] });
                    }
                    Effect::Nudge(uris) => node.nudged.extend(uris),
                    Effect::KeepIncarnation(life) => node.kept = Some(life),
                    Effect::TellProver { term, .. } => node.told = Some(term),
                    Effect::Event(e) => println!("{:>9} {id}: {:?} {}", self.now / 1000, e.level, e.text),
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn run(&mut self, span: Span) {
        let until = self.now + span.0;
        loop {
            let next = self
                .nodes
                .iter()
                .filter(|(_, n)| n.up)
                .min_by_key(|(_, n)| n.wake)
                .map(|(k, n)| (k.clone(), n.wake));
            match next {
                Some((id, at)) if at.0 <= until => {
                    self.now = self.now.max(at.0);
                    self.input(&id, Input::Wake);
                }
                _ => break,
            }
        }
        self.now = self.now.max(until);
    }

    /// What was held of this node's requests reaches the store now, one after the other.
    pub(crate) fn let_go(&mut self, id: &str) {
        self.nodes.get_mut(id).unwrap().held = None;
        while self.let_go_of_one(id) {}
    }

    /// The first of them; false when there is none.
    pub(crate) fn let_go_of_one(&mut self, id: &str) -> bool {
        let node = self.nodes.get_mut(id).unwrap();
        if node.waiting.is_empty() {
            return false;
        }
        let (op, lane, verb) = node.waiting.remove(0);
        let answer = self.store_for(id, lane, verb);
        self.input(id, Input::Answer { op, answer });
        true
    }

    /// A node's own file, as it lies in the store.
    pub(crate) fn file(&self, id: &str) -> Option<NodeFile> {
        from_bytes(self.files.get(&ha::names::node(&NodeId::new(id))?)?).ok()
    }

    pub(crate) fn node(&self, id: &str) -> &Node {
        &self.nodes[id]
    }

    pub(crate) fn role(&self, id: &str) -> Role {
        self.node(id).ha.status().role_at(Mono(self.now))
    }

    pub(crate) fn write(&mut self, id: &str, text: &str) -> bool {
        if !self.node(id).ha.ready_to_append(Mono(self.now)) {
            return false;
        }
        let before = self.node(id).landed;
        let op = format!("{{\"w\":\"{text}\"}}");
        self.nodes.get_mut(id).unwrap().folded.push(op.clone());
        self.input(id, Input::Append { ops: vec![op.into()] });
        self.node(id).landed > before
    }
}

fn is_of(verb: &Verb, begins: &str) -> bool {
    begins.split('|').any(|begins| match begins.split_once(' ') {
        Some(("put", begins)) => matches!(verb, Verb::PutOwn { .. }) && name_of(verb).starts_with(begins),
        Some((_, begins)) => matches!(verb, Verb::Create { .. }) && name_of(verb).starts_with(begins),
        None => name_of(verb).starts_with(begins),
    })
}

pub(crate) fn name_of(verb: &Verb) -> &str {
    verb.about().as_str()
}
