//! The lease model: clauses 1, 6, 10 and 11 of `ha-anchors.md` 6.2, with clocks.
//!
//! *In it.* Each node's clock is slow or fast (1.25 apart), in every combination. Time passes in ticks, a
//! lease is 0.8 T and the wait T; any node may do nothing for any number of ticks, which is a pause, and may
//! claim at any time, also over a live master: suspicion (clause 2) is a matter of liveness. Beats count
//! from their start, land later, and their reply may be lost; creates as well. Records that a suspended
//! master sent may be deleted once they landed, so that a create of the same number succeeds again. The look
//! for a newer term sees nothing unless a world says so. Where bounds allow, a beat that the node waits for
//! no longer lands after a later one, once.
//!
//! *Not in it.* Which record is history (the log model has it): a claimant knows the head, and a fence that
//! comes to a deleted number is simply tried again. Restarts, `.end` files, proofs of death, `lease_ms` that
//! differ between nodes.
//!
//! *Property*: never two masters whose lease is valid, at any instant.
//!
//! Three choices keep it small and lose no violation: term 1's master serves already at the start; a node
//! learns an outcome at once or never (later gives it a shorter lease, and a create is sent again); a name is
//! deleted only when somebody waits for it.

mod node;
mod rules;
mod state;
mod store;
mod tell;

use super::explore::{Model, Next};
use state::{File, NODES_MAX, Name, Role, SLOTS_MAX, State, TERMS_MAX};

pub(crate) use rules::{Bounds, Rules, Wait};

/// Units that a slow clock gains a tick, and a fast one: 1.25 apart.
const RATES: [u8; 2] = [4, 5];

/// The protocol in a world of some size.
pub(crate) struct LeaseModel {
    pub(crate) bounds: Bounds,
    pub(crate) rules: Rules,
}

/// One thing that happens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Tick,
    Claim(usize),
    StartBeat(usize),
    LandBeat(usize, bool),
    AbandonBeat(usize),
    LandLateBeat(usize),
    SendFence(usize),
    SendData(usize),
    SendNoop(usize),
    Resend(usize),
    LandCreate(usize, bool),
    Read(usize, usize),
    Serve(usize),
    GiveUp(usize),
    Prune(u8),
}

impl LeaseModel {
    pub(crate) fn new(bounds: Bounds, rules: Rules) -> Self {
        assert!(bounds.nodes <= NODES_MAX && usize::from(bounds.slots) <= SLOTS_MAX);
        assert!(usize::from(bounds.terms) <= TERMS_MAX);
        Self { bounds, rules }
    }

    /// The lease, 0.8 T, in units of a clock.
    fn lease(&self) -> u8 {
        4 * self.bounds.lease_ticks
    }

    /// T in units of a clock.
    fn silence(&self) -> u8 {
        5 * self.bounds.lease_ticks
    }

    fn take(&self, state: &State, step: Step) -> Option<State> {
        match step {
            Step::Tick => Some(self.tick(state)),
            Step::Claim(n) => self.claim(state, n),
            Step::StartBeat(n) => self.start_beat(state, n),
            Step::LandBeat(n, told) => self.land_beat(state, n, told),
            Step::AbandonBeat(n) => node::abandon_beat(state, n),
            Step::LandLateBeat(n) => store::land_late_beat(state, n),
            Step::SendFence(n) => self.send_fence(state, n),
            Step::SendData(n) => self.send_data(state, n),
            Step::SendNoop(n) => self.send_noop(state, n),
            Step::Resend(n) => node::resend(state, n),
            Step::LandCreate(n, told) => self.land_create(state, n, told),
            Step::Read(n, other) => self.read(state, n, other),
            Step::Serve(n) => self.serve(state, n),
            Step::GiveUp(n) => node::give_up(state, n),
            Step::Prune(slot) => store::prune(state, slot),
        }
    }
}

/// Whether the node releases reads and effects at this instant.
fn is_valid(state: &State, n: usize) -> bool {
    let node = &state.nodes[n];
    node.role == Role::Master && node.proven && node.lease > 0
}

impl Model for LeaseModel {
    type State = State;
    type Step = Step;

    /// Node A has just begun to serve term 1; every choice of a slow or a fast clock for each node.
    fn starts(&self) -> Vec<State> {
        let choices = 0..1_usize << self.bounds.nodes;
        let start = |choice: usize| {
            let mut state = State::default();
            for n in 0..self.bounds.nodes {
                state.nodes[n].rate = RATES[choice >> n & 1];
            }
            state.terms = 1;
            state.names[1] = Name::Fence(1);
            state.head = 1;
            state.files[0] = File { beat: 1, term: 1, standby: false };
            let first = &mut state.nodes[0];
            if self.bounds.late_beats {
                // From before its claim.
                first.late = File { beat: 1, term: 0, standby: true };
                state.files[0].beat = 2;
            }
            (first.role, first.term, first.fenced, first.next) = (Role::Master, 1, true, 2);
            (first.proven, first.lease, first.durable) = (true, self.lease(), Some(0));
            state
        };
        choices.map(start).collect()
    }

    fn next(&self, state: &State, out: &mut Vec<Next<State, Step>>) {
        let mut try_step = |step| {
            if let Some(mut after) = self.take(state, step)
                && after != *state
            {
                after.forget(self.bounds.terms, self.lease());
                after.renumber_beats(self.bounds.nodes);
                let valid = (0..self.bounds.nodes).filter(|&n| is_valid(&after, n)).count();
                let wrong = (valid > 1).then_some("two valid leases at one time");
                out.push(Next { step, state: after, wrong });
            }
        };
        try_step(Step::Tick);
        for n in 0..self.bounds.nodes {
            for step in [Step::Claim, Step::StartBeat, Step::SendFence, Step::SendData, Step::SendNoop] {
                try_step(step(n));
            }
            for told in [true, false] {
                try_step(Step::LandBeat(n, told));
                try_step(Step::LandCreate(n, told));
            }
            try_step(Step::Serve(n));
            try_step(Step::GiveUp(n));
            if self.bounds.late_beats {
                try_step(Step::AbandonBeat(n));
                try_step(Step::LandLateBeat(n));
            }
            if self.rules.resend_proves {
                try_step(Step::Resend(n));
            }
            for other in (0..self.bounds.nodes).filter(|&other| other != n) {
                try_step(Step::Read(n, other));
            }
        }
        for slot in 1..=self.bounds.slots {
            try_step(Step::Prune(slot));
        }
    }

    fn canonical(&self, state: &State) -> State {
        state.clone()
    }

    fn tell(&self, before: &State, step: Step, after: &State) -> String {
        self.describe(before, step, after)
    }
}
