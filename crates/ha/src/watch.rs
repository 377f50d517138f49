//! How long the master has been still, and who should follow it.
//!
//! Silence is added up from successful reads, at most two looks' worth each, so that neither nudges nor a store
//! that was away hasten anything. A timer ends it, not the next look; one more read confirms it.

use base::{Mono, Span};

use crate::chooser::{self, Candidate};
use crate::config::IDLE_BEAT;
use crate::files::FileRole;
use crate::input::Level;
use crate::peer::Peer;
use crate::state::{Ha, Stage};
use crate::successor::HandOver;

/// How long the master has been still, by this node's own clock and reads.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) quiet: Span,
    /// The last read that succeeded.
    pub(crate) mark: Option<Mono>,
    /// When the last sign of life was taken into account.
    pub(crate) sign: Option<Mono>,
    /// Since when this node wants to claim, and until when it holds off.
    pub(crate) candidate: Option<Mono>,
    pub(crate) hold_until: Mono,
    pub(crate) failures: u32,
}

impl Ha {
    /// Another term is watched from now.
    pub(crate) fn watch_anew(&mut self) {
        let (hold_until, failures) = (self.watch.hold_until, self.watch.failures);
        self.watch = Watch { hold_until, failures, ..Watch::default() };
    }

    /// A round failed: a store that has just come back makes no candidate.
    pub(crate) fn watch_failed(&mut self) {
        self.watch.mark = None;
        self.watch.candidate = None;
    }

    /// A round of reads has ended well.
    pub(crate) fn watch_round(&mut self) {
        if self.anchor.gone.is_some() {
            // Nobody's silence can be read where nothing is.
            return self.watch_anew();
        }
        let now = self.now();
        let sign = self.sign_of_life();
        if sign.is_some() && sign != self.watch.sign {
            self.watch.sign = sign;
            self.watch.quiet = Span::ZERO;
            self.watch.candidate = None;
        } else if let Some(mark) = self.watch.mark {
            // What has passed between two reads, and no more than two looks' worth of it (clause 2).
            let passed = now.since(mark).min(self.cfg.poll * 2);
            let looks = base::mutant::on(base::Mutant::LooksAreSilence);
            self.watch.quiet += if looks { self.cfg.poll * 2 } else { passed };
        }
        self.watch.mark = Some(now);
        self.judge_term();
    }

    /// When the newest term's owner was last read with a new sign of its reign's life.
    fn sign_of_life(&self) -> Option<Mono> {
        let owner = self.terms.owner.as_ref().and_then(|o| self.peers.get(o));
        owner
            .filter(|p| matches!(p.file.role, FileRole::Master | FileRole::Claiming) && !p.file.ended)
            .map(|p| p.rose)
    }

    /// The whole silence that makes a candidate: T is per node, the lease is its owner's.
    fn silence_limit(&self) -> Span {
        let lease = self
            .terms
            .owner
            .as_ref()
            .and_then(|o| self.peers.get(o))
            .map_or(Span::ZERO, |p| p.file.lease_outlived());
        self.cfg.timeout.max(lease)
    }

    /// Whether the newest term is over by its owner's own word (or its prover's).
    fn judge_term(&mut self) {
        if self.terms.over.is_some() || self.terms.newest.0 == 0 {
            return;
        }
        let Some(owner) = self.terms.owner.clone() else { return };
        if owner == self.cfg.node {
            if !self.rules() {
                self.terms.over = Some("this server gave it up".to_owned());
            }
            return;
        }
        let Some(peer) = self.peers.get(&owner) else { return };
        let file = &peer.file;
        let life = self.terms.claim.as_ref().filter(|c| c.term == self.terms.newest).map(|c| c.incarnation);
        let over = match life {
            Some(life) if file.incarnation > life => Some(format!("{owner} was started anew")),
            Some(life) if file.incarnation == life && file.ended => Some(format!("{owner} has ended")),
            _ if file.term == self.terms.newest && file.role.gave_up() => Some(match self.nominated() {
                Some(HandOver { to, by, .. }) => format!("{owner} handed over to {to}, as {by} ordered"),
                None => format!("{owner} gave up its term"),
            }),
            _ => None,
        };
        self.terms.over = over;
    }

    /// Whether this node may claim by itself, as things stand, once there is a reason.
    fn may_claim(&self) -> bool {
        let paused = self.terms.newest.0 > 0
            && self.paused()
            && !self.may_claim_in_pause()
            && !base::mutant::on(base::Mutant::PauseIgnored);
        matches!(self.stage, Stage::Follow) && self.electable() && !paused
    }

    /// Who was named to follow does not hold off: the others do.
    fn holds_off(&self) -> bool {
        self.now() < self.watch.hold_until && self.nominated().is_none_or(|h| h.to != self.cfg.node)
    }

    pub(crate) fn run_watch(&mut self) {
        if !self.may_claim() || self.holds_off() {
            self.watch.candidate = None;
            return;
        }
        // Reads must be going well at this moment.
        let Some(mark) = self.watch.mark else { return };
        // The owner's word may have been read in a round that has not ended yet.
        self.judge_term();
        let why = if self.terms.newest.0 == 0 {
            "first start of the plane".to_owned()
        } else if let Some(over) = self.terms.over.clone() {
            over
        } else {
            // It was read in a round that has not ended yet.
            if self.sign_of_life().is_some_and(|sign| Some(sign) != self.watch.sign) {
                self.watch.candidate = None;
                return;
            }
            let limit = self.silence_limit();
            let now_quiet = self.watch.quiet + self.now().since(mark).min(self.cfg.poll * 2);
            if now_quiet < limit {
                return;
            }
            // One more read decides.
            if self.watch.quiet < limit {
                self.look.wanted = true;
                self.run_look();
                return;
            }
            let owner = self.terms.owner.as_ref().map_or("the master".to_owned(), ToString::to_string);
            format!("no sign of life of {owner} for {}", self.watch.quiet)
        };
        let since = *self.watch.candidate.get_or_insert(self.at.now);
        // The silence of a store that was emptied is nobody's.
        if !self.plane_seen_since(since) {
            return self.look_for_plane_soon();
        }
        if self.now() >= since + self.rank_delay() {
            self.begin_claim(why);
        }
    }

