//! Look rounds: the hint, the other nodes' files, and now and then who is there at all.

use std::collections::VecDeque;
use std::sync::Arc;

use base::{Mono, NodeId, Span, Term};

use crate::boot::Boot;
use crate::config::{BUCKET_WIDE, Store};
use crate::files::{self, FileRole, LeaderFile, NodeFile, TermFile};
use crate::input::Level;
use crate::names::{self, Folder};
use crate::peer::Peer;
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Name, Verb};

/// Look rounds: one at a time.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) round: Option<Round>,
    pub(crate) next_at: Mono,
    /// After a round that failed none begins before this, whoever wants it.
    pause_until: Mono,
    /// When all nodes were last listed.
    pub(crate) listed_at: Option<Mono>,
    /// When all known nodes were last read (buckets, where not every round does).
    pub(crate) wide_at: Option<Mono>,
    /// A round is wanted at once.
    pub(crate) wanted: bool,
    /// The next one must list and read all.
    pub(crate) wanted_full: bool,
}

pub(crate) struct Round {
    pub(crate) started: Mono,
    pub(crate) full: bool,
    pub(crate) queue: VecDeque<Target>,
    pub(crate) failed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Leader,
    List(Option<crate::verbs::Name>),
    Node(NodeId),
    Term(Term),
    /// A term that may not exist yet (buckets, whose word that it does not is true).
    Next(Term),
}

impl Ha {
    pub(crate) fn looks(&self) -> bool {
        match &self.stage {
            Stage::Boot(step) => *step == Boot::FirstLook,
            Stage::Ending(_) => self.ending_looks(),
            Stage::Ended => false,
            _ => true,
        }
    }

    /// A nudge: look as soon as the round under way is over. Who nudges a ruler may be one that it has not met yet.
    pub(crate) fn look_now(&mut self) {
        self.look.wanted = true;
        self.look.wanted_full |= self.rules();
    }

    pub(crate) fn run_look(&mut self) {
        if !self.looks() || self.look.round.is_some() || self.now() < self.look.pause_until {
            return;
        }
        if !(self.look.wanted || self.look.wanted_full || self.now() >= self.look.next_at) {
            return;
        }
        let listing_due = self.look.listed_at.is_none_or(|at| self.now() >= at + self.cfg.list_period);
        let full = std::mem::take(&mut self.look.wanted_full) || listing_due;
        self.look.wanted = false;
        let queue = match self.cfg.store {
            Store::Folder => self.folder_targets(full),
            Store::Bucket => self.bucket_targets(full),
        };
        let mut round = Round { started: self.now(), full, queue, failed: false };
        if self.terms.newest.0 > 0 && self.terms.claim.as_ref().is_none_or(|c| c.term != self.terms.newest) {
            round.queue.push_back(Target::Term(self.terms.newest));
        }
        self.look.round = Some(round);
        self.look_ask();
    }

    /// On a folder no decision rests on a name that is not there: a newer term is met in files that exist.
    fn folder_targets(&self, full: bool) -> VecDeque<Target> {
        let mut queue = VecDeque::from([Target::Leader]);
        if full {
            queue.push_back(Target::List(None));
        } else if self.rules() {
            // The master looks for a newer term in every file that it knows.
            queue.extend(self.peers.keys().cloned().map(Target::Node));
        } else {
            queue.extend(self.watched().map(Target::Node));
        }
        queue
    }

    /// On a bucket each request is billed, and a name that is not there is not there: one read decides, of the next
    /// term for who rules, of the owner's file for who stands by. The others' files are read now and then.
    fn bucket_targets(&mut self, full: bool) -> VecDeque<Target> {
        let now = self.now();
        let mut queue = VecDeque::new();
        if self.rules() {
            queue.push_back(Target::Next(Term(self.terms.newest.0 + 1)));
        } else {
            queue.extend(self.watched().map(Target::Node));
        }
        if full || !(self.rules() || self.ruler_is_well(now)) {
            queue.push_front(Target::Leader);
        }
        if full {
            queue.push_back(Target::List(None));
        } else if self.look.wide_at.is_none_or(|at| now >= at + BUCKET_WIDE) {
            let known = self.peers.keys().cloned().map(Target::Node);
            let fresh: Vec<Target> = known.filter(|target| !queue.contains(target)).collect();
            queue.extend(fresh);
            self.look.wide_at = Some(now);
        }
        queue
    }

    /// The owner of the newest term, as a standby watches it.
    fn watched(&self) -> Option<NodeId> {
        self.terms.owner.clone().filter(|owner| *owner != self.cfg.node)
    }

    /// Whether what a standby watches shows signs of life, so that nobody else can have followed it.
    fn ruler_is_well(&self, now: Mono) -> bool {
        let peer = self.watched().and_then(|owner| self.peers.get(&owner));
        peer.is_some_and(|peer| {
            matches!(peer.file.role, FileRole::Master | FileRole::Claiming)
                && !peer.file.ended
                && now.since(peer.rose) <= self.cfg.poll * 2 + self.cfg.beat
        })
    }

