//! The HA protocol, explored exhaustively within bounds, and the mutants that prove the exploration sharp.
//!
//! The protocol is section 6.2 of the HA anchors (with 5.2 and 6.3); the clause numbers here are those of 6.2. The
//! seeded worlds of this crate run the real code and meet a few courses of events out of many; the models
//! run a page of rules and meet *all* courses of a small world, in the order of their length. They are
//! written to be read beside the text, one method a clause, and they do not share code with the `ha` crate:
//! an error there should not be able to hide here.
//!
//! * The *log model* has no clocks: claims, fences, validation, appends, checkpoints, pruning, suspension,
//!   memory images. It shows that clocks are not needed for data.
//! * The *lease model* has clocks whose rates are 1.25 apart, beats, proofs of a slot, and waiting: at most
//!   one valid lease at a time. It takes from the log model that a validated fence is above all records.
//!
//! Each says at its head what is in it and what is not. Both check less than the text in this: files are
//! never damaged, a node never comes back with a later incarnation, `.end` files and proofs of death (clause
//! 13) do not occur, and a store does not lose what it confirmed.
//!
//! # Results
//!
//! [`sound_models`] at [`Scale::Check`] (`cargo test -p brownstone-sim sound_models_hold`): 13.0 million
//! states in eleven worlds, half a minute, 0.3 GB, no violation. At [`Scale::Full`]
//! (`cargo xtask model --full`): 184 million states in twelve worlds, ten
//! minutes, 3.1 GB, no violation; the widest are 3 nodes, 3 terms, 2 writes, 4 slots (68 million) and a
//! memory image with strictAck (32 million). Three nodes in the lease model are too many to exhaust: there
//! two nodes take turns in three terms.
//!
//! [`mutants`]: each is caught, in 8 to 22 steps, a few seconds in all.
//!
//! # What the models taught
//!
//! Where the text leaves a choice, or is wrong, the sound models make these and a mutant shows the other:
//!
//! 1. *A late beat* (clause 1 goes on after "a late PUT"): a beat that was given up and lands after a newer
//!    one hides it from a claimant that counts rises only, and two leases are valid; the look for a newer
//!    term does not help. A late STANDBY beat, from before the claim, counts as "given up" because of
//!    "whatever `term` it shows". Either beats cannot land out of order (folder: one at a time and never
//!    given up; bucket: `If-Match` on the own file), or any change of the file restarts the wait and a
//!    STANDBY file counts only when its writer knew of the term waited for. The second does not help against
//!    a beat that lands *twice*; the first does. Data are never at stake. `ha` takes the text on a folder and
//!    the second way on a bucket, and restarts the wait on any change everywhere (`peer.rs`).
//! 2. *"Not recorded"* (clause 7, `n > floor`): the floor must be read after the slot was found taken. By an
//!    older one, a write that a checkpoint holds is called not recorded when a late fence stands in its slot.
//! 3. *`strictAck`* (clause 8) must look for the noop of clause 11 too, or a master restored from memory
//!    resumes on a number that is free again and then acknowledges writes above the floor that nobody reads.
//! 4. *The `term` of a `.ok`* is "a newer term met" (clause 4). A claimant that does not stop at it deposes a
//!    newer master, and that master accuses a sound store of having lost data.
//! 5. *Beats carry a lease on only while it runs*: a beat that lands after the lease is over must not revive
//!    it, even if no timer has said SUSPENDED yet (clause 10 says so between the lines).
//! 6. *Silence is what was read*: a claimant whose look hangs must not count the time in which it read nothing.
//! 7. *Not needed*, as far as these bounds go: waiting for the second newest `.ok` and five minutes before
//!    pruning (the models prune below the newest at once, and again late); that the last record applied
//!    still stands before a fence (it is for stores that were restored); the look of clause 10 for a newer
//!    term (the lease model holds with a look that never sees anything).

mod explore;
mod lease;
mod log;
mod mutants;
mod report;
mod sound;
#[cfg(test)]
mod tests;

pub use mutants::mutants;
pub use report::{Report, Verdict};
pub use sound::{Scale, sound_models};
