//! Visits every reachable state of a bounded model, shortest path first.
//!
//! A model checker of our own, because the two models need little and that little exactly: hashed states
//! (8 bytes a state in the set, 8 for the way back), symmetry by a canonical form, and a trace that tells
//! each step in words. The way back keeps only the number of the step taken, so a trace is replayed from
//! the start; a model must therefore list the steps of a state in the same order each time.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A bounded world: where it starts and what may happen next.
pub(crate) trait Model {
    /// Everything that the future depends on.
    type State: Clone + Hash;
    /// One thing that happens.
    type Step: Copy;

    /// The states in which a world may begin.
    fn starts(&self) -> Vec<Self::State>;

    /// Appends all that may happen in `state`, in a fixed order.
    fn next(&self, state: &Self::State, out: &mut Vec<Next<Self::State, Self::Step>>);

    /// The same state with interchangeable nodes in a fixed order; only this form is hashed.
    fn canonical(&self, state: &Self::State) -> Self::State;

    /// One line for a reader of the trace.
    fn tell(&self, before: &Self::State, step: Self::Step, after: &Self::State) -> String;
}

/// What one step leads to.
pub(crate) struct Next<S, P> {
    /// The step itself, to be told in a trace.
    pub(crate) step: P,
    /// The state after it.
    pub(crate) state: S,
    /// The property that this step breaks, if it breaks one.
    pub(crate) wrong: Option<&'static str>,
}

/// How an exploration ended.
pub(crate) enum Outcome {
    /// Every reachable state was visited and nothing was broken.
    Holds,
    /// The shortest way to a broken property, one line a step.
    Violated(Vec<String>),
}

/// The number of distinct states seen, and the end.
pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) outcome: Outcome,
}

/// How a state was first reached: from which one, by which of its steps.
#[derive(Clone, Copy)]
struct Origin {
    parent: u32,
    choice: u32,
}

const NO_PARENT: u32 = u32::MAX;

/// Visits all states of `model`, breadth first, until a property breaks or nothing new is found.
pub(crate) fn explore<M: Model>(model: &M) -> Explored {
    let mut seen: HashSet<u64, BuildHasherDefault<Identity>> = HashSet::default();
    let mut origins: Vec<Origin> = Vec::new();
    let mut frontier: Vec<(u32, M::State)> = Vec::new();
    for (choice, state) in model.starts().into_iter().enumerate() {
        if seen.insert(fingerprint(&model.canonical(&state))) {
            frontier.push((origins.len() as u32, state));
            origins.push(Origin { parent: NO_PARENT, choice: choice as u32 });
        }
    }
    let mut nexts = Vec::new();
    while !frontier.is_empty() {
        let mut reached = Vec::new();
        for (index, state) in frontier {
            nexts.clear();
            model.next(&state, &mut nexts);
            for (choice, next) in nexts.drain(..).enumerate() {
                let origin = Origin { parent: index, choice: choice as u32 };
                if let Some(wrong) = next.wrong {
                    let mut steps = retrace(model, &origins, origin);
                    steps.push(format!("=> {wrong}"));
                    return Explored { states: seen.len(), outcome: Outcome::Violated(steps) };
                }
                if seen.insert(fingerprint(&model.canonical(&next.state))) {
                    reached.push((origins.len() as u32, next.state));
                    origins.push(origin);
                }
            }
        }
        frontier = reached;
    }
    Explored { states: seen.len(), outcome: Outcome::Holds }
}

/// Replays the way to a state and tells each step.
fn retrace<M: Model>(model: &M, origins: &[Origin], last: Origin) -> Vec<String> {
    let mut choices = vec![last.choice];
    let mut parent = last.parent;
    while parent != NO_PARENT {
        choices.push(origins[parent as usize].choice);
        parent = origins[parent as usize].parent;
    }
    let start = choices.pop().unwrap_or(0);
    let mut state = model.starts().swap_remove(start as usize);
    let mut lines = Vec::new();
    let mut nexts = Vec::new();
    for choice in choices.into_iter().rev() {
        nexts.clear();
        model.next(&state, &mut nexts);
        let next = nexts.swap_remove(choice as usize);
        lines.push(model.tell(&state, next.step, &next.state));
        state = next.state;
    }
    lines
}

/// 64 bits that stand for a state. Ten million states collide once in some 400,000 runs.
fn fingerprint<S: Hash>(state: &S) -> u64 {
    let mut mixer = Mixer { mixed: 0x243f_6a88_85a3_08d3, word: 0, bits: 0 };
    state.hash(&mut mixer);
    mixer.finish()
}

/// A multiply-and-fold hash that packs small fields into words: the standard one takes several times as
/// long, and nobody attacks this one. All states of a model have the same shape, so packing is unambiguous.
struct Mixer {
    mixed: u64,
    word: u64,
    bits: u32,
}

impl Mixer {
    fn push(&mut self, value: u64, bits: u32) {
        if self.bits + bits > 64 {
            self.mixed = mix(self.mixed, self.word);
            (self.word, self.bits) = (0, 0);
        }
        self.word |= value << self.bits;
        self.bits += bits;
    }
}

fn mix(mixed: u64, word: u64) -> u64 {
    let wide = u128::from(mixed ^ word) * 0x9e37_79b9_7f4a_7c15;
    ((wide as u64) ^ ((wide >> 64) as u64)).wrapping_add(0xc2b2_ae3d_27d4_eb4f)
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.push(u64::from(byte), 8);
        }
    }
    fn write_u8(&mut self, value: u8) {
        self.push(u64::from(value), 8);
    }
    fn write_u16(&mut self, value: u16) {
        self.push(u64::from(value), 16);
    }
    /// Which variant of an enum: never more than a handful.
    fn write_isize(&mut self, value: isize) {
        self.push(value as u64 & 0xff, 8);
    }
    /// The length of an array: the same in every state.
    fn write_usize(&mut self, _length: usize) {}
    fn finish(&self) -> u64 {
        mix(mix(self.mixed, self.word), 0x1319_8a2e_0370_7344)
    }
}

/// The set's keys are fingerprints already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