    fn look_ask(&mut self) {
        loop {
            let Some(round) = &mut self.look.round else { return };
            let verb = match round.queue.front() {
                None => return self.look_done(),
                Some(Target::Leader) => Verb::Read { name: names::leader() },
                Some(Target::List(after)) => Verb::List {
                    prefix: names::folder(Folder::Nodes),
                    after: after.clone(),
                    max: base::limits::NODES_MAX,
                },
                Some(Target::Term(term) | Target::Next(term)) => Verb::Read { name: names::term(*term) },
                Some(Target::Node(id)) => match names::node(id) {
                    Some(name) => Verb::Read { name },
                    None => {
                        round.queue.pop_front();
                        continue;
                    }
                },
            };
            return self.ask(Lane::Look, verb, Want::Look);
        }
    }

    pub(crate) fn look_answer(&mut self, answer: Answer) {
        let Some(target) = self.look.round.as_mut().and_then(|r| r.queue.pop_front()) else { return };
        match (target, answer) {
            (target, Answer::Failed(fault) | Answer::Unknown(fault)) => {
                self.note_trouble("looking at the other servers", &fault.text);
                if let Some(round) = &mut self.look.round {
                    round.failed = true;
                    // The rest would meet the same; a hint that cannot be read is no reason to skip the files.
                    if target != Target::Leader {
                        round.queue.clear();
                    }
                }
            }
            (Target::Leader, Answer::Content(Some(bytes))) => self.saw_leader(&bytes),
            (Target::Node(id), Answer::Content(Some(bytes))) => self.saw_node_bytes(&id, &bytes),
            (Target::Node(id), Answer::Content(None)) => self.saw_no_node(&id),
            (Target::Next(term), Answer::Content(Some(bytes))) => match files::from_bytes::<TermFile>(&bytes)
            {
                Ok(claim) => self.saw_claim(claim),
                // Whose it is cannot be known, but it is newer: whoever ruled does so no more.
                Err(why) => {
                    self.note_damage(names::term(term).to_string(), format!("it cannot be read ({why})"));
                    self.saw_term(term, &NodeId::new("unknown"));
                    self.saw_nameless(term);
                }
            },
            (Target::Term(term), Answer::Content(Some(bytes))) => match files::from_bytes::<TermFile>(&bytes)
            {
                Ok(claim) => self.saw_claim(claim),
                Err(why) => {
                    let what = format!("it cannot be read ({why}); its owner is waited for as unknown");
                    self.note_damage(names::term(term).to_string(), what);
                    self.saw_nameless(term);
                }
            },
            (Target::Term(term), Answer::Content(None)) => self.saw_no_term(term),
            (Target::List(_), Answer::Page { names, more }) => self.saw_nodes(&names, more),
            _ => {}
        }
        self.look_ask();
    }

    fn saw_nodes(&mut self, found: &[Name], more: bool) {
        let ids: Vec<NodeId> = found
            .iter()
            .filter_map(|n| n.leaf().strip_suffix(".json").map(NodeId::new))
            .filter(|id| *id != self.cfg.node)
            .collect();
        let Some(round) = &mut self.look.round else { return };
        if more && found.last().is_some() && round.queue.len() < base::limits::NODES_MAX {
            round.queue.push_back(Target::List(found.last().cloned()));
        }
        for id in ids {
            let target = Target::Node(id);
            if !round.queue.contains(&target) && round.queue.len() < base::limits::NODES_MAX {
                round.queue.push_back(target);
            }
        }
        // Nodes that a (cached) listing does not show are looked for by name; these names did exist.
        let owners = self.terms.owners.values().map(|owner| &owner.node).chain(&self.terms.owner);
        for id in self.peers.keys().chain(owners).filter(|id| **id != self.cfg.node) {
            let target = Target::Node(id.clone());
            if !round.queue.contains(&target) {
                round.queue.push_back(target);
            }
        }
    }

    fn saw_leader(&mut self, bytes: &[u8]) {
        let Ok(hint) = files::from_bytes::<LeaderFile>(bytes) else {
            return self.mend_hint();
        };
        if hint.term >= self.terms.newest {
            self.saw_term(hint.term, &hint.node);
            let unknown = hint.node != self.cfg.node && !self.peers.contains_key(&hint.node);
            let target = Target::Node(hint.node);
            if let Some(round) = &mut self.look.round
                && unknown
                && !round.queue.contains(&target)
            {
                round.queue.push_back(target);
            }
        } else {
            self.mend_hint();
        }
    }

    /// A hint of an older term came late, or it cannot be read: whoever rules writes it anew.
    fn mend_hint(&mut self) {
        if self.serving() && self.created == self.terms.newest {
            self.write_hint();
        }
    }

