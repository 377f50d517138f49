//! A world that is led by the hand: whose requests are held back or read wrongly, who sleeps, who is asked for what.
//! Scenes are made of this; stores, servers and checkers are those of every other world.

use std::sync::Arc;

use base::{EntityId, Lsn, Rng, Span, Term, WallMs};
use engine::input::{Caller, Command, Order, RequestId};
use ha::config::Mode;
use ha::files::{self, NodeFile};
use ha::names;
use ha::status::Role;
use ha::verbs::{Answer, Lane, OpId, Verb};
use node::interface::Input;
use serde_json::json;

use super::image::Tape;
use super::troubles::NOBODY;
use super::{APP, Event, Outcome, World};
use crate::blueprints;
use crate::check::Rule;
use crate::check::asked::{Asked, Verdict, Wish};
use crate::store::{Fate, brief, unreachable};
use crate::swarm::Draw;

/// What is waited for in a scene comes within this time, or never.
const BOUND: Span = Span::secs(120);

/// The sensor of a scene's numbers: those of other clients are `c0` and so on.
const NUMBERED: &str = "c9";

/// What becomes of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// They are on their way until the cue ends.
    Held,
    /// They take effect, and when the cue ends their senders learn that nothing is known.
    ReplyHeld,
    /// They are lost, and their senders learn that nothing is known.
    Lost,
    /// What is read is rotten: a bit of it is not what it was.
    Rotten,
}

/// How a scene leads a world.
#[derive(Default)]
pub(super) struct Stage {
    /// Whose requests, which (as [`brief`] names them), and what becomes of them.
    cues: Vec<(usize, String, Cue)>,
    held: Vec<(usize, String, Event)>,
    /// What has come for servers that sleep.
    dormant: Vec<(usize, Event)>,
    /// What a machine may be restored from.
    pub(super) tape: Option<Tape>,
    /// Whose machine was restored: what it shows until it is started anew is outside the promise.
    pub(super) astray: Option<usize>,
}

impl Stage {
    pub(super) fn sleeps(&mut self, node: usize, event: Event) {
        self.dormant.push((node, event));
    }
}

impl World {
    /// A world in which nothing happens but what a scene wants.
    pub(crate) fn staged(draw: Draw, verbose: bool) -> World {
        let mut world = World::of(1, draw, Rng::from_seed(1), verbose);
        for i in 0..world.draw.nodes {
            let server = world.fresh_server(i);
            world.servers.push(server);
            world.servers[i].mode = Mode::Auto;
        }
        world
    }

    /// The scene is over: calm comes, clients ask, and all that happened is judged.
    pub(crate) fn curtain(mut self) -> Outcome {
        for node in 0..self.servers.len() {
            self.wake(node);
            self.go_on(node, "");
        }
        if self.goes_well() {
            self.calm();
            self.clients_begin();
        }
        let now = self.now;
        self.heal(now)
    }

    /// Nothing was wrong up to now. What is wrong ends a scene: it is judged as it stands.
    pub(crate) fn goes_well(&self) -> bool {
        self.checker.violations.is_empty()
    }

    /// What must be so at this point of the scene.
    pub(crate) fn expect(&mut self, what: &str, so: bool) {
        if !so && self.goes_well() {
            self.checker.wrong(Rule::Scene, format!("it is not so that {what}"));
        }
    }

    /// Goes on until something is so.
    pub(crate) fn until(&mut self, what: &str, so: impl Fn(&World) -> bool) {
        let bound = self.now + BOUND.0;
        while self.goes_well() && !so(self) {
            if self.now >= bound || !self.next() {
                self.checker.wrong(Rule::Scene, format!("it never comes to it that {what}"));
            }
        }
        self.note(|_| format!("scene: {what}"));
    }

    /// Goes on for so long.
    pub(crate) fn for_a_time(&mut self, span: Span) {
        let end = self.now + span.0;
        while self.goes_well() && self.queue.peek().is_some_and(|next| next.0.0 <= end) {
            self.next();
        }
        self.now = self.now.max(end);
    }

    /// From now on this becomes of a server's requests whose names begin so.
    pub(crate) fn cue(&mut self, node: usize, requests: impl Into<String>, cue: Cue) {
        let requests = requests.into();
        self.note(|w| format!("scene: {cue:?}, {} {requests}", w.servers[node].id));
        self.stage.cues.push((node, requests, cue));
    }

    /// Cues for a server's requests whose names begin so are over; what was held goes on.
    pub(crate) fn go_on(&mut self, node: usize, requests: &str) {
        self.note(|w| format!("scene: {} goes on with {requests}", w.servers[node].id));
        let ends = |who: usize, what: &str| who == node && what.starts_with(requests);
        self.stage.cues.retain(|(who, what, _)| !ends(*who, what));
        let held = std::mem::take(&mut self.stage.held);
        let (over, held) = held.into_iter().partition(|(who, what, _)| ends(*who, what));
        self.stage.held = held;
        for (_, _, event) in over {
            self.put(self.now, event);
        }
    }

