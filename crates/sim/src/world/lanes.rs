//! The way of a request to the store and back: as many at once as its lane is wide, with every delay and loss.

use std::collections::VecDeque;

use ha::verbs::{Answer, Lane, OpId, Verb};

use super::{Event, World, short};
use crate::store::{Fate, SimStore, brief, denied_to, unreachable};

impl World {
    pub(super) fn start_lane(&mut self, node: usize, lane: Lane) {
        let server = &mut self.servers[node];
        if server.busy.get(&lane).is_some_and(|busy| *busy >= lane.width()) {
            return;
        }
        let Some((op, verb)) = server.lanes.get_mut(&lane).and_then(VecDeque::pop_front) else { return };
        *server.busy.entry(lane).or_default() += 1;
        let life = server.life;
        let Some(verb) = self.directed(node, lane, op, verb) else { return };
        let fate = if self.sleeps_with(node, &verb) {
            Fate::LostRequest
        } else {
            SimStore::fate(&self.faults, &mut self.rng, &verb)
        };
        let mut delay = 200 + self.rng.below(3000);
        if self.faults.slow > 0 && self.rng.one_in(self.faults.slow) {
            delay += self.rng.below(self.draw.timeout.0);
        }
        let at = (self.now + delay).max(self.hangs_until(node, lane));
        self.put(at, Event::StoreRun { node, life, lane, op, verb, fate });
    }

    pub(super) fn store_run(&mut self, node: usize, life: u64, lane: Lane, op: OpId, verb: Verb, fate: Fate) {
        let lives = self.lives(node, life);
        let until = self.hangs_until(node, lane);
        if lives && until > self.now {
            // Cut off meanwhile: it waits, as on a hard mount.
            let at = until;
            return self.put(at, Event::StoreRun { node, life, lane, op, verb, fate });
        }
        if !lives && self.rng.one_in(2) {
            // The process died with its request on the way: this one never arrives.
            return;
        }
        if lives && self.dies_at_record(node, &verb, false) {
            return;
        }
        let faults = self.faults.clone();
        let denied = self.servers[node].denied_until > self.now;
        let answer = match fate {
            _ if denied => Answer::Failed(denied_to(&verb)),
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
        self.note_release(node, &verb, &answer);
        if fate != Fate::Fine {
            self.count("store faults");
        }
        if self.transcript.is_some() && !matches!(verb, Verb::Read { .. }) {
            self.note(|w| format!("{} {}: {}", w.servers[node].id, brief(&verb), short(&answer)));
        }
        if lives && answer == Answer::Created && self.dies_at_record(node, &verb, true) {
            return;
        }
        let at = self.now + 100 + self.rng.below(2000);
        self.put(at, Event::StoreReply { node, life, lane, op, answer });
    }

    /// Until when a request on this lane is not answered.
    fn hangs_until(&self, node: usize, lane: Lane) -> u64 {
        let server = &self.servers[node];
        server.cut_until.max(server.hang_until.get(&lane).copied().unwrap_or(0))
    }
}
