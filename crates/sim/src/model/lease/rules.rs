//! The switches of the lease model: how large the world is, and which rule is broken on purpose.

/// How large the world is.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) nodes: usize,
    pub(crate) terms: u8,
    pub(crate) slots: u8,
    /// Ticks in a lease on the slowest clock; on the fastest a standby waits as many.
    pub(crate) lease_ticks: u8,
    /// A beat that was given up may reach the store after a later one.
    pub(crate) late_beats: bool,
}

impl Bounds {
    /// A world of this size in which a beat lands in its turn or not at all.
    pub(crate) const fn of(nodes: usize, terms: u8, slots: u8, lease_ticks: u8) -> Self {
        Self { nodes, terms, slots, lease_ticks, late_beats: false }
    }
}

/// Clause 6: whom a claimant waits for, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The owners of every term since the last that wrote data, each until it gave up or was still for T.
    UntilStill,
    /// Mutant: T once, counted from the own fence.
    Once,
    /// Mutant: as the text, but only for the owner of the term before.
    LastOwnerOnly,
}

/// One protocol: [`Rules::TEXT`], or that with one rule broken.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) wait: Wait,
    /// Clause 10: after a beat, the look for a newer term finds it. Without it the look sees nothing, as on
    /// a folder whose listing is cached and to which a new node came.
    pub(crate) look_sees: bool,
    /// Clause 11: the noop is first sent after a beat was durable; a mutant sends it before.
    pub(crate) beat_before_noop: bool,
    /// Clause 11: a re-sent record proves nothing; a mutant resumes on it.
    pub(crate) resend_proves: bool,
    /// Clause 10: beats carry a lease on, they do not revive one; a mutant lets them.
    pub(crate) beat_revives: bool,
    /// Clause 6: "whatever `term` it shows". With `true` a STANDBY file counts only when its writer knew of the
    /// term waited for. The code reads that from `follows`; here, where a node always knows what it created,
    /// from `term`.
    pub(crate) standby_needs_term: bool,
    /// Clause 6: still is who was *read* to be still for that long; a mutant lets the time since the last rise do,
    /// whether anybody has read since or not.
    pub(crate) still_is_read: bool,
    /// Clause 1: only a rise is a sign of life. With `true` any change of the file is, a fall as well.
    pub(crate) change_is_life: bool,
}

impl Rules {
    /// Clauses 1, 6, 10 and 11 as they are written, with a look that never sees anything: the first line of
    /// defence is taken away, so what holds rests on fence, beat and wait alone.
    pub(crate) const TEXT: Self = Self {
        wait: Wait::UntilStill,
        look_sees: false,
        beat_before_noop: true,
        resend_proves: false,
        beat_revives: false,
        standby_needs_term: false,
        still_is_read: true,
        change_is_life: false,
    };
}
