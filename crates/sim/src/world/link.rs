//! What servers tell each other past the store: to look now, and how far the master's log reaches. In a storm it is lost,
//! late, told twice, and at times a lie. The store is the only judge: none of it may change anything but speed.

use base::{Lsn, Rng, Span, Term};
use ha::files::{self, NodeFile};
use ha::names;
use node::interface::{Input, View};

use super::{Event, World};

/// Every so many records it is seen whether one was read before a beat named it.
const LOOK_EVERY: u64 = 8;

/// The links of a world. They draw from a stream of their own, so that what a seed means for the rest stays.
pub(super) struct Links {
    rng: Rng,
    /// The head that each master told last.
    told: Vec<(Term, Lsn)>,
}

impl Links {
    pub(super) fn new(seed: u64, nodes: usize) -> Links {
        Links { rng: Rng::from_seed(seed ^ 0x0011_4B5E_ED5A), told: vec![(Term(0), Lsn(0)); nodes] }
    }
}

impl World {
    /// A server tells the others to look.
    pub(super) fn nudge_others(&mut self, from: usize) {
        self.count("nudges");
        for other in 0..self.servers.len() {
            if other != from && self.servers[other].up && !self.rng.one_in(4) {
                let at = self.now + 500 + self.rng.below(5000);
                self.deliver(other, at, Input::Nudge);
            }
        }
    }

    /// Whoever shows a new head as a master tells the others of it.
    pub(super) fn tell_head(&mut self, from: usize, view: &View) {
        let head = (view.status.term, view.status.applied);
        if !self.draw.link || self.links.told[from] == head || !self.says_master(from) {
            return;
        }
        self.links.told[from] = head;
        for other in (0..self.servers.len()).filter(|other| *other != from) {
            if self.stormy && self.links.rng.one_in(8) {
                continue;
            }
            let head = if self.stormy { self.garbled(head) } else { head };
            self.count("heads told");
            self.say_head(other, head);
        }
    }

    /// One in six is a lie.
    fn garbled(&mut self, (term, lsn): (Term, Lsn)) -> (Term, Lsn) {
        let off = 1 + self.links.rng.below(300);
        let (what, head) = match self.links.rng.below(24) {
            0 => ("heads told too high", (term, Lsn(lsn.0 + 1))),
            1 => ("heads told too high", (term, Lsn(lsn.0 + off))),
            2 => ("heads told too low", (term, Lsn(lsn.0.saturating_sub(off)))),
            3 => ("heads told of another term", (Term(term.0.saturating_sub(1)), Lsn(lsn.0 + off))),
            _ => return (term, lsn),
        };
        self.count(what);
        head
    }

    fn say_head(&mut self, to: usize, (term, lsn): (Term, Lsn)) {
        let (rng, timeout) = (&mut self.links.rng, self.draw.timeout.0);
        let mut at = self.now + 100 + rng.below(2000);
        let (late, twice) = (self.stormy && rng.one_in(10), self.stormy && rng.one_in(10));
        if late {
            at += rng.below(timeout * 2);
        }
        let again = at + rng.below(timeout);
        self.deliver(to, at, Input::ToldHead { term, lsn });
        if late {
            self.count("heads told late");
        }
        if twice {
            self.count("heads told twice");
            self.deliver(to, again, Input::ToldHead { term, lsn });
        }
    }

    /// Somebody who is no server, or one that is beside itself, tells a server to look, again and again, and of records that
    /// nobody has written.
    pub(super) fn stray_words(&mut self) {
        if !self.draw.link || self.links.rng.one_in(2) {
            return;
        }
        let to = self.links.rng.below(self.servers.len() as u64) as usize;
        let period = 1000 + self.links.rng.below(self.draw.timeout.0 / 20);
        for n in 0..self.links.rng.below(60) {
            self.count("stray nudges");
            self.deliver(to, self.now + n * period, Input::Nudge);
        }
        let Some(view) = self.servers[to].view.clone() else { return };
        let off = 1 + self.links.rng.below(1000);
        self.count("heads told too high");
        self.say_head(to, (view.status.term, Lsn(view.status.head.0 + off)));
    }

    fn deliver(&mut self, to: usize, at: u64, input: Input) {
        let life = self.servers[to].life;
        self.put(at, Event::Deliver { node: to, life, input });
    }

    /// What links are for: a standby has a record that no server's file names yet.
    pub(super) fn note_read_early(&mut self, view: &View) {
        if !self.draw.link || !view.lsn.0.is_multiple_of(LOOK_EVERY) {
            return;
        }
        let files = self.store.truth().iter().filter(|(name, _)| names::is_node(name));
        let heads = files.filter_map(|(_, bytes)| Some(files::from_bytes::<NodeFile>(bytes).ok()?.head));
        if heads.max() < Some(view.lsn) {
            self.count("records read before a beat named them");
        }
    }

    /// How often a standby looks, at the least, in true time: its clock may be slow.
    pub(super) fn look_period(&self) -> Span {
        ha::config::Config::times(Span::secs(1), self.draw.timeout, None).0.scaled(9, 8)
    }
}
