//! One state of the lease model: node files, the log's names, and each node with its clock's readings.
//!
//! Clocks are kept as what they measure (time left, time since), so states do not grow with time.

/// The most nodes that bounds may ask for.
pub(super) const NODES_MAX: usize = 3;
/// The most slots that bounds may ask for.
pub(super) const SLOTS_MAX: usize = 5;
/// The most terms that bounds may ask for.
pub(super) const TERMS_MAX: usize = 4;

/// A node file: `beat` 0 when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct File {
    pub(super) beat: u8,
    /// The last term that the node created.
    pub(super) term: u8,
    /// Says STANDBY or the like: the node has given up what it had.
    pub(super) standby: bool,
}

/// What stands under the name of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) enum Name {
    /// Never created, or deleted since.
    #[default]
    Free,
    /// A data or noop record of a term; may be deleted.
    Record(u8),
    /// Never deleted.
    Fence(u8),
}

/// A beat that was sent and has not reached the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Beat {
    pub(super) file: File,
    /// Time since it was started, on the node's clock.
    pub(super) age: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) enum Kind {
    #[default]
    Fence,
    Noop,
    Data,
}

/// The create whose outcome the node does not know; `slot` 0 when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Create {
    pub(super) kind: Kind,
    pub(super) slot: u8,
    /// Time since the start of the beat that was durable when this was first sent.
    pub(super) proof_age: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) enum Role {
    #[default]
    Standby,
    /// Owns a term; has not finished clause 6.
    Claiming,
    /// Serves while its lease is valid, and is suspended while it is not.
    Master,
}

/// What a node knows of another's file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Watch {
    pub(super) looked: bool,
    /// The highest beat that it saw.
    pub(super) beat: u8,
    /// Time since it saw that rise, on its own clock.
    pub(super) still: u8,
    /// The beat that it read last (only where a fall counts; 0 otherwise).
    pub(super) last: u8,
    /// Read after the own fence: given up, or still for long enough.
    pub(super) cleared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Node {
    /// Units that its clock gains a tick.
    pub(super) rate: u8,
    pub(super) role: Role,
    pub(super) term: u8,
    pub(super) fenced: bool,
    /// The slot is proven and no gap has been since: beats carry the lease on.
    pub(super) proven: bool,
    /// Time left.
    pub(super) lease: u8,
    pub(super) beat: Beat,
    /// A beat that the node gave up waiting for; it may still reach the store.
    pub(super) late: File,
    /// A beat of this term is known to be durable, started so long ago.
    pub(super) durable: Option<u8>,
    pub(super) create: Create,
    /// The next slot to write.
    pub(super) next: u8,
    /// Time since its fence (a mutant's only measure; 0 otherwise).
    pub(super) waited: u8,
    pub(super) watch: [Watch; NODES_MAX],
}

/// The whole world.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct State {
    pub(super) terms: u8,
    pub(super) owners: [u8; TERMS_MAX + 1],
    pub(super) files: [File; NODES_MAX],
    pub(super) names: [Name; SLOTS_MAX + 1],
    /// The highest slot ever created.
    pub(super) head: u8,
    /// The newest term that wrote data.
    pub(super) data_term: u8,
    pub(super) nodes: [Node; NODES_MAX],
}

impl State {
    /// The newest term that a fence in the log names.
    pub(super) fn fence_term(&self) -> u8 {
        let term = |name: &Name| if let Name::Fence(term) = name { *term } else { 0 };
        self.names.iter().map(term).max().unwrap_or(0)
    }

    /// Whether some node waits for the outcome of a create at this slot.
    pub(super) fn is_awaited(&self, slot: u8) -> bool {
        self.nodes.iter().any(|node| node.create.slot == slot)
    }

    /// Makes states one that differ in what nobody can find out any more: whose a record was that nobody
    /// waits for (deleted or not, its number is behind everybody), and what a node knows that can claim no
    /// more.
    pub(super) fn forget(&mut self, terms: u8, lease: u8) {
        for slot in 1..=self.head {
            if !matches!(self.names[slot as usize], Name::Fence(_)) && !self.is_awaited(slot) {
                self.names[slot as usize] = Name::Record(0);
            }
        }
        for n in 0..NODES_MAX {
            let node = &mut self.nodes[n];
            if node.role == Role::Standby && self.terms == terms {
                node.watch = [Watch::default(); NODES_MAX];
            }
            if node.fenced && node.durable == Some(lease) {
                node.durable = None;
            }
        }
    }

    /// Every place that holds a beat number of node `n`.
    fn for_each_beat(&mut self, n: usize, mut visit: impl FnMut(&mut u8)) {
        visit(&mut self.files[n].beat);
        visit(&mut self.nodes[n].beat.file.beat);
        visit(&mut self.nodes[n].late.beat);
        for node in &mut self.nodes {
            visit(&mut node.watch[n].beat);
            visit(&mut node.watch[n].last);
        }
    }

    /// A number above all that anybody can still meet.
    pub(super) fn next_beat(&mut self, n: usize) -> u8 {
        let mut highest = 0;
        self.for_each_beat(n, |beat| highest = highest.max(*beat));
        highest + 1
    }

    /// Only the order of beats matters: counts them 1, 2, 3 again, so that they stay small for ever.
    pub(super) fn renumber_beats(&mut self, nodes: usize) {
        for n in 0..nodes {
            let mut used = 1_u32;
            self.for_each_beat(n, |beat| used |= 1 << *beat);
            if used & (used + 1) == 0 {
                // Counted without a gap already.
                continue;
            }
            self.for_each_beat(n, |beat| {
                let below = used & ((1 << *beat) - 1) & !1;
                *beat = if *beat == 0 { 0 } else { below.count_ones() as u8 + 1 };
            });
        }
    }
}
