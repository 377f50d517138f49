//! Servers of a world: their clocks, their steps, and what they want done.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use base::{Incarnation, Moment, Mono, NodeId, Span, Term, WallMs};
use engine::input::{Host, RequestId};
use ha::config::{Config as HaConfig, Mode, Persist, Store as HaStore};
use ha::status::Role;
use ha::verbs::{Lane, OpId, Verb};
use node::Node;
use node::interface::{Config, Effect, Input, View};

use super::hands::Hands;
use super::silence::Silences;
use super::upgrades::Release;
use super::{Event, World, label};
use crate::swarm::Draw;

/// What wall clocks show when a world begins, in milliseconds: far enough from nothing for a jump back.
pub(super) const WALL_AT_START: i64 = 1_700_000_000_000;

/// A server of a world.
pub(super) struct Server {
    pub(super) id: NodeId,
    pub(super) release: Release,
    /// Counts starts; events of an earlier life fall through.
    pub(super) life: u64,
    pub(super) up: bool,
    pub(super) node: Node,
    pub(super) view: Option<Arc<View>>,
    /// What the last read of it was compared with: the version shown, and how much was acknowledged.
    pub(super) read: Option<(u64, usize)>,
    pub(super) lanes: BTreeMap<Lane, VecDeque<(OpId, Verb)>>,
    pub(super) busy: BTreeMap<Lane, usize>,
    pub(super) paused_until: u64,
    /// The store does not answer this node until then.
    pub(super) cut_until: u64,
    /// Parts per thousand by which its clock is fast.
    pub(super) rate: u64,
    /// What its clock showed at a moment of true time, since which it has run at that rate.
    pub(super) offset: u64,
    pub(super) since: u64,
    /// How far its wall clock is off, in milliseconds.
    pub(super) wall_off: i64,
    /// The store denies it everything until then.
    pub(super) denied_until: u64,
    /// Lanes that hang, until when.
    pub(super) hang_until: BTreeMap<Lane, u64>,
    pub(super) incarnation: u64,
    pub(super) priority: i64,
    pub(super) mode: Mode,
    pub(super) told: Option<(Term, Incarnation)>,
    pub(super) waiting: HashMap<RequestId, usize>,
    /// What its executor cares for.
    pub(super) hands: Hands,
    /// What the store has shown it of the others' files.
    pub(super) silences: Silences,
    /// Counts wishes to be woken.
    pub(super) wish: u64,
    /// When it last learnt that a pause is over.
    pub(super) unpaused_at: u64,
}

impl World {
    pub(super) fn fresh_server(&mut self, i: usize) -> Server {
        let id = NodeId::new(format!("node{i}"));
        let span = self.draw.rate_permille;
        let rate = 1000 + self.rng.below(span * 2 + 1) - span;
        let offset = self.rng.below(1_000_000_000);
        let release = Release::first(self.draw.upgrade);
        let config = config_of(&self.draw, &id, i, 0, Mode::Auto, 0, 0, 0, 0, release);
        Server {
            id,
            release,
            life: 0,
            up: false,
            node: Node::new(config),
            view: None,
            read: None,
            lanes: BTreeMap::new(),
            busy: BTreeMap::new(),
            paused_until: 0,
            cut_until: 0,
            rate,
            offset,
            since: 0,
            wall_off: 0,
            denied_until: 0,
            hang_until: BTreeMap::new(),
            incarnation: 0,
            priority: 0,
            mode: [Mode::Auto, Mode::Auto, Mode::Auto, Mode::Standby, Mode::HotStandby, Mode::Master]
                [self.rng.below(6) as usize],
            told: None,
            waiting: HashMap::new(),
            hands: Hands::new(),
            silences: Silences::default(),
            wish: 0,
            unpaused_at: 0,
        }
    }

    pub(super) fn mono(&self, node: usize) -> Mono {
        let s = &self.servers[node];
        let ran = u128::from(self.now - s.since) * u128::from(s.rate) / 1000;
        Mono(s.offset + ran as u64)
    }

    /// True time of a moment on a node's clock, rounded up, as long as it runs as it does.
    pub(super) fn true_time(&self, node: usize, at: Mono) -> u64 {
        let s = &self.servers[node];
        s.since + (u128::from(at.0.saturating_sub(s.offset)) * 1000).div_ceil(u128::from(s.rate)) as u64
    }

    /// A clock that nothing may rest on.
    pub(super) fn wall(&self, node: usize) -> WallMs {
        let shown = WALL_AT_START + (self.now / 1000) as i64 + self.servers[node].wall_off;
        WallMs(u64::try_from(shown).unwrap_or(0))
    }

    pub(super) fn lives(&self, node: usize, life: u64) -> bool {
        self.servers[node].up && self.servers[node].life == life
    }

