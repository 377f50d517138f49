//! Rules that a test build can break, one at a time: the simulation must notice each (`cargo xtask mutants`).
//!
//! [`on`] stands at the place of each rule and is a constant `false` without the feature `mutants`, which no release
//! has. Each mutant names what is broken; where it stands, a comment names the clause.

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "`text` says what each does")]
pub enum Mutant {
    // ha
    FencesDeleted = 1,
    NoComparison,
    ExistsIsMine,
    OwnUidIsMine,
    NoopForTheRecord,
    ResentIsProof,
    NoopBeforeBeat,
    WaitsOnce,
    WaitsForNoLease,
    NewestIsPruned,
    PrunedAtOnce,
    AcknowledgedWhenSent,
    LeaseFromBeatsEnd,
    LeaseOfTwoTimeouts,
    BeatWithoutLook,
    FenceNotWritten,
    WordFromBeforeTheFence,
    TermExistsIsMine,
    ResumedByBeat,
    UnknownIsDenied,
    MarkWithoutComparison,
    StrictAckSkipped,
    NewerTermIgnored,
    LostReplyIsNo,
    ChainIgnored,
    NewerFormatRead,
    FormatUnasked,
    FormatAtOnce,
    PauseIgnored,
    OrdersNotTold,
    OlderOrdersWin,
    LiftOutlives,
    NomineeNotFirst,
    HandOverUndrained,
    HandOverToUnfit,
    ToldIsDurable,
    ToldByTheDeposed,
    LooksAreSilence,
    PackLeftOut,
    PackUnproved,
    PackGoesEarly,
    // node, engine
    CheckpointOfHead,
    AnswerBeforeDurable,
    ActsBeforeDurable,
    StandbyFoldsLess,
    HeadKept,
    BatchOutOfOrder,
    IntentNotRecorded,
    KeyNotKept,
    KeysNotInCheckpoint,
    CancelLost,
    InterruptedGoesOn,
    PlanKept,
    // store
    CreateByRename,
    PutInPlace,
    TakenIsMine,
    PageFromAfter,
    DeleteLies,
}

