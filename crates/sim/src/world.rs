//! A whole plane in one thread and one seed: servers, their store, their clocks, their clients, their troubles.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use base::{Incarnation, Rng, Span, Term};
use engine::effect::{Machine, Work, WorkKey};
use ha::verbs::{Answer, Lane, OpId, Verb};
use node::interface::Input;

use crate::check::asked::Read;
use crate::check::{Checker, Rule, Violation};
use crate::store::{Fate, SimStore, StoreFaults, brief};
use crate::swarm::Draw;

mod acts;
mod chair;
mod clients;
mod cover;
mod hands;
mod healed;
mod hosts;
mod image;
mod lanes;
mod link;
mod newer;
mod reads;
mod seen;
mod server;
mod silence;
mod stage;
mod troubles;
mod upgrades;

use clients::{CLIENTS, Client};
use hosts::SimHost;
pub(crate) use image::Image;
use link::Links;
use server::Server;
pub(crate) use stage::Cue;
use stage::Stage;

/// The application that every world deploys first.
pub const APP: &str = "simapp0001";

/// More events than any world needs: a node that asks the store the same thing for ever is a violation.
const EVENTS_MAX: u64 = 1_000_000;

/// What a run was.
pub struct Outcome {
    /// A digest of the whole history: the same seed gives the same one.
    pub digest: u64,
    /// What was wrong.
    pub violations: Vec<Violation>,
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
    Client {
        client: usize,
    },
    /// The turn of some work has come.
    Hand {
        node: usize,
        life: u64,
        key: WorkKey,
        machine: Machine,
        work: Work,
    },
    /// A script ends by itself, if it still runs.
    ScriptEnds {
        host: usize,
        boot: u64,
        pid: i32,
    },
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
    /// Clients want nothing more: the plane comes to rest.
    closing: bool,
    next_request: u64,
    clients: Vec<Client>,
    links: Links,
    hosts: Vec<SimHost>,
    /// What registers showed.
    reads: Vec<Read>,
    /// When faults ended, and when the plane served again.
    calm_at: u64,
    /// The record that a newer release has written.
    newer_at: Option<base::Lsn>,
    /// When the log was first written in this release's format.
    switched_at: Option<u64>,
    /// How a scene leads this world; empty in worlds that a seed drew.
    stage: Stage,
}

/// Runs one seed from its first start until its plane has healed.
pub fn run(seed: u64, verbose: bool) -> Outcome {
    let mut rng = Rng::from_seed(seed ^ 0x005E_ED0F_B10B);
    let draw = Draw::of(&mut rng);
    let mut world = World::of(seed, draw, rng, verbose);
    for i in 0..world.draw.nodes {
        let server = world.fresh_server(i);
        world.servers.push(server);
        let at = world.now + world.rng.below(world.draw.timeout.0);
        world.put(at, Event::Restart { node: i });
    }
    world.clients_begin();
    let first = world.now + world.rng.below(world.draw.trouble_every.0 * 2);
    world.put(first, Event::Trouble);
    let calm_at = world.now + world.draw.storm.0;
    world.put(calm_at, Event::Calm);
    world.heal(calm_at)
}

impl World {
    /// Nothing has happened yet.
    fn of(seed: u64, draw: Draw, rng: Rng, verbose: bool) -> World {
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
            closing: false,
            next_request: 1,
            clients: (0..CLIENTS).map(|_| Client::default()).collect(),
            links: Links::new(seed, draw.nodes),
            hosts: (0..draw.nodes).map(|_| SimHost::default()).collect(),
            reads: Vec::new(),
            calm_at: 0,
            newer_at: None,
            switched_at: None,
            stage: Stage::default(),
            rng,
            draw,
        };
        world.note(|w| format!("{:?}", w.draw));
        world
    }

    fn clients_begin(&mut self) {
        for client in 0..CLIENTS {
            self.put(self.now + 100_000 + client as u64, Event::Client { client });
        }
    }

    /// Goes on until the plane has healed after its calm, and judges all that happened.
    fn heal(mut self, calm_at: u64) -> Outcome {
        let end = calm_at + (self.draw.timeout * 8 + Span::secs(40)).0;
        while self.now < end && self.checker.violations.is_empty() {
            if !self.next() {
                break;
            }
            let over = if self.newer_at.is_some() { self.all_refuse() } else { self.at_rest() };
            if over {
                break;
            }
            if self.seq > EVENTS_MAX {
                self.checker.wrong(
                    Rule::Heals,
                    format!("the world does not come to rest: {EVENTS_MAX} events by {}", self.now),
                );
            }
        }
        self.settle();
        Outcome {
            digest: self.digest,
            violations: self.checker.violations,
            coverage: self.coverage,
            transcript: self.transcript.unwrap_or_default(),
        }
    }

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

    /// The greatest of its kind.
    fn most(&mut self, what: &'static str, n: u64) {
        let entry = self.coverage.entry(what).or_default();
        *entry = n.max(*entry);
    }

    fn put(&mut self, at: u64, event: Event) {
        self.seq += 1;
        self.queue.push(Reverse((at.max(self.now), self.seq)));
        self.events.insert(self.seq, event);
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
            match self.servers[node].paused_until {
                u64::MAX => self.stage.sleeps(node, event),
                until => self.put(until, event),
            }
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
                    let busy = self.servers[node].busy.entry(lane).or_default();
                    *busy = busy.saturating_sub(1);
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
            Event::Client { client } => self.client(client),
            Event::Hand { node, life, key, machine, work } => {
                if self.lives(node, life) {
                    self.hand(node, key, &machine, work);
                }
            }
            Event::ScriptEnds { host, boot, pid } => self.script_ends(host, boot, pid),
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
}

fn event_node(event: &Event) -> Option<usize> {
    match event {
        Event::Wake { node, .. }
        | Event::StoreReply { node, .. }
        | Event::Hand { node, .. }
        | Event::Deliver { node, .. } => Some(*node),
        _ => None,
    }
}

fn label(input: &Input) -> Option<String> {
    match input {
        Input::Start => Some("is started".to_owned()),
        Input::Nudge => Some("is nudged".to_owned()),
        Input::ToldHead { term, lsn } => Some(format!("is told that term {term} reaches {lsn}")),
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