    pub(super) fn step(&mut self, node: usize, input: Input) {
        let at = Moment { now: self.mono(node), wall: self.wall(node) };
        let mut out = Vec::new();
        let label = self.transcript.is_some().then(|| label(&input)).flatten();
        if let Some(label) = label {
            self.note(|w| format!("{} {label}", w.servers[node].id));
        }
        self.filmed(node, at, &input);
        if let Input::Stored { op, answer } = &input {
            self.is_shown(node, *op, answer);
        }
        self.servers[node].node.step(at, input, &mut out);
        for effect in out {
            self.carry_out(node, effect);
        }
        self.note_lease(node);
        if self.checker.holds(self.now, node) {
            self.check_read(node);
        }
    }

    /// A node's lease in true time, as its clock runs now.
    pub(super) fn note_lease(&mut self, node: usize) {
        let now = self.mono(node);
        let until = match &self.servers[node].view {
            _ if self.stage.astray == Some(node) => None,
            Some(view) if self.servers[node].up && view.status.role_at(now) == Role::Master => {
                view.status.lease_until.map(|u| self.true_time(node, u))
            }
            _ => None,
        };
        self.checker.lease(self.now, node, until);
    }

    pub(super) fn carry_out(&mut self, node: usize, effect: Effect) {
        let life = self.servers[node].life;
        match effect {
            Effect::Store { op, lane, verb } => {
                self.asks_store(node, op, &verb);
                self.servers[node].lanes.entry(lane).or_default().push_back((op, verb));
                self.start_lane(node, lane);
            }
            Effect::WakeAt(at) => {
                let when = self.true_time(node, at);
                self.servers[node].wish += 1;
                let wish = self.servers[node].wish;
                self.put(when + 1, Event::Wake { node, life, wish });
            }
            Effect::Publish(view) => self.published(node, view),
            Effect::Answer { request, response } => self.answered(node, request, &response),
            Effect::EncodeCheckpoint { floor, root } => {
                let parts = root.checkpoint_parts().map(Arc::from).collect();
                let at = self.now + 1000 + self.rng.below(50_000);
                self.put(at, Event::Deliver { node, life, input: Input::Encoded { floor, parts } });
            }
            Effect::TellProver { term, incarnation } => self.servers[node].told = Some((term, incarnation)),
            Effect::KeepIncarnation(life) => self.servers[node].incarnation = life.0,
            Effect::KeepPriority(priority) => self.servers[node].priority = priority,
            Effect::Nudge(_) => self.nudge_others(node),
            Effect::Event(event) => {
                self.cover(&event.text);
                self.check_pause(node, &event.text);
                self.check_silence(node, &event.text);
                if self.draw.pause && event.text.starts_with("claiming term") && self.rng.one_in(4) {
                    // A claimant that sleeps while the world goes on is what the comparison with the newest
                    // checkpoint is for: long enough for others to rule, mark and prune.
                    let at = self.now + self.rng.below(60_000);
                    let span = self.rng.below(self.draw.timeout.0 * 9);
                    self.put(at, Event::Pause { node, span });
                }
                self.note(|w| format!("{} {:?}: {}", w.servers[node].id, event.level, event.text));
            }
            Effect::Exit(exit) => {
                self.note(|w| format!("{} exits: {exit:?}", w.servers[node].id));
                self.down(node);
                let after = self.now + 200_000 + self.rng.below(self.draw.timeout.0);
                self.put(after, Event::Restart { node });
            }
            Effect::Run { key, machine, work } => self.asked_for_work(node, key, machine, work),
            Effect::CancelWork(key) => self.cancel_work(node, &key),
            Effect::DropWork => self.servers[node].hands.clear(),
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one call for each of two places, all plain values")]
pub(super) fn config_of(
    draw: &Draw,
    id: &NodeId,
    index: usize,
    life: u64,
    mode: Mode,
    incarnation: u64,
    priority: i64,
    seed: u64,
    boot: u64,
    release: Release,
) -> Config {
    let store = if draw.store.bucket { HaStore::Bucket } else { HaStore::Folder };
    let (poll, beat) = HaConfig::times(Span::secs(1), draw.timeout, None);
    Config {
        ha: HaConfig {
            node: id.clone(),
            uid: format!("uid-{id}-{life}"),
            home: format!("home-{id}"),
            boot: format!("boot{boot}"),
            host: format!("host{index}"),
            uri: format!("https://{id}:8443/"),
            version: "0.1.0".to_owned(),
            mode,
            persist: Persist::Auto,
            priority,
            hot_standby: true,
            timeout: draw.timeout,
            store,
            strict_ack: draw.strict_ack,
            poll,
            beat,
            list_period: store.list_period(),
            incarnation_seen: Incarnation(incarnation),
            wall_secs: 1000,
            prune_after: draw.prune_after,
            history: draw.history,
            formats: release.formats,
            format_calm: draw.format_calm,
            checkpoint_records: draw.checkpoint_records,
            seed,
        },
        host: Host {
            id: format!("host{index}"),
            name: format!("host{index}"),
            boot: format!("boot{boot}"),
            address: "127.0.0.1".to_owned(),
            base_dir: "/tmp/sim".to_owned(),
        },
        reading_delay: Span::millis(200),
        seed,
        externals: engine::Externals::default(),
    }
}
