//! Two nodes over a store that answers at once: the plain course of things. Faults are the simulation's task.

#![allow(clippy::unwrap_used, reason = "a test's world: what is missing fails it")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{Incarnation, Moment, Mono, NodeId, Span, Term, WallMs};
use brownstone_ha as ha;
use ha::Ha;
use ha::config::{Config, Mode, Persist};
use ha::input::{Effect, Exit, Fold, Input};
use ha::status::Role;
use ha::verbs::{Answer, Name, Verb};

#[derive(Default)]
struct World {
    now: u64,
    files: BTreeMap<Name, Arc<[u8]>>,
    nodes: BTreeMap<String, Node>,
}

struct Node {
    ha: Ha,
    wake: Mono,
    folded: Vec<String>,
    landed: usize,
    lost: usize,
    served: Option<Term>,
    exit: Option<Exit>,
    up: bool,
    nudges: usize,
}

fn config(id: &str, life: u64, mode: Mode, timeout: Span) -> Config {
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
        poll,
        beat,
        list_period: Span::secs(2),
        incarnation_seen: Incarnation(life),
        wall_secs: 1000,
        prune_after: Span::secs(60),
        checkpoint_records: 10,
        seed: life + id.len() as u64,
    }
}

impl World {
    fn start(&mut self, id: &str, life: u64, mode: Mode) {
        self.start_with(id, config(id, life, mode, Span::secs(30)));
    }

    fn start_with(&mut self, id: &str, config: Config) {
        let node = Node {
            ha: Ha::new(config),
            wake: Mono(0),
            folded: vec![],
            landed: 0,
            lost: 0,
            served: None,
            exit: None,
            up: true,
            nudges: 0,
        };
        self.nodes.insert(id.into(), node);
        self.input(id, Input::Start);
    }

    fn store(&mut self, verb: Verb) -> Answer {
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
                let more = names.len() > max;
                names.truncate(max);
                Answer::Page { names, more }
            }
        }
    }

    fn input(&mut self, id: &str, input: Input) {
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
                    Effect::Store { op, verb, .. } => {
                        let answer = self.store(verb);
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
                    Effect::Lost(_) => node.lost += 1,
                    Effect::Serve { term, .. } => node.served = Some(term),
                    Effect::Exit(exit) => {
                        node.exit = Some(exit);
                        node.up = false;
                    }
                    Effect::CutCheckpoint { floor } => {
                        let part: Arc<[u8]> = node.folded.join("\n").into_bytes().into();
                        inputs.push(Input::CheckpointCut { floor, parts: vec![part] });
                    }
                    Effect::Nudge(_) => node.nudges += 1,
                    Effect::Event(e) => println!("{:>9} {id}: {:?} {}", self.now / 1000, e.level, e.text),
                    _ => {}
                }
            }
        }
    }

    fn run(&mut self, span: Span) {
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

    fn node(&self, id: &str) -> &Node {
        &self.nodes[id]
    }

    fn role(&self, id: &str) -> Role {
        self.node(id).ha.status().role_at(Mono(self.now))
    }

    fn write(&mut self, id: &str, text: &str) -> bool {
        if !self.node(id).ha.ready_to_append() {
            return false;
        }
        let before = self.node(id).landed;
        let op = format!("{{\"w\":\"{text}\"}}");
        self.nodes.get_mut(id).unwrap().folded.push(op.clone());
        self.input(id, Input::Append { ops: vec![op.into()] });
        self.node(id).landed > before
    }
}

#[test]
fn a_lone_node_serves_at_once_and_keeps_its_writes_over_a_kill() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::millis(100));
    assert_eq!(w.role("a"), Role::Master, "{:?}", w.node("a").ha.status());
    for i in 0..35 {
        assert!(w.write("a", &format!("{i}")));
    }
    let folded = w.node("a").folded.clone();
    w.nodes.get_mut("a").unwrap().up = false;
    w.start("a", 1, Mode::Auto);
    w.run(Span::millis(100));
    assert_eq!(w.role("a"), Role::Master, "a lone node does not wait for its own dead record");
    assert_eq!(w.node("a").folded, folded);
    assert!(w.write("a", "after"));
}

#[test]
fn a_standby_follows_and_takes_over_after_silence() {
    let mut w = World::default();
    w.start("a", 0, Mode::Master);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    for i in 0..35 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(3));
    assert_eq!(w.node("a").folded, w.node("b").folded);
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(28));
    assert_eq!(w.role("b"), Role::HotStandby, "too early");
    w.run(Span::secs(4));
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert_eq!(w.node("a").folded, w.node("b").folded);
    assert!(w.write("b", "after"));
    // The old master comes back from a pause: it never serves, never loses, and follows.
    w.nodes.get_mut("a").unwrap().up = true;
    assert!(!w.write("a", "stale"), "the lease is over");
    w.nodes.get_mut("a").unwrap().folded.pop();
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), w.role("b")), (Role::HotStandby, Role::Master));
    assert!(w.node("a").folded.iter().any(|f| f.contains("after")));
}

#[test]
fn a_graceful_stop_hands_over_at_the_next_look() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    assert!(w.write("a", "x"));
    w.input("a", Input::Stop);
    assert_eq!(w.node("a").exit, Some(Exit::Stopped));
    assert_eq!(w.node("a").nudges, 1);
    w.input("b", Input::Nudge);
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert!(w.node("b").folded.iter().any(|f| f.contains('x')));
}

