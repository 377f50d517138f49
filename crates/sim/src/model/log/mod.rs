//! The log model: claim, fence, validate, append, checkpoint and prune of `ha-anchors.md` 6.2, without clocks.
//!
//! *In it.* Any node may claim at any time, sleep at any point and go on with what it knew. A create that was
//! sent may reach the store at once, late, twice or never, and its reply may be lost; the same bytes are sent
//! again until the outcome is known. A standby follows by name and may lag for ever. A checkpoint is written
//! by anyone whose chain agrees with the newest one. Records below it are deleted in any order at any time.
//! Nodes are interchangeable, so states that differ in their names only are one.
//!
//! *Not in it.* Time (the lease model has it), damaged or lost files, torn checkpoints (a `.ok` names parts
//! that were read back), the waiting of clause 6, which safety of data does not rest on.
//!
//! *Properties*, checked at each step that tells somebody something (an acknowledgement, a refusal, a
//! checkpoint, a master that starts to serve): all of these lie on one history, so no slot was accepted with
//! two contents; a master that starts to serve has every acknowledged write of the terms before its own; a
//! write that was refused is in none; no node that agrees with the newest checkpoint meets a data record that
//! does not follow on its own history. Real-time order follows: when a write is sent, all that was
//! acknowledged already has its slot in that one history, and a slot taken once stays taken.

mod answer;
mod history;
mod node;
mod properties;
mod rules;
mod state;
mod store;
mod tell;

use super::explore::{Model, Next};
use history::{Library, RecordId};
use state::{NODES_MAX, Role, SLOTS_MAX, State};

pub(crate) use rules::{Bounds, Exists, Prune, Rules, Validation};

/// The protocol in a world of some size.
pub(crate) struct LogModel {
    pub(crate) bounds: Bounds,
    pub(crate) rules: Rules,
    library: Library,
}

/// One thing that happens.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Claim(usize),
    Apply(usize),
    Reload(usize),
    SendFence(usize),
    Append(usize),
    Receive(usize, usize),
    Validate(usize),
    GiveUp(usize),
    Suspend(usize),
    SendNoop(usize),
    Compare(usize),
    Publish(usize),
    Land(RecordId),
    Prune(u8),
    TakeImage,
    RestoreImage,
}

/// A property that a step broke.
pub(super) type Wrong = &'static str;
/// What a step leads to, if it can happen at all.
pub(super) type After = Option<(State, Result<(), Wrong>)>;

impl LogModel {
    pub(crate) fn new(bounds: Bounds, rules: Rules) -> Self {
        assert!(bounds.nodes <= NODES_MAX && usize::from(bounds.slots) <= SLOTS_MAX && bounds.writes <= 8);
        Self { bounds, rules, library: Library::new() }
    }

    fn take(&self, state: &State, step: Step) -> After {
        match step {
            Step::Claim(n) => self.claim(state, n),
            Step::Apply(n) => self.apply(state, n),
            Step::Reload(n) => self.reload(state, n),
            Step::SendFence(n) => self.send_fence(state, n),
            Step::Append(n) => self.append(state, n),
            Step::Receive(n, place) => self.receive(state, n, place),
            Step::Validate(n) => self.validate(state, n),
            Step::GiveUp(n) => node::give_up(state, n),
            Step::Suspend(n) => node::suspend(state, n),
            Step::SendNoop(n) => self.send_noop(state, n),
            Step::Compare(n) => self.compare(state, n),
            Step::Publish(n) => self.publish(state, n),
            Step::Land(record) => self.land(state, record),
            Step::Prune(slot) => self.prune(state, slot),
            Step::TakeImage => store::take_image(state),
            Step::RestoreImage => store::restore_image(state),
        }
    }
}

impl Model for LogModel {
    type State = State;
    type Step = Step;

    fn starts(&self) -> Vec<State> {
        vec![State::start()]
    }

    fn next(&self, state: &State, out: &mut Vec<Next<State, Step>>) {
        let mut try_step = |step| {
            if let Some((mut after, result)) = self.take(state, step) {
                self.forget_dead_requests(&mut after);
                out.push(Next { step, state: after, wrong: result.err() });
            }
        };
        for n in 0..self.bounds.nodes {
            for step in [Step::Claim, Step::Apply, Step::Reload, Step::SendFence, Step::Append] {
                try_step(step(n));
            }
            try_step(Step::Receive(n, 0));
            try_step(Step::Receive(n, 1));
            for step in [Step::Validate, Step::GiveUp, Step::Compare, Step::Publish] {
                try_step(step(n));
            }
            if self.bounds.suspends {
                try_step(Step::Suspend(n));
                try_step(Step::SendNoop(n));
            }
        }
        for record in state.wire {
            try_step(Step::Land(record));
        }
        for slot in 1..=self.bounds.slots {
            try_step(Step::Prune(slot));
        }
        if self.bounds.memory_image {
            try_step(Step::TakeImage);
            try_step(Step::RestoreImage);
        }
    }

    fn canonical(&self, state: &State) -> State {
        let mut canonical = state.clone();
        // Only node 0 has a memory image.
        let first = usize::from(self.bounds.memory_image);
        canonical.nodes[first..self.bounds.nodes].sort_unstable();
        canonical
    }

    fn tell(&self, before: &State, step: Step, after: &State) -> String {
        self.describe(before, step, after)
    }
}
