//! A world that is led by the hand: whose requests are held back or read wrongly, who sleeps, who is asked for what.
//! Scenes are made of this; stores, servers and checkers are those of every other world.

use std::sync::Arc;

use base::{PlaneId, Rng, Span};
use ha::config::Mode;
use ha::files::{self, PlaneFile};
use ha::names;
use ha::verbs::{Answer, Lane, OpId, Verb};

use super::image::Tape;
use super::troubles::NOBODY;
use super::{Event, Outcome, World};
use crate::check::Rule;
use crate::store::{Fate, brief, unreachable};
use crate::swarm::Draw;

/// What is waited for in a scene comes within this time, or never.
const BOUND: Span = Span::secs(120);

/// What becomes of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// They are on their way until the cue ends.
    Held,
    /// They take effect, and when the cue ends their senders learn that nothing is known.
    ReplyHeld,
    /// They are lost, and their senders learn that nothing is known.
    Lost,
    /// What is read is rotten: a bit of each byte is not what it was.
    Rotten,
    /// What they write has no sum, as releases before the sums wrote it.
    Unsummed,
}

/// How a scene leads a world.
#[derive(Default)]
pub(super) struct Stage {
    /// Whose requests, which (as [`brief`] names them), and what becomes of them.
    cues: Vec<(usize, String, Cue)>,
    held: Vec<(usize, String, Event)>,
    /// What has come for servers that sleep.
    pub(super) dormant: Vec<(usize, Event)>,
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
        if self.goes_well() {
            self.note(|_| format!("scene: {what}"));
        }
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
            Cue::Unsummed => return Some(unsummed(verb)),
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

    /// Somebody takes out of the store whatever begins so.
    pub(crate) fn take_out(&mut self, begins: &str) {
        self.note(|_| format!("scene: somebody takes out \"{begins}\""));
        self.store.take_out(begins);
    }

    /// And brings it back.
    pub(crate) fn bring_back(&mut self) {
        self.note(|_| "scene: it is brought back".to_owned());
        self.store.bring_back();
    }

    /// Somebody else's plane lies where this one lay.
    pub(crate) fn put_another_plane(&mut self) {
        let plane = PlaneFile { plane: PlaneId::new("another"), era: 1, layout: files::LAYOUT };
        let put = Verb::PutOwn { name: names::plane(), bytes: files::to_bytes(&plane) };
        self.ask_store(NOBODY, &put);
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

/// Between the fields of a file and the end of its line.
const SUM_BYTES: usize = r#","sum":"0123456789abcdef""#.len();

fn unsummed(verb: Verb) -> Verb {
    let strip = |bytes: Arc<[u8]>| match files::sum(&bytes) {
        files::Sum::Fits => [&bytes[..bytes.len() - SUM_BYTES - 2], b"}\n"].concat().into(),
        // A record or a part, which has sums of its own.
        files::Sum::Wrong | files::Sum::Missing => bytes,
    };
    match verb {
        Verb::Create { name, bytes } => Verb::Create { name, bytes: strip(bytes) },
        Verb::PutOwn { name, bytes } => Verb::PutOwn { name, bytes: strip(bytes) },
        other => other,
    }
}

fn rotten(bytes: &[u8]) -> Arc<[u8]> {
    bytes.iter().map(|byte| byte ^ 1).collect()
}