    /// Candidates wait for those that the chooser puts before them.
    fn rank_delay(&self) -> Span {
        match self.nominated() {
            Some(h) if h.to == self.cfg.node => return Span::ZERO,
            // Who was named goes first.
            Some(_) if base::mutant::on(base::Mutant::NomineeNotFirst) => return self.rank_wait(),
            Some(_) => return self.nominee_first() + self.rank_wait(),
            None => {}
        }
        if self.mode == crate::config::Mode::Master && self.watch.failures == 0 {
            return Span::ZERO;
        }
        self.rank_wait()
    }

    fn rank_wait(&self) -> Span {
        self.rank_step() * self.rank() as u64
    }

    fn rank_step(&self) -> Span {
        self.cfg.poll + Span::millis(100)
    }

    /// Whether it could be elected, as far as its file tells.
    fn may_go(&self, peer: &Peer) -> bool {
        peer.file.role.electable() && !peer.file.ended && !self.silent(peer.rose, peer.file.role)
    }

    fn rank(&self) -> usize {
        let me = Candidate {
            id: self.cfg.node.clone(),
            priority: self.priority,
            version: self.cfg.version.clone(),
            role: self.file_role(),
        };
        let mut all: Vec<Candidate> = self
            .peers
            .values()
            .filter(|p| self.may_go(p))
            .map(|p| Candidate {
                id: p.file.node.clone(),
                priority: p.file.priority,
                version: p.file.version.clone(),
                role: p.file.role,
            })
            .collect();
        all.push(me.clone());
        chooser::order(&mut all);
        all.iter().position(|c| c.id == me.id).unwrap_or(0)
    }

    /// Whether a node was silent for longer than the timeout and three of its own beats.
    pub(crate) fn silent(&self, rose: Mono, role: FileRole) -> bool {
        self.now().since(rose) > self.silence_of(role)
    }

    /// For how long a node with this role must be silent to be called so.
    pub(crate) fn silence_of(&self, role: FileRole) -> Span {
        let beat = if matches!(role, FileRole::Master | FileRole::Claiming | FileRole::Suspended) {
            self.cfg.beat
        } else {
            IDLE_BEAT
        };
        self.cfg.timeout.max(beat * 3)
    }

    /// The node that rules and shows signs of life, if there is one.
    pub(crate) fn live_ruler(&self) -> Option<String> {
        let owner = self.terms.owner.as_ref().filter(|o| **o != self.cfg.node)?;
        let peer = self.peers.get(owner)?;
        let lives = self.terms.over.is_none() && !peer.file.ended && !peer.file.role.gave_up();
        lives.then(|| format!("{owner} ({})", peer.file.uri))
    }

    /// Other nodes whose file does not say that they ended.
    pub(crate) fn live_others(&self) -> Vec<String> {
        self.peers
            .values()
            .filter(|p| !p.file.ended && p.file.role != FileRole::Terminated)
            .map(|p| format!("{} ({})", p.file.node, p.file.uri))
            .collect()
    }

    /// For how long nobody has ruled, as far as it was seen: since the owner's word that it does not, else since its
    /// last sign of life.
    pub(crate) fn gap(&self) -> Option<Span> {
        let owner = self.terms.owner.as_ref().and_then(|o| self.peers.get(o))?;
        let since = if self.terms.over.is_some() { owner.rose } else { self.watch.sign? };
        Some(self.now().since(since))
    }

    pub(crate) fn watch_wake(&self) -> Option<Mono> {
        if !self.may_claim() {
            return None;
        }
        if self.holds_off() {
            return Some(self.watch.hold_until);
        }
        if let Some(since) = self.watch.candidate {
            // The look for the plane is under way; its end is an input.
            return self.plane_seen_since(since).then(|| since + self.rank_delay());
        }
        let mark = self.watch.mark?;
        if self.look.round.is_some() {
            // The round that decides is under way; its end is an input.
            return None;
        }
        let left = self.silence_limit() - self.watch.quiet;
        (left <= self.cfg.poll * 2 && left > Span::ZERO).then(|| mark + left)
    }

    /// After a claim that this node could not finish: another may be able to. It needs a look, and the wait of its rank.
    pub(crate) fn let_others_go_first(&mut self) {
        let others = self.peers.values().filter(|p| self.may_go(p)).count() as u64;
        if others > 0 {
            let until = self.now() + self.nominee_first() + self.rank_step() * others;
            self.watch.hold_until = self.watch.hold_until.max(until);
        }
    }

    /// After a claim that came to nothing: hold off, longer each time.
    pub(crate) fn hold_off(&mut self) {
        self.watch.failures += 1;
        let steps = self.watch.failures.min(7);
        let span = Span::millis(200) * (1 << steps) + Span::millis(self.rng.below(200));
        self.watch.hold_until = self.now() + span;
        self.say(Level::Debug, format!("holding off for {span} before another claim"));
    }
}
