//! What a node does, clause by clause, and what its clock does to it.

use super::state::{Beat, Create, File, Kind, NODES_MAX, Node, Role, State, Watch};
use super::{LeaseModel, Wait};

impl LeaseModel {
    /// Time passes for all, at each one's rate. A node that does nothing between ticks is paused.
    pub(super) fn tick(&self, state: &State) -> State {
        let (lease, silence) = (self.lease(), self.silence());
        let mut after = state.clone();
        for node in &mut after.nodes[..self.bounds.nodes] {
            let rate = node.rate;
            let older = |age: &mut u8, most: u8| *age = (*age + rate).min(most);
            if node.lease > 0 {
                node.lease = node.lease.saturating_sub(rate);
                if node.lease == 0 && !self.rules.beat_revives {
                    node.proven = false;
                }
            }
            if node.beat.file.beat != 0 {
                older(&mut node.beat.age, lease);
            }
            if let Some(age) = &mut node.durable {
                older(age, lease);
            }
            if node.create.slot != 0 {
                older(&mut node.create.proof_age, lease);
            }
            if node.fenced && node.role == Role::Claiming && self.rules.wait == Wait::Once {
                older(&mut node.waited, silence);
            }
            for watch in node.watch.iter_mut().filter(|watch| watch.looked) {
                older(&mut watch.still, silence);
            }
        }
        after
    }

    /// Clause 3, at any time: suspicion is a matter of liveness.
    pub(super) fn claim(&self, state: &State, n: usize) -> Option<State> {
        let names_taken =
            state.owners[1..=state.terms as usize].iter().map(|&owner| owner as usize + 1).max();
        if state.nodes[n].role != Role::Standby
            || state.terms == self.bounds.terms
            || n > names_taken.unwrap_or(0)
        {
            // Nodes are interchangeable: they are named in the order of their first claims.
            return None;
        }
        let mut after = state.clone();
        after.terms += 1;
        after.owners[after.terms as usize] = n as u8;
        after.nodes[n].role = Role::Claiming;
        after.nodes[n].term = after.terms;
        Some(after)
    }

    /// Clause 1: the own file is rewritten.
    pub(super) fn start_beat(&self, state: &State, n: usize) -> Option<State> {
        let node = &state.nodes[n];
        if node.beat.file.beat != 0 {
            return None;
        }
        let standby = node.role == Role::Standby;
        let says_nothing_new = state.files[n].standby && state.files[n].term == node.term;
        let is_asked = node.term > 0 || self.bounds.late_beats;
        if standby && (says_nothing_new || !is_asked) {
            return None;
        }
        let mut after = state.clone();
        let file = File { beat: after.next_beat(n), term: node.term, standby };
        if standby && !self.bounds.late_beats {
            after.files[n] = file;
            return Some(after);
        }
        after.nodes[n].beat = Beat { file, age: 0 };
        Some(after)
    }

    /// Clause 10: the beat is known to be durable and no newer term was seen after it.
    pub(super) fn on_durable(&self, after: &mut State, n: usize, beat: Beat) {
        let newest = after.files.iter().map(|file| file.term).max().unwrap_or(0);
        let node = &mut after.nodes[n];
        if node.role == Role::Standby || beat.file.standby || beat.file.term != node.term {
            return;
        }
        if self.rules.look_sees && newest > node.term {
            to_standby(node);
            return;
        }
        node.durable = Some(beat.age);
        if node.proven {
            node.lease = node.lease.max(self.lease() - beat.age);
        }
    }

    /// Clauses 3 and 4: after a durable CLAIMING beat, the fence at the first slot not applied.
    pub(super) fn send_fence(&self, state: &State, n: usize) -> Option<State> {
        let node = &state.nodes[n];
        let durable = node.durable?;
        if node.role != Role::Claiming || node.fenced || node.create.slot != 0 {
            return None;
        }
        let mut after = state.clone();
        if state.fence_term() > node.term {
            to_standby(&mut after.nodes[n]);
            return Some(after);
        }
        self.send(&mut after, n, Kind::Fence, state.head + 1, durable).then_some(after)
    }

    /// Clause 7.
    pub(super) fn send_data(&self, state: &State, n: usize) -> Option<State> {
        let node = &state.nodes[n];
        if !super::is_valid(state, n) || node.create.slot != 0 {
            return None;
        }
        let mut after = state.clone();
        self.send(&mut after, n, Kind::Data, node.next, self.lease()).then_some(after)
    }

    /// Clause 11: nothing outstanding, a beat durable, then a noop at the next slot.
    pub(super) fn send_noop(&self, state: &State, n: usize) -> Option<State> {
        let node = &state.nodes[n];
        if !node.fenced || node.proven || node.create.slot != 0 {
            return None;
        }
        let proof = node.durable.unwrap_or(self.lease());
        if self.rules.beat_before_noop && proof == self.lease() {
            return None;
        }
        let mut after = state.clone();
        self.send(&mut after, n, Kind::Noop, node.next, proof).then_some(after)
    }

