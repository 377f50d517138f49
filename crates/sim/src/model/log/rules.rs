//! The switches of the log model: how large the world is, and which rule is broken on purpose.

/// How large the world is and what may happen in it.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) nodes: usize,
    pub(crate) terms: u8,
    pub(crate) writes: u8,
    pub(crate) slots: u8,
    /// A checkpoint's comparison and its publication are two steps, with anything between.
    pub(crate) slow_checkpoints: bool,
    /// Masters suspend and resume.
    pub(crate) suspends: bool,
    /// A delete that was sent for a data record may be repeated after the name was taken again.
    pub(crate) late_deletes: bool,
    /// Node 0 may once go back to a memory image of itself.
    pub(crate) memory_image: bool,
}

impl Bounds {
    /// A plain world of this size.
    pub(crate) const fn of(nodes: usize, terms: u8, writes: u8, slots: u8) -> Self {
        Self {
            nodes,
            terms,
            writes,
            slots,
            slow_checkpoints: false,
            suspends: false,
            late_deletes: false,
            memory_image: false,
        }
    }
}

/// Clause 5: what a claimant does once its fence stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validation {
    /// Its chain value at F must be the one that the newest `.ok` names, and its fence above F.
    ComparesChain,
    /// Mutant: only looks whether its fence is above F.
    FenceAboveFloor,
    /// Mutant: serves at once.
    Dropped,
}

/// Clause 7: what EEXIST means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exists {
    /// Read: exactly my bytes are mine, all else fences me.
    MyBytes,
    /// Mutant: a record of my term and uid is mine.
    MyUid,
    /// Mutant: taken for the success of my own earlier attempt.
    Trusted,
}

/// Clause 9: what may be deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prune {
    /// Data and noop records at or below the newest `.ok`. The text waits for the second newest and five
    /// minutes; whatever that could do, this can.
    BelowCheckpoint,
    /// Mutant: fences at or below it as well.
    FencesToo,
    /// Mutant: data records that somebody has applied, without a checkpoint.
    BeforeCheckpoint,
}

/// One protocol: [`Rules::TEXT`], or that with one rule broken.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) validation: Validation,
    pub(crate) exists: Exists,
    pub(crate) prune: Prune,
    /// Clause 7: creates outstanding at once (1; a mutant has 2).
    pub(crate) in_flight: usize,
    /// Clause 5: a standby compares before it writes a checkpoint.
    pub(crate) compares_before_checkpoint: bool,
    /// Clause 11: the outstanding record is settled before the noop; a mutant sends the noop in its place.
    pub(crate) settles_outstanding: bool,
    /// Clause 4: no fence unless the last record applied still stands.
    pub(crate) last_applied_stands: bool,
    /// Clause 4: a newer term that a `.ok` names stops a claimant as one in the log does.
    pub(crate) heeds_checkpoint_term: bool,
    /// Clause 7: "not recorded" is said after a fresh look at the floor; a mutant relies on an old one.
    pub(crate) refuses_by_fresh_floor: bool,
    /// Clause 8: after the create, looks again that the slot is above the floor.
    pub(crate) strict_ack: bool,
    /// The same look for the noop that proves a slot. The text names acknowledgements only.
    pub(crate) strict_noop: bool,
    /// Clause 4, end: an older term's record at a serving master's next slot is called a loss of the store.
    /// No rule is broken with it; the property is that a sound store is never accused.
    pub(crate) accuses_store: bool,
}

impl Rules {
    /// Section 6.2 as it is written.
    pub(crate) const TEXT: Self = Self {
        validation: Validation::ComparesChain,
        exists: Exists::MyBytes,
        prune: Prune::BelowCheckpoint,
        in_flight: 1,
        compares_before_checkpoint: true,
        settles_outstanding: true,
        last_applied_stands: true,
        heeds_checkpoint_term: true,
        refuses_by_fresh_floor: true,
        strict_ack: false,
        strict_noop: false,
        accuses_store: false,
    };
}
