//! A whole plane in one thread and one seed: servers, their store, their clocks, their clients, their troubles.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use base::{EntityId, Incarnation, Moment, Mono, NodeId, Rng, Span, Term, WallMs};
use engine::input::{Host, RequestId};
use ha::config::{Config as HaConfig, Mode, Persist, Store as HaStore};
use ha::status::Role;
use ha::verbs::{Answer, Lane, OpId, Verb};
use node::Node;
use node::interface::{Config, Effect, Input, View};

use crate::check::{Checker, Verdict};
use crate::store::{Fate, SimStore, StoreFaults, brief, unreachable};
use crate::swarm::Draw;

mod clients;
mod troubles;

/// The application that every world deploys first.
pub const APP: &str = "simapp0001";

/// More events than any world needs: a node that asks the store the same thing for ever is a violation.
const EVENTS_MAX: u64 = 1_000_000;

/// Every so many records the states that nodes show are compared: a difference stays, and a hash of all costs most
/// of a world's time.
const HASH_EVERY: u64 = 8;

/// What a run was.
pub struct Outcome {
    /// A digest of the whole history: the same seed gives the same one.
    pub digest: u64,
    /// What was wrong.
    pub violations: Vec<String>,
    /// How often the interesting things happened.
    pub coverage: BTreeMap<&'static str, u64>,
    /// One line for each event, if asked for.
    pub transcript: Vec<String>,
}

#[derive(Debug)]
enum Event {
    Wake {
        node: usize,
        life: u64,
        wish: u64,
    },
    /// A store request takes effect, and (perhaps) is answered.
    StoreRun {
        node: usize,
        life: u64,
        lane: Lane,
        op: OpId,
        verb: Verb,
        fate: Fate,
    },
    StoreReply {
        node: usize,
        life: u64,
        lane: Lane,
        op: OpId,
        answer: Answer,
    },
    /// A request that everybody has given up on takes effect.
    LateEffect {
        client: usize,
        verb: Verb,
    },
    Deliver {
        node: usize,
        life: u64,
        input: Input,
    },
    Client,
    Trouble,
    Restart {
        node: usize,
    },
    Prove {
        node: usize,
        term: Term,
        life: Incarnation,
    },
    /// A node is stopped for so many microseconds.
    Pause {
        node: usize,
        span: u64,
    },
    StoreBack,
    /// What lies below the floor is forgotten, fences as well.
    Expire,
    Calm,
}

struct Server {
    id: NodeId,
    /// Counts starts; events of an earlier life fall through.
    life: u64,
    up: bool,
    node: Node,
    view: Option<Arc<View>>,
    lanes: BTreeMap<Lane, VecDeque<(OpId, Verb)>>,
    busy: BTreeMap<Lane, bool>,
    paused_until: u64,
    /// The store does not answer this node until then.
    cut_until: u64,
    /// Parts per thousand by which its clock is fast.
    rate: u64,
    offset: u64,
    incarnation: u64,
    priority: i64,
    mode: Mode,
    told: Option<(Term, Incarnation)>,
    waiting: HashMap<RequestId, usize>,
    /// Counts wishes to be woken.
    wish: u64,
}

/// The world.
pub struct World {
    seed: u64,
    now: u64,
    seq: u64,
    rng: Rng,
    draw: Draw,
    faults: StoreFaults,
    store: SimStore,
    servers: Vec<Server>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: HashMap<u64, Event>,
    checker: Checker,
    coverage: BTreeMap<&'static str, u64>,
    transcript: Option<Vec<String>>,
    digest: u64,
    stormy: bool,
    next_request: u64,
    deployed: bool,
}