    /// Nothing of that name, as far as can be seen. It counts as a read; what was known stays.
    fn saw_no_node(&mut self, id: &NodeId) {
        let now = self.now();
        let owner = self.terms.owner.as_ref() == Some(id);
        let Some(peer) = self.peers.get_mut(id) else { return };
        peer.saw_nothing(now);
        if owner {
            // Nobody removes the file of who rules: is anything there at all?
            self.doubt_anchor();
        } else if now.since(peer.rose) > self.cfg.timeout * 2 + Span::secs(30) {
            // Removed by `states/clear`: forgotten once it has been silent for long.
            self.peers.remove(id);
        }
    }

    pub(crate) fn saw_node_bytes(&mut self, id: &NodeId, bytes: &Arc<[u8]>) {
        match files::from_bytes::<NodeFile>(bytes) {
            Ok(file) if file.node == *id => self.saw_node(file, bytes),
            Ok(_) | Err(_) => self.saw_unreadable(id, bytes),
        }
    }

    /// Whether it tells of a newer term cannot be known: a ruler proves its slot, once for each new content.
    fn saw_unreadable(&mut self, id: &NodeId, bytes: &Arc<[u8]>) {
        let now = self.now();
        let proved = self.peers.get_mut(id).is_some_and(|peer| peer.saw_unreadable(bytes, now));
        self.note_damage(
            format!("nodes/{id}.json"),
            "it cannot be read; its server writes it anew at its next beat",
        );
        if !proved && let Stage::Reign(reign) = &mut self.stage {
            reign.want_noop = true;
        }
    }

    fn saw_node(&mut self, file: NodeFile, bytes: &Arc<[u8]>) {
        if self.plane.as_ref().is_some_and(|p| p.plane != file.plane || p.era != file.era) {
            self.note_damage(
                format!("nodes/{}.json", file.node),
                "it belongs to another plane and is ignored",
            );
            return;
        }
        let (now, wall) = (self.now(), self.at.wall);
        if file.head > self.log.target {
            self.log.target = file.head;
        }
        if file.floor.0 > 0 {
            self.saw_floor(file.floor);
        }
        if file.term > self.terms.newest {
            self.saw_term(file.term, &file.node);
        }
        self.learn_orders(&file.orders);
        // A head that is behind now may only be that of an old beat.
        let known = self.log.target.max(self.log.have.map_or(base::Lsn(0), |p| p.lsn)).0;
        let behind = known.saturating_sub(file.head.0);
        // The owner of a term that matters is watched however many there are.
        let owns = self.terms.owners.values().any(|owner| owner.node == file.node);
        let room = self.peers.len() < base::limits::NODES_MAX;
        match self.peers.get_mut(&file.node) {
            Some(peer) => {
                let rose = peer.rose;
                peer.saw(file, bytes, now, wall);
                if peer.rose != rose {
                    peer.behind = behind;
                }
            }
            None if owns || room => {
                let mut peer = Peer::new(file, bytes, now, wall);
                peer.behind = behind;
                self.peers.insert(peer.file.node.clone(), peer);
            }
            None => {}
        }
    }

    fn look_done(&mut self) {
        let Some(round) = self.look.round.take() else { return };
        let period = match self.cfg.store {
            _ if !self.rules() => self.cfg.poll,
            Store::Folder => self.cfg.beat,
            // Each beat asks for a round; one of its own would be billed besides.
            Store::Bucket => self.cfg.beat * 2,
        };
        if round.failed {
            self.look.pause_until = self.now() + Span::millis(100).min(self.cfg.poll);
            self.look.next_at = self.look.pause_until;
            self.watch_failed();
            return;
        }
        self.look.next_at = round.started + period;
        if round.full {
            self.look.listed_at = Some(round.started);
            self.look.wide_at = Some(round.started);
        }
        self.watch_round();
        if self.rules() && self.terms.newest > self.created && self.created_claim()
            // A newer term deposes (clause 10).
            && !base::mutant::on(base::Mutant::NewerTermIgnored)
        {
            let owner = self.terms.owner.as_ref().map_or("another server".to_owned(), ToString::to_string);
            self.depose(&format!("{owner} has created term {}", self.terms.newest));
            return;
        }
        // Rounds run one at a time and one is wanted by the write itself: this one may have begun earlier.
        if self.beat_look_is_fresh(round.started) {
            self.beat_counts();
        }
    }

    fn created_claim(&self) -> bool {
        match &self.stage {
            Stage::Claim(claim) => claim.term == self.created,
            _ => true,
        }
    }

    pub(crate) fn write_hint(&mut self) {
        let hint = LeaderFile { term: self.created, node: self.cfg.node.clone(), uri: self.cfg.uri.clone() };
        self.ask(
            Lane::Look,
            Verb::PutOwn { name: names::leader(), bytes: files::to_bytes(&hint) },
            Want::Claim(self.created),
        );
        self.say(Level::Debug, format!("leader.json names this server and term {}", self.created));
    }
}