#[test]
fn checkpoints_are_cut_and_what_they_cover_is_pruned_but_fences_stay() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    for i in 0..400 {
        w.run(Span::secs(1));
        assert!(w.write("a", &format!("{i}")));
    }
    let records = w.files.keys().filter(|n| n.as_str().starts_with("log/")).count();
    assert!(records < 200, "{records} records are left");
    assert!(w.files.contains_key(&ha::names::record(base::Lsn(1))), "the fence at slot 1 stays");
    let marks = w.files.keys().filter(|n| ha::names::number(n.leaf(), ".ok").is_some()).count();
    assert!((2..40).contains(&marks), "{marks} checkpoints");
    let folded = w.node("a").folded.clone();
    w.start("c", 0, Mode::HotBackup);
    w.run(Span::secs(5));
    assert_eq!(w.node("c").folded, folded, "a new node loads a checkpoint and the log since");
}

#[test]
fn modes_are_followed_and_a_stolen_chair_changes_hands_once() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Standby);
    w.start("c", 0, Mode::HotBackup);
    w.run(Span::secs(3));
    assert_eq!((w.role("b"), w.role("c")), (Role::Standby, Role::HotBackup));
    w.input("b", Input::SetMode(Mode::Master));
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b"), w.role("c")), (Role::HotStandby, Role::Master, Role::HotBackup));
    w.input("b", Input::SetMode(Mode::Disabled));
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b"), w.role("c")), (Role::Master, Role::Failed, Role::HotBackup));
    w.input("b", Input::SetMode(Mode::HotStandby));
    w.run(Span::secs(3));
    assert_eq!(w.role("b"), Role::HotStandby);
    w.nodes.get_mut("a").unwrap().up = false;
    w.nodes.get_mut("b").unwrap().up = false;
    w.run(Span::secs(100));
    assert_eq!(w.role("c"), Role::HotBackup, "never elected");
    let owners: BTreeSet<_> = w.files.keys().filter(|n| n.as_str().starts_with("terms/")).collect();
    assert!(!owners.is_empty());
}

#[test]
fn two_seconds_of_silence_are_enough_when_asked_for() {
    let mut w = World::default();
    w.start_with("a", config("a", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(1));
    w.start_with("b", config("b", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(30));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    let mut worst = 0;
    for life in 1..20 {
        let (dead, heir) = if w.role("a") == Role::Master { ("a", "b") } else { ("b", "a") };
        w.run(Span::millis(37 * life));
        w.nodes.get_mut(dead).unwrap().up = false;
        let began = w.now;
        while w.role(heir) != Role::Master {
            w.run(Span::millis(5));
            assert!(w.now - began < 3_000_000);
        }
        worst = worst.max(w.now - began);
        w.start_with(dead, config(dead, life, Mode::Auto, Span::secs(2)));
        w.run(Span::secs(12));
        assert_eq!(w.role(dead), Role::HotStandby);
    }
    assert!(worst <= 2_450_000, "host loss took {worst} us");
}

#[test]
fn an_id_that_lives_elsewhere_is_refused() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(2));
    let mut twin = config("a", 0, Mode::Auto, Span::secs(30));
    twin.home = "elsewhere".into();
    twin.uid = "twin".into();
    // The world keys nodes by name; the twin gets another one.
    w.start_with("twin of a", twin);
    w.run(Span::secs(5));
    assert!(matches!(w.node("twin of a").exit, Some(Exit::BadConfig(_))));
    assert_eq!(w.role("a"), Role::Master);
}

#[test]
fn damaged_records_in_a_row_are_named_and_keep_no_node_from_serving() {
    for bytes_to_flip in [[3_usize, 40], [400, 410], [3, 400], [400, 3]] {
        let mut w = World::default();
        w.start("a", 0, Mode::Auto);
        w.run(Span::millis(100));
        for i in 0..6 {
            assert!(w.write("a", &format!("{i}{}", "x".repeat(300))));
        }
        w.nodes.get_mut("a").unwrap().up = false;
        for (lsn, at) in [4, 5].into_iter().zip(bytes_to_flip) {
            let name = ha::names::record(base::Lsn(lsn));
            let mut bytes = w.files[&name].to_vec();
            bytes[at] ^= 4;
            w.files.insert(name, bytes.into());
        }
        w.start("a", 1, Mode::Auto);
        w.run(Span::secs(5));
        let status = w.node("a").ha.status();
        assert_eq!(w.role("a"), Role::Master, "{bytes_to_flip:?}: {status:?}");
        assert_eq!(status.damage.len(), 2, "{bytes_to_flip:?}: {:?}", status.damage);
        assert!(w.write("a", "after"));
        // What follows is sound again: a standby reads all of it.
        w.start("b", 0, Mode::Auto);
        w.run(Span::secs(5));
        assert_eq!(w.role("b"), Role::HotStandby);
        assert!(w.node("b").folded.iter().any(|f| f.contains("after")));
    }
}

#[test]
fn a_damaged_newest_mark_is_named_and_the_one_before_it_is_compared_with() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for i in 0..40 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    let marks: Vec<Name> =
        w.files.keys().filter(|n| ha::names::number(n.leaf(), ".ok").is_some()).cloned().collect();
    assert!(marks.len() >= 2);
    w.files.insert(marks[marks.len() - 1].clone(), Arc::from(&b"{torn"[..]));
    let folded = w.node("b").folded.clone();
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(35));
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert_eq!(w.node("b").folded, folded, "nothing was lost by it");
    assert!(w.node("b").ha.status().damage.iter().any(|d| d.file == marks[marks.len() - 1].as_str()));
    assert!(w.write("b", "after"));
}