/// Runs one seed from its first start until its plane has healed.
pub fn run(seed: u64, verbose: bool) -> Outcome {
    let mut rng = Rng::from_seed(seed ^ 0x005E_ED0F_B10B);
    let draw = Draw::of(&mut rng);
    let mut world = World {
        seed,
        now: 1_000_000,
        seq: 0,
        faults: draw.store.clone(),
        store: SimStore::default(),
        servers: Vec::new(),
        queue: BinaryHeap::new(),
        events: HashMap::new(),
        checker: Checker::default(),
        coverage: BTreeMap::new(),
        transcript: verbose.then(Vec::new),
        digest: seed,
        stormy: true,
        next_request: 1,
        deployed: false,
        rng,
        draw,
    };
    world.note(|w| format!("{:?}", w.draw));
    for i in 0..world.draw.nodes {
        let server = world.fresh_server(i);
        world.servers.push(server);
        let at = world.now + world.rng.below(world.draw.timeout.0);
        world.put(at, Event::Restart { node: i });
    }
    world.put(world.now + 100_000, Event::Client);
    let first = world.now + world.rng.below(world.draw.trouble_every.0 * 2);
    world.put(first, Event::Trouble);
    world.put(world.now + world.draw.storm.0, Event::Calm);
    let calm_for = world.draw.timeout * 8 + Span::secs(40);
    let end = world.now + world.draw.storm.0 + calm_for.0;
    while world.now < end && world.checker.violations.is_empty() {
        if !world.next() {
            break;
        }
        if world.healed() {
            break;
        }
        if world.seq > EVENTS_MAX {
            world
                .checker
                .wrong(format!("the world does not come to rest: {EVENTS_MAX} events by {}", world.now));
        }
    }
    world.settle();
    Outcome {
        digest: world.digest,
        violations: world.checker.violations,
        coverage: world.coverage,
        transcript: world.transcript.unwrap_or_default(),
    }
}

impl World {
    fn note(&mut self, line: impl FnOnce(&World) -> String) {
        if self.transcript.is_some() {
            let line = format!("{:>12.6} {}", self.now as f64 / 1e6, line(self));
            if let Some(transcript) = &mut self.transcript {
                transcript.push(line);
            }
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.coverage.entry(what).or_default() += 1;
    }

    fn put(&mut self, at: u64, event: Event) {
        self.seq += 1;
        self.queue.push(Reverse((at.max(self.now), self.seq)));
        self.events.insert(self.seq, event);
    }

    fn fresh_server(&mut self, i: usize) -> Server {
        let id = NodeId::new(format!("node{i}"));
        let span = self.draw.rate_permille;
        let rate = 1000 + self.rng.below(span * 2 + 1) - span;
        let offset = self.rng.below(1_000_000_000);
        let config = config_of(&self.draw, &id, i, 0, Mode::Auto, 0, 0, 0);
        Server {
            id,
            life: 0,
            up: false,
            node: Node::new(config),
            view: None,
            lanes: BTreeMap::new(),
            busy: BTreeMap::new(),
            paused_until: 0,
            cut_until: 0,
            rate,
            offset,
            incarnation: 0,
            priority: 0,
            mode: [Mode::Auto, Mode::Auto, Mode::Auto, Mode::Standby, Mode::HotStandby, Mode::Master]
                [self.rng.below(6) as usize],
            told: None,
            waiting: HashMap::new(),
            wish: 0,
        }
    }

    fn mono(&self, node: usize) -> Mono {
        let s = &self.servers[node];
        Mono(s.offset + (u128::from(self.now) * u128::from(s.rate) / 1000) as u64)
    }

    /// True time of a moment on a node's clock, rounded up.
    fn true_time(&self, node: usize, at: Mono) -> u64 {
        let s = &self.servers[node];
        (u128::from(at.0.saturating_sub(s.offset)) * 1000).div_ceil(u128::from(s.rate)) as u64
    }

    /// The next event; false when there is none.
    fn next(&mut self) -> bool {
        let Some(Reverse((at, seq))) = self.queue.pop() else { return false };
        let Some(event) = self.events.remove(&seq) else { return true };
        self.now = at;
        if let Some(node) = event_node(&event)
            && self.servers[node].paused_until > at
        {
            // A stopped process sees nothing; its timers and answers wait.
            let until = self.servers[node].paused_until;
            self.put(until, event);
            return true;
        }
        self.happen(event);
        true
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Wake { node, life, wish } => {
                // A later wish replaces an earlier one.
                if self.lives(node, life) && self.servers[node].wish == wish {
                    self.step(node, Input::Wake);
                }
            }
            Event::Deliver { node, life, input } => {
                if self.lives(node, life) {
                    self.step(node, input);
                }
            }
            Event::StoreRun { node, life, lane, op, verb, fate } => {
                self.store_run(node, life, lane, op, verb, fate);
            }
            Event::StoreReply { node, life, lane, op, answer } => {
                if self.lives(node, life) {
                    self.servers[node].busy.insert(lane, false);
                    self.start_lane(node, lane);
                    self.step(node, Input::Stored { op, answer });
                }
            }
            Event::LateEffect { client, verb } => {
                self.count("late effects");
                self.note(|_| format!("late: {}", brief(&verb)));
                let faults = self.faults.clone();
                self.store.run(&faults, self.now, client, &verb);
            }
            Event::Client => self.client(),
            Event::Trouble => self.trouble(),
            Event::Restart { node } => self.restart(node),
            Event::Prove { node, term, life } => self.prove(node, term, life),
            Event::Pause { node, span } => {
                if self.stormy && self.servers[node].up {
                    self.count("pauses");
                    self.note(|w| format!("{} is paused for {}", w.servers[node].id, Span(span)));
                    self.servers[node].paused_until = self.now + span;
                }
            }
            Event::StoreBack => self.store.full = false,
            Event::Expire => self.expire(),
            Event::Calm => self.calm(),
        }
    }

