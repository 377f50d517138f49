//! The core as a function: a state, a moment and an input give the next state, its changes and what is wanted.

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::Effect;
use crate::input::Input;
use crate::state::Root;
use base::Moment;

/// What a step leads to.
#[derive(Clone, Debug)]
pub struct Step {
    /// The state after it. Its durable part is the old one with `changes` folded in.
    pub root: Root,
    /// What it changed.
    pub changes: Vec<Change>,
    /// What is wanted, once the changes are durable.
    pub effects: Vec<Effect>,
}

/// Takes a step. It touches nothing but its result: dropping that undoes it.
pub fn step(root: &Root, at: Moment, input: Input) -> Step {
    let mut draft = Draft::new(root, at);
    match input {
        Input::Command { request, caller, key, command } => {
            draft.on_command(request, caller, key, command);
        }
        Input::Timer(id) => draft.on_timer(&id),
        Input::Work { key, outcome } => draft.on_work(&key, outcome),
        Input::TookOver(reign) => draft.on_took_over(reign),
    }
    draft.run_ready();
    draft.record_rng();
    Step { root: draft.root, changes: draft.changes, effects: draft.effects }
}