    /// What a scene wants to become of a request; what it wants nothing of goes its way.
    pub(super) fn directed(&mut self, node: usize, lane: Lane, op: OpId, verb: Verb) -> Option<Verb> {
        if self.stage.cues.is_empty() {
            return Some(verb);
        }
        let name = brief(&verb);
        let cue = self.stage.cues.iter().find(|(who, what, _)| *who == node && name.starts_with(what));
        let Some((_, what, cue)) = cue.cloned() else { return Some(verb) };
        let life = self.servers[node].life;
        let reply = |answer| Event::StoreReply { node, life, lane, op, answer };
        self.note(|w| format!("{} {name}: {cue:?}", w.servers[node].id));
        match cue {
            Cue::Held => {
                let event = Event::StoreRun { node, life, lane, op, verb, fate: Fate::Fine };
                self.stage.held.push((node, what, event));
            }
            Cue::ReplyHeld => {
                self.ask_store(node, &verb);
                self.stage.held.push((node, what, reply(Answer::Unknown(unreachable(&verb)))));
            }
            Cue::Lost => self.put(self.now + 1000, reply(Answer::Unknown(unreachable(&verb)))),
            Cue::Rotten => {
                let answer = match self.ask_store(node, &verb) {
                    Answer::Content(Some(bytes)) => Answer::Content(Some(rotten(&bytes))),
                    other => other,
                };
                self.put(self.now + 1000, reply(answer));
            }
        }
        None
    }

    fn ask_store(&mut self, client: usize, verb: &Verb) -> Answer {
        let faults = self.faults.clone();
        self.store.run(&faults, self.now, client, verb)
    }

    /// A server is started.
    pub(crate) fn begin(&mut self, node: usize) {
        self.restart(node);
    }

    /// A server dies, and stays dead until the scene is over.
    pub(crate) fn kill(&mut self, node: usize) {
        self.note(|w| format!("scene: {} dies", w.servers[node].id));
        self.down(node);
    }

    /// A server is stopped until it is woken; its clock runs on.
    pub(crate) fn sleep(&mut self, node: usize) {
        self.note(|w| format!("scene: {} sleeps", w.servers[node].id));
        self.servers[node].paused_until = u64::MAX;
    }

    /// A server that slept goes on.
    pub(crate) fn wake(&mut self, node: usize) {
        if self.servers[node].paused_until == u64::MAX {
            self.note(|w| format!("scene: {} wakes", w.servers[node].id));
            self.servers[node].paused_until = 0;
        }
        let dormant = std::mem::take(&mut self.stage.dormant);
        let (woken, dormant) = dormant.into_iter().partition(|(who, _)| *who == node);
        self.stage.dormant = dormant;
        for (_, event) in woken {
            self.put(self.now, event);
        }
    }

    /// A server is given an input.
    pub(crate) fn give(&mut self, node: usize, input: Input) {
        if self.goes_well() && self.servers[node].up {
            self.step(node, input);
        }
    }

    /// A server's clock runs at this rate, in thousandths.
    pub(crate) fn clock(&mut self, node: usize, rate: u64) {
        self.servers[node].rate = rate;
    }

    /// A server is asked to be something else.
    pub(crate) fn ask_to_be(&mut self, node: usize, mode: Mode) {
        self.give(node, Input::SetMode(mode));
    }

    /// A client asks a server for one more element, and may be answered.
    pub(crate) fn write(&mut self, node: usize) -> usize {
        let index = self.checker.asked.len();
        let sensor = format!("e{index}");
        let entity = EntityId::new(APP);
        let command = Command::SetSensor { entity, sensor: sensor.clone(), value: json!(index) };
        self.ask(node, Wish::Element(sensor), command)
    }

    fn ask(&mut self, node: usize, wish: Wish, command: Command) -> usize {
        let index = self.checker.asked.len();
        let key = matches!(wish, Wish::Number { .. }).then(|| format!("key-{index}"));
        let asked = Asked { wish, key, asked: self.now, answered: None, reply: None };
        self.checker.asked.push(asked);
        self.send(node, index, command);
        index
    }

    /// A client asks for its first number, with a key.
    pub(crate) fn number(&mut self, node: usize) -> usize {
        self.ask(node, Wish::Number { sensor: NUMBERED.to_owned(), number: 1 }, numbered())
    }

    /// The same again, with the same key.
    pub(crate) fn number_again(&mut self, node: usize, index: usize) {
        self.send(node, index, numbered());
    }

    /// A client that nobody counts asks for something.
    pub(crate) fn stray_write(&mut self, node: usize) {
        let (entity, sensor) = (EntityId::new(APP), "stray".to_owned());
        self.uncounted(node, Command::SetSensor { entity, sensor, value: json!(1) });
    }

    fn uncounted(&mut self, node: usize, command: Command) {
        let request = RequestId(self.next_request);
        self.next_request += 1;
        let caller = Caller { user: "operator".to_owned(), ..Caller::default() };
        self.give(node, Input::Ask { request, caller, key: None, command });
    }

    /// An operator orders something about the chair.
    pub(crate) fn order_at_once(&mut self, node: usize, order: Order) {
        self.uncounted(node, Command::Order(order));
    }