    fn lives(&self, node: usize, life: u64) -> bool {
        self.servers[node].up && self.servers[node].life == life
    }

    fn step(&mut self, node: usize, input: Input) {
        let at = Moment { now: self.mono(node), wall: WallMs(self.now / 1000) };
        let mut out = Vec::new();
        let label = self.transcript.is_some().then(|| label(&input)).flatten();
        if let Some(label) = label {
            self.note(|w| format!("{} {label}", w.servers[node].id));
        }
        self.servers[node].node.step(at, input, &mut out);
        for effect in out {
            self.carry_out(node, effect);
        }
        let until = match &self.servers[node].view {
            Some(view) if self.servers[node].up && view.status.role_at(at.now) == Role::Master => {
                view.status.lease_until.map(|u| self.true_time(node, u))
            }
            _ => None,
        };
        self.checker.lease(self.now, node, until);
        if self.checker.holds(self.now, node) {
            self.check_read(node);
        }
    }

    /// What a master shows at this moment.
    fn check_read(&mut self, node: usize) {
        let server = &self.servers[node];
        let Some(root) = server.view.as_ref().and_then(|v| v.root.clone()) else {
            let text = format!("{} says MASTER and shows no state", server.id);
            return self.checker.wrong(text);
        };
        let who = server.id.to_string();
        self.checker.fresh(&who, self.now, |sensor| has_sensor(&root, sensor));
    }