    fn send(&self, after: &mut State, n: usize, kind: Kind, slot: u8, proof_age: u8) -> bool {
        after.nodes[n].create = Create { kind, slot, proof_age };
        slot <= self.bounds.slots
    }

    /// The store's answer: the slot holds my bytes, or another's.
    pub(super) fn on_answer(&self, after: &mut State, n: usize, mine: bool) {
        let node = &mut after.nodes[n];
        let create = node.create;
        node.create = Create::default();
        if !mine {
            if create.kind != Kind::Fence {
                to_standby(node);
            }
            return;
        }
        node.next = create.slot + 1;
        let left = self.lease() - create.proof_age;
        match create.kind {
            Kind::Fence => {
                node.fenced = true;
                node.proven = left > 0;
                node.lease = left;
            }
            Kind::Noop => {
                // The mutant starts with the beat that comes after.
                node.proven = left > 0 || !self.rules.beat_before_noop;
                node.lease = left;
            }
            Kind::Data if self.rules.resend_proves && !node.proven => {
                node.proven = left > 0;
                node.lease = left;
            }
            Kind::Data => {}
        }
    }

    /// Clauses 1 and 6: reads another node's file.
    pub(super) fn read(&self, state: &State, n: usize, other: usize) -> Option<State> {
        let node = &state.nodes[n];
        if node.role == Role::Master || (node.role == Role::Standby && state.terms == self.bounds.terms) {
            return None;
        }
        let file = state.files[other];
        let mut watch = node.watch[other];
        let fell = self.rules.change_is_life && file.beat != watch.last;
        if !watch.looked || file.beat > watch.beat || fell {
            let beat = watch.beat.max(file.beat);
            watch = Watch { looked: true, beat, still: 0, ..watch };
        }
        if self.rules.change_is_life {
            watch.last = file.beat;
        }
        if node.role == Role::Claiming && node.fenced {
            let newest_owned = (1..node.term).rev().find(|&t| state.owners[t as usize] as usize == other);
            let term_counts = !self.rules.standby_needs_term || newest_owned.is_none_or(|t| file.term >= t);
            let gave_up = file.beat == watch.beat && file.standby && term_counts;
            watch.cleared |= gave_up || watch.still == self.silence();
        }
        let mut after = state.clone();
        after.nodes[n].watch[other] = watch;
        Some(after)
    }

    /// Clause 6: all who may still have a lease are through.
    pub(super) fn serve(&self, state: &State, n: usize) -> Option<State> {
        let node = &state.nodes[n];
        if node.role != Role::Claiming || !node.fenced || !node.proven {
            return None;
        }
        let first = state.data_term.max(1);
        let mut owners = (first..node.term).map(|term| state.owners[term as usize] as usize);
        let is_through = |owner: usize| {
            let watch = &node.watch[owner];
            let guessed = !self.rules.still_is_read && watch.looked && watch.still == self.silence();
            owner == n || watch.cleared || guessed
        };
        let may = match self.rules.wait {
            Wait::UntilStill => owners.all(is_through),
            Wait::LastOwnerOnly => owners.next_back().is_none_or(is_through),
            Wait::Once => owners.next().is_none() || node.waited == self.silence(),
        };
        if !may {
            return None;
        }
        let mut after = state.clone();
        after.nodes[n].role = Role::Master;
        after.nodes[n].waited = 0;
        after.nodes[n].watch = [Watch::default(); NODES_MAX];
        Some(after)
    }
}

/// The node waits no longer for a beat's outcome.
pub(super) fn abandon_beat(state: &State, n: usize) -> Option<State> {
    let beat = state.nodes[n].beat;
    if beat.file.beat == 0 || state.nodes[n].late.beat != 0 {
        return None;
    }
    let mut after = state.clone();
    after.nodes[n].late = beat.file;
    after.nodes[n].beat = Beat::default();
    Some(after)
}

/// Mutant: a suspended master sends its outstanding record again and takes that for a proof.
pub(super) fn resend(state: &State, n: usize) -> Option<State> {
    let node = &state.nodes[n];
    let durable = node.durable?;
    if node.proven || node.create.slot == 0 || node.create.kind != Kind::Data {
        return None;
    }
    let mut after = state.clone();
    after.nodes[n].create.proof_age = durable;
    Some(after)
}

/// A step-down, or a claimant that takes too long.
pub(super) fn give_up(state: &State, n: usize) -> Option<State> {
    if state.nodes[n].role == Role::Standby {
        return None;
    }
    let mut after = state.clone();
    to_standby(&mut after.nodes[n]);
    Some(after)
}

/// The lease ends before anybody can read that it was given up. Beats under way and what was seen stay.
fn to_standby(node: &mut Node) {
    let mut watch = node.watch;
    for seen in &mut watch {
        seen.cleared = false;
    }
    *node =
        Node { rate: node.rate, term: node.term, beat: node.beat, late: node.late, watch, ..Node::default() };
}