    /// The same, and it is recorded.
    pub(crate) fn ordered(&mut self, node: usize, order: Order) {
        let slot = self.applied(node).next();
        self.order_at_once(node, order);
        self.until("the order is recorded", |w| w.stands(slot));
    }

    /// One more element, and it is acknowledged.
    pub(crate) fn written(&mut self, node: usize) {
        let index = self.write(node);
        self.until("a write is acknowledged", |w| w.is_acknowledged(index));
    }

    /// The application that all writes are for.
    pub(crate) fn deploy(&mut self, node: usize) {
        let (id, spec) = (Some(EntityId::new(APP)), blueprints::small());
        let command = Command::Deploy { id, spec, start: false };
        let index = self.ask(node, Wish::Once("first application"), command);
        self.until("the application is there", |w| w.is_acknowledged(index));
    }

    /// The first server rules a plane with an application, and the others stand by, hot.
    pub(crate) fn open(&mut self) {
        self.begin(0);
        self.until("the first server rules", |w| w.is_master(0));
        self.deploy(0);
        for node in 1..self.servers.len() {
            self.begin(node);
        }
        self.until("all others follow", |w| (1..w.servers.len()).all(|n| w.follows(n, 0)));
    }

    pub(crate) fn is_acknowledged(&self, index: usize) -> bool {
        matches!(self.checker.asked[index].answered, Some((_, Verdict::Recorded(_))))
    }

    pub(crate) fn is_answered(&self, index: usize) -> bool {
        self.checker.asked[index].answered.is_some()
    }

    pub(crate) fn is_master(&self, node: usize) -> bool {
        self.says_master(node)
    }

    /// The record up to which a server has folded the log.
    pub(crate) fn applied(&self, node: usize) -> Lsn {
        self.servers[node].view.as_ref().map_or(Lsn(0), |v| v.status.applied)
    }

    /// One server stands by and has all that another has.
    pub(crate) fn follows(&self, node: usize, other: usize) -> bool {
        let role = self.servers[node].view.as_ref().and_then(|v| v.status.role);
        role == Some(Role::HotStandby) && self.applied(node) == self.applied(other)
    }

    /// What lies in a server's own file.
    pub(crate) fn file(&self, node: usize) -> Option<NodeFile> {
        let bytes = self.store.truth().get(&names::node(&self.servers[node].id)?)?;
        files::from_bytes(bytes).ok()
    }

    /// Whether nothing of a server is on its way.
    pub(crate) fn is_idle(&self, node: usize) -> bool {
        let server = &self.servers[node];
        server.lanes.values().all(|lane| lane.is_empty()) && server.busy.values().all(|busy| !busy)
    }

    /// All servers that run.
    pub(crate) fn up(&self) -> Vec<usize> {
        (0..self.servers.len()).filter(|node| self.servers[*node].up).collect()
    }

    /// Whether a server knows of a pause.
    pub(crate) fn knows_pause(&self, node: usize) -> bool {
        self.servers[node].view.as_ref().is_some_and(|v| v.status.orders.pause.is_some())
    }

    /// Whether somebody has created this term.
    pub(crate) fn has_term(&self, term: Term) -> bool {
        self.store.truth().contains_key(&names::term(term))
    }

    /// What a server's wall clock shows in so long.
    pub(crate) fn wall_in(&self, node: usize, span: Span) -> WallMs {
        WallMs(self.wall(node).0 + span.as_millis())
    }

    /// The number of the last beat that the store has of a server.
    pub(crate) fn beat(&self, node: usize) -> u64 {
        self.file(node).map_or(0, |file| file.beat)
    }

    /// Whether a record stands in the log now.
    pub(crate) fn stands(&self, lsn: Lsn) -> bool {
        self.store.truth().contains_key(&names::record(lsn))
    }

    /// Checkpoints whose marks stand now.
    pub(crate) fn marks(&self) -> Vec<Lsn> {
        let marks = self.store.truth().keys().filter_map(|name| names::number(name.leaf(), ".ok"));
        marks.map(Lsn).collect()
    }

    /// Files whose names begin so are rotten from now on, for whoever reads them.
    pub(crate) fn rot(&mut self, begins: &str) {
        let truth = self.store.truth().iter();
        let all: Vec<_> = truth.filter(|(name, _)| name.as_str().starts_with(begins)).collect();
        let all: Vec<Verb> = all
            .into_iter()
            .map(|(name, bytes)| Verb::PutOwn { name: name.clone(), bytes: rotten(bytes) })
            .collect();
        self.expect("there is something to rot", !all.is_empty());
        for put in all {
            self.ask_store(NOBODY, &put);
        }
    }
}

fn numbered() -> Command {
    Command::SetSensor { entity: EntityId::new(APP), sensor: NUMBERED.to_owned(), value: json!(1) }
}

fn rotten(bytes: &[u8]) -> Arc<[u8]> {
    let mut bytes = bytes.to_vec();
    if let Some(first) = bytes.first_mut() {
        *first ^= 1;
    }
    bytes.into()
}