    fn carry_out(&mut self, node: usize, effect: Effect) {
        let life = self.servers[node].life;
        match effect {
            Effect::Store { op, lane, verb } => {
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
            Effect::Answer { request, response } => {
                if let Some(index) = self.servers[node].waiting.remove(&request) {
                    let verdict = Verdict::of(&response);
                    self.digest = mix(self.digest, index as u64 ^ self.now);
                    self.count(match verdict {
                        Verdict::Recorded(_) => "writes acknowledged",
                        Verdict::Not => "writes refused",
                        Verdict::Unknown => "writes unknown",
                    });
                    self.note(|w| {
                        format!(
                            "{} answers {}: {verdict:?}",
                            w.servers[node].id, w.checker.writes[index].sensor
                        )
                    });
                    self.checker.answered(index, self.now, verdict);
                }
            }
            Effect::EncodeCheckpoint { floor, root } => {
                let parts = root.checkpoint_parts().map(Arc::from).collect();
                let at = self.now + 1000 + self.rng.below(50_000);
                self.put(at, Event::Deliver { node, life, input: Input::Encoded { floor, parts } });
            }
            Effect::TellProver { term, incarnation } => self.servers[node].told = Some((term, incarnation)),
            Effect::KeepIncarnation(life) => self.servers[node].incarnation = life.0,
            Effect::KeepPriority(priority) => self.servers[node].priority = priority,
            Effect::Nudge(_) => {
                self.count("nudges");
                for other in 0..self.servers.len() {
                    if other != node && self.servers[other].up && !self.rng.one_in(4) {
                        let life = self.servers[other].life;
                        let at = self.now + 500 + self.rng.below(5000);
                        self.put(at, Event::Deliver { node: other, life, input: Input::Nudge });
                    }
                }
            }
            Effect::Event(event) => {
                self.cover(&event.text);
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
            Effect::Run { .. } | Effect::CancelWork(_) | Effect::DropWork => {}
        }
    }

    /// The interesting things, counted by what is said of them.
    fn cover(&mut self, text: &str) {
        for (part, what) in [
            ("claiming term", "claims"),
            ("has claimed term", "claims raced"),
            ("gave up the claim", "claims given up"),
            ("master of term", "reigns"),
            ("has fenced the log", "fenced at a slot"),
            ("not master any more", "demotions"),
            ("suspended:", "suspensions"),
            ("resumed:", "resumed without a reload"),
            ("must be compared", "fences validated twice"),
            ("does not stand any more", "last records that did not stand any more"),
            ("loading the state from the newest", "reloads from a checkpoint"),
            ("below a checkpoint of others", "strict acks refused"),
            ("lies below the newest", "reloads of a pruned log"),
            ("another history", "histories that differed"),
            ("stepped over", "void fences"),
            ("waiting until an old lease", "old leases waited for"),
            ("checkpoint ", "checkpoints"),
            ("damaged:", "damage noted"),
            ("lost touch", "lost touch with the log"),
            ("the store lost data", "store lost data"),
        ] {
            if text.contains(part) {
                self.count(what);
            }
        }
    }

    fn published(&mut self, node: usize, view: Arc<View>) {
        if let Some(root) = &view.root {
            let before = self.servers[node].view.as_ref().filter(|v| v.root.is_some()).map(|v| v.lsn);
            if before != Some(view.lsn) && view.lsn.0.is_multiple_of(HASH_EVERY) {
                let hash = root.hash();
                self.digest = mix(self.digest, hash ^ view.lsn.0);
                let who = format!("{} (life {})", self.servers[node].id, self.servers[node].life);
                self.checker.state(&who, view.lsn, hash);
            }
        }
        self.servers[node].view = Some(view);
    }

    fn start_lane(&mut self, node: usize, lane: Lane) {
        let server = &mut self.servers[node];
        if server.busy.get(&lane).copied().unwrap_or(false) {
            return;
        }
        let Some((op, verb)) = server.lanes.get_mut(&lane).and_then(VecDeque::pop_front) else { return };
        server.busy.insert(lane, true);
        let life = server.life;
        let fate = if self.sleeps_with(node, &verb) {
            Fate::LostRequest
        } else {
            SimStore::fate(&self.faults, &mut self.rng, &verb)
        };
        let mut delay = 200 + self.rng.below(3000);
        if self.faults.slow > 0 && self.rng.one_in(self.faults.slow) {
            delay += self.rng.below(self.draw.timeout.0);
        }
        let at = (self.now + delay).max(self.servers[node].cut_until);
        self.put(at, Event::StoreRun { node, life, lane, op, verb, fate });
    }

    fn store_run(&mut self, node: usize, life: u64, lane: Lane, op: OpId, verb: Verb, fate: Fate) {
        let lives = self.lives(node, life);
        if lives && self.servers[node].cut_until > self.now {
            // Cut off meanwhile: it waits, as on a hard mount.
            let at = self.servers[node].cut_until;
            return self.put(at, Event::StoreRun { node, life, lane, op, verb, fate });
        }
        if !lives && self.rng.one_in(2) {
            // The process died with its request on the way: this one never arrives.
            return;
        }
        let faults = self.faults.clone();
        let answer = match fate {
            Fate::Fine => self.store.run(&faults, self.now, node, &verb),
            Fate::LostReply => {
                self.store.run(&faults, self.now, node, &verb);
                Answer::Unknown(unreachable(&verb))
            }
            Fate::LostRequest => Answer::Unknown(unreachable(&verb)),
            Fate::Late => {
                let at = self.now + self.rng.below(self.draw.timeout.0 * 6);
                self.put(at, Event::LateEffect { client: node, verb: verb.clone() });
                Answer::Unknown(unreachable(&verb))
            }
            Fate::Fails => Answer::Failed(unreachable(&verb)),
        };
        if fate != Fate::Fine {
            self.count("store faults");
        }
        if self.transcript.is_some() && !matches!(verb, Verb::Read { .. }) {
            self.note(|w| format!("{} {}: {}", w.servers[node].id, brief(&verb), short(&answer)));
        }
        let at = self.now + 100 + self.rng.below(2000);
        self.put(at, Event::StoreReply { node, life, lane, op, answer });
    }

    /// Calm, one master that has acknowledged a write since, and everybody else has caught up with it.
    fn healed(&self) -> bool {
        if self.stormy {
            return false;
        }
        let calm_at = 1_000_000 + self.draw.storm.0;
        let fresh_write = self.checker.writes.iter().rev().take(50).any(|w| {
            w.asked > calm_at
                && matches!(w.answered, Some((at, Verdict::Recorded(_))) if at + 2_000_000 < self.now)
        });
        let masters = (0..self.servers.len()).filter(|n| self.says_master(*n)).count();
        fresh_write
            && masters == 1
            && self.servers.iter().all(|s| {
                s.up && s.view.as_ref().is_some_and(|v| {
                    v.root.is_some() && matches!(v.status.role, Some(Role::Master | Role::HotStandby))
                })
            })
    }

    fn settle(&mut self) {
        if !self.checker.violations.is_empty() {
            return;
        }
        if !self.healed() {
            let roles: Vec<String> = self
                .servers
                .iter()
                .map(|s| {
                    let shown =
                        s.view.as_ref().map(|v| (v.status.role.map(Role::word), v.status.why.clone()));
                    format!("{} up={} {shown:?}", s.id, s.up)
                })
                .collect();
            return self.checker.wrong(format!("the plane does not heal: {}", roles.join("; ")));
        }
        let master = (0..self.servers.len()).find(|n| self.says_master(*n));
        let root = master.and_then(|m| self.servers[m].view.as_ref()).and_then(|v| v.root.clone());
        if let Some(root) = root {
            self.checker.settle(|sensor| has_sensor(&root, sensor));
        }
        for misdeed in std::mem::take(&mut self.store.misdeeds) {
            self.checker.wrong(misdeed);
        }
        self.check_owners();
        let entry = self.coverage.entry("records in the log, at most").or_default();
        *entry = (*entry).max(self.store.log_files_max as u64);
        self.digest = mix(self.digest, self.seed);
    }

    /// One owner for each term, one content for each slot at a time: names are created once while they stand.
    fn check_owners(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (name, _) in &self.store.created {
            if name.as_str().starts_with("terms/") {
                *seen.entry(name.to_string()).or_default() += 1;
            }
        }
        for (name, times) in seen {
            if times > 1 {
                self.checker.wrong(format!("{name} was created {times} times"));
            }
        }
    }
}

fn has_sensor(root: &engine::Root, sensor: &str) -> bool {
    root.entity(&EntityId::new(APP)).is_some_and(|e| e.sensor(sensor).is_some())
}

fn event_node(event: &Event) -> Option<usize> {
    match event {
        Event::Wake { node, .. } | Event::StoreReply { node, .. } | Event::Deliver { node, .. } => {
            Some(*node)
        }
        _ => None,
    }
}

fn label(input: &Input) -> Option<String> {
    match input {
        Input::Start => Some("is started".to_owned()),
        Input::Nudge => Some("is nudged".to_owned()),
        _ => None,
    }
}

fn short(answer: &Answer) -> String {
    match answer {
        Answer::Content(Some(bytes)) => format!("{} bytes", bytes.len()),
        Answer::Page { names, .. } => format!("{} names", names.len()),
        Answer::Unknown(_) => "unknown".to_owned(),
        Answer::Failed(_) => "failed".to_owned(),
        other => format!("{other:?}"),
    }
}

fn mix(digest: u64, value: u64) -> u64 {
    (digest ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
}

#[allow(clippy::too_many_arguments, reason = "one call for each of two places, all plain values")]
fn config_of(
    draw: &Draw,
    id: &NodeId,
    index: usize,
    life: u64,
    mode: Mode,
    incarnation: u64,
    priority: i64,
    seed: u64,
) -> Config {
    let (poll, beat) = HaConfig::times(Span::secs(1), draw.timeout, None);
    Config {
        ha: HaConfig {
            node: id.clone(),
            uid: format!("uid-{id}-{life}"),
            home: format!("home-{id}"),
            boot: "boot".to_owned(),
            host: format!("host{index}"),
            uri: format!("https://{id}:8443/"),
            version: "0.1.0".to_owned(),
            mode,
            persist: Persist::Auto,
            priority,
            hot_standby: true,
            timeout: draw.timeout,
            store: if draw.store.bucket { HaStore::Bucket } else { HaStore::Folder },
            strict_ack: draw.strict_ack,
            poll,
            beat,
            list_period: Span::secs(2),
            incarnation_seen: Incarnation(incarnation),
            wall_secs: 1000,
            prune_after: draw.prune_after,
            checkpoint_records: draw.checkpoint_records,
            seed,
        },
        host: Host {
            id: format!("host{index}"),
            name: format!("host{index}"),
            boot: "boot".to_owned(),
            address: "127.0.0.1".to_owned(),
            base_dir: "/tmp/sim".to_owned(),
        },
        reading_delay: Span::millis(200),
        seed,
        externals: engine::Externals::default(),
    }
}