impl Mutant {
    /// All of them.
    pub const ALL: [(Mutant, &'static str); 58] = [
        (Mutant::FencesDeleted, "pruning deletes fences as well (clause 9)"),
        (Mutant::NoComparison, "a fence above the floor is enough (5)"),
        (Mutant::ExistsIsMine, "a slot that is taken counts as written (7)"),
        (Mutant::OwnUidIsMine, "a record with the own uid counts as the own bytes (7)"),
        (Mutant::NoopForTheRecord, "a noop in place of the record that was sent (11)"),
        (Mutant::ResentIsProof, "a record that was sent again proves the slot (11)"),
        (Mutant::NoopBeforeBeat, "the noop is sent before a beat counts (10, 11)"),
        (Mutant::WaitsOnce, "an old lease is waited for once, not until still (6)"),
        (Mutant::WaitsForNoLease, "no old lease is waited for (6)"),
        (Mutant::NewestIsPruned, "pruned up to the newest checkpoint (9)"),
        (Mutant::PrunedAtOnce, "pruned without the five minutes (9)"),
        (Mutant::AcknowledgedWhenSent, "acknowledged when the create is sent (8)"),
        (Mutant::LeaseFromBeatsEnd, "a lease counts from the end of its beat (10)"),
        (Mutant::LeaseOfTwoTimeouts, "a lease lasts for two timeouts (10)"),
        (Mutant::BeatWithoutLook, "a beat counts without a look for a newer term (10)"),
        (Mutant::FenceNotWritten, "a claimant goes on without its fence (4)"),
        (Mutant::WordFromBeforeTheFence, "a word that was read before the fence counts (6)"),
        (Mutant::TermExistsIsMine, "a term that exists counts as created (3)"),
        (Mutant::ResumedByBeat, "a lapsed lease is resumed by a beat alone (11)"),
        (Mutant::UnknownIsDenied, "what may have landed is answered as not recorded (7)"),
        (Mutant::MarkWithoutComparison, "a checkpoint is marked without the comparison (5)"),
        (Mutant::StrictAckSkipped, "strictAck does not look again (8)"),
        (Mutant::NewerTermIgnored, "a newer term that was seen deposes nobody (10)"),
        (Mutant::LostReplyIsNo, "a lost reply counts as a create that failed (7)"),
        (Mutant::ChainIgnored, "a record is folded whatever it follows (5)"),
        (Mutant::NewerFormatRead, "a newer format is read as if it were known"),
        (Mutant::FormatUnasked, "a newer format is written whoever cannot read it"),
        (Mutant::FormatAtOnce, "a newer format leaves no time to go back"),
        (Mutant::PauseIgnored, "a pause of automatic fail-over holds nobody back"),
        (Mutant::OrdersNotTold, "a server's file does not say what was ordered"),
        (Mutant::OlderOrdersWin, "older orders replace newer ones"),
        (Mutant::LiftOutlives, "a pause that was lifted at a server lifts later ones"),
        (Mutant::NomineeNotFirst, "others do not leave the way free for who was named"),
        (Mutant::HandOverUndrained, "a hand-over waits for nothing that was accepted before"),
        (Mutant::HandOverToUnfit, "the chair is handed to whoever is named"),
        (Mutant::ToldIsDurable, "a head that was told counts as one that a beat named"),
        (Mutant::ToldByTheDeposed, "a head is believed whatever term tells it"),
        (Mutant::LooksAreSilence, "each look counts as silence, so that nudges hasten a claim (2)"),
        (Mutant::PackLeftOut, "records are pruned without a pack"),
        (Mutant::PackUnproved, "a pack of which nothing is known counts as made"),
        (Mutant::PackGoesEarly, "packs go however young they are"),
        (Mutant::CheckpointOfHead, "a checkpoint is cut from what is not durable (9)"),
        (Mutant::AnswerBeforeDurable, "an answer leaves before its record (8)"),
        (Mutant::ActsBeforeDurable, "an effect leaves before its record (14)"),
        (Mutant::StandbyFoldsLess, "a standby leaves out a change of a large record"),
        (Mutant::HeadKept, "the head outlives its slot"),
        (Mutant::BatchOutOfOrder, "a batch is recorded in another order than it was done"),
        (Mutant::IntentNotRecorded, "no intent is recorded before a script (14)"),
        (Mutant::KeyNotKept, "a write key is not kept"),
        (Mutant::KeysNotInCheckpoint, "write keys are in no checkpoint"),
        (Mutant::CancelLost, "a cancelled script is not told to end"),
        (Mutant::InterruptedGoesOn, "what an earlier master was at goes on by itself (14)"),
        (Mutant::PlanKept, "a switchover that was planned is not over when it is done"),
        (Mutant::CreateByRename, "a folder's create renames, and so replaces"),
        (Mutant::PutInPlace, "a folder's put writes into the file that others read"),
        (Mutant::TakenIsMine, "a folder's create takes a name that is taken for its own"),
        (Mutant::PageFromAfter, "a folder's page begins with the name after which it should"),
        (Mutant::DeleteLies, "a folder's delete says that it did"),
    ];
}

#[cfg(feature = "mutants")]
static CHOSEN: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

/// Breaks this rule from now on, in this whole process; `None`: none.
#[cfg(feature = "mutants")]
pub fn choose(mutant: Option<Mutant>) {
    CHOSEN.store(mutant.map_or(0, |m| m as u8), std::sync::atomic::Ordering::SeqCst);
}

/// The rule that has this name in the list of mutants.
#[cfg(feature = "mutants")]
pub fn named(name: &str) -> Option<Mutant> {
    Mutant::ALL.into_iter().map(|(mutant, _)| mutant).find(|mutant| format!("{mutant:?}") == name)
}

/// Whether this rule is broken.
#[cfg(feature = "mutants")]
pub fn on(mutant: Mutant) -> bool {
    CHOSEN.load(std::sync::atomic::Ordering::Relaxed) == mutant as u8
}

/// Whether this rule is broken: never.
#[cfg(not(feature = "mutants"))]
#[inline(always)]
#[allow(clippy::inline_always, reason = "nothing of it may be left in a release")]
pub const fn on(_mutant: Mutant) -> bool {
    false
}
