//! Everything that can happen to `Ha`, and everything that it can want: two closed enums.

use std::sync::Arc;

use base::{Incarnation, Lsn, Mono, NodeId, Orders, Term};

use crate::config::Mode;
use crate::record::Chain;
use crate::verbs::{Answer, Lane, OpId, Verb};

/// What happens.
#[derive(Clone, Debug)]
pub enum Input {
    /// The first input.
    Start,
    /// The time of the last `Effect::WakeAt` has come (earlier or more often does no harm).
    Wake,
    /// The store has answered.
    Answer {
        /// Which request.
        op: OpId,
        /// What.
        answer: Answer,
    },
    /// Make these operations durable as one record. Only while `Ha::ready_to_append`.
    Append {
        /// One JSON line each.
        ops: Vec<Arc<str>>,
    },
    /// The host could not fold what it was given; it holds no trustworthy state now.
    FoldFailed {
        /// At which record.
        lsn: Lsn,
        /// Why, for people.
        why: String,
    },
    /// Something in a checkpoint could be read only in part; it was folded as far as it went.
    FoldDamaged {
        /// In which file.
        file: String,
        /// What and where in it, for people.
        what: String,
    },
    /// The parts that `Effect::CutCheckpoint` asked for.
    CheckpointCut {
        /// Of which record.
        floor: Lsn,
        /// The parts.
        parts: Vec<Arc<[u8]>>,
    },
    /// Be something else from now on.
    SetMode(Mode),
    /// Count for more or less in elections.
    SetPriority(i64),
    /// A peer says: look at the store now.
    Nudge,
    /// A master says over the peer link that records up to here are durable.
    ToldHead {
        /// The term that it rules in.
        term: Term,
        /// The record.
        lsn: Lsn,
    },
    /// Forget the files of nodes that are gone: all, or one.
    ClearNodes(Option<NodeId>),
    /// The folded state holds these orders.
    Orders(Arc<Orders>),
    /// Somebody lifts a pause at this server, because there is no master to record it.
    LiftPause {
        /// Who.
        by: String,
    },
    /// Hand over to this one, or to whoever is best.
    HandOver {
        /// To whom.
        to: Option<NodeId>,
        /// Who ordered it.
        by: String,
    },
    /// End gracefully.
    Stop,
}

/// What to do with the folded state.
#[derive(Clone, Debug)]
pub enum Fold {
    /// Begin again with nothing; the parts of the checkpoint of this record follow (none for 0).
    Reset(Lsn),
    /// Take a part of a checkpoint.
    Load {
        /// The file that it was read from.
        file: String,
        /// Its bytes.
        bytes: Arc<[u8]>,
    },
    /// Fold one record over it.
    Apply {
        /// Its slot.
        lsn: Lsn,
        /// Its operations.
        ops: Vec<Arc<str>>,
    },
    /// Something is missing from here on: what follows may speak of what is not there.
    Gap,
    /// Hold no state any more (cold standby, failed).
    Drop,
}

/// What became of an append that was lost with the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostAppend {
    /// It is certainly not in the log.
    NotRecorded,
    /// It may be.
    Unknown,
}

/// What is wanted. Carried out in order.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Ask the store.
    Store {
        /// Names the request.
        op: OpId,
        /// On which lane.
        lane: Lane,
        /// What.
        verb: Verb,
    },
    /// Step again at this time (replaces the earlier wish).
    WakeAt(Mono),
    /// Change the folded state.
    Fold(Fold),
    /// The outstanding append is durable in this slot.
    Landed(Lsn),
    /// The outstanding append is lost; go back to the durable state.
    Lost(LostAppend),
    /// This node serves from now on: the state folded up to now is durable and complete.
    Serve {
        /// Its term.
        term: Term,
        /// What made it claim, for people.
        why: String,
    },
    /// This node does not rule any more.
    Demoted {
        /// Why, for people.
        why: String,
    },
    /// Cut a checkpoint of the durable state, which stands at this record now.
    CutCheckpoint {
        /// The record.
        floor: Lsn,
    },
    /// Tell the prover which claim of this life it may have to end (before the claim is made).
    TellProver {
        /// The term.
        term: Term,
        /// The life.
        incarnation: Incarnation,
    },
    /// Keep the life's number in the data folder.
    KeepIncarnation(Incarnation),
    /// Keep a priority in the data folder.
    KeepPriority(i64),
    /// Tell these servers to look at the store now.
    Nudge(Vec<String>),
    /// Something that an operator may want to read.
    Event(Event),
    /// End the process.
    Exit(Exit),
}

/// How loud an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For the debug log.
    Debug,
    /// For the info log.
    Info,
    /// Somebody should look at it.
    Warn,
    /// Somebody must look at it.
    Error,
}

/// Something that an operator may want to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// How loud.
    pub level: Level,
    /// The text.
    pub text: String,
}

/// Why the process ends: the exit codes of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Stopped,
    /// 1.
    Failed(String),
    /// 2.
    BadConfig(String),
    /// 3.
    Unfit(String),
}

impl Exit {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Exit::Stopped => 0,
            Exit::Failed(_) => 1,
            Exit::BadConfig(_) => 2,
            Exit::Unfit(_) => 3,
        }
    }
}

/// A history named by its last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The last record.
    pub lsn: Lsn,
    /// Its chain value.
    pub chain: Chain,
}
