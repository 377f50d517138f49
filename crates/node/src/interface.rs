//! What goes into a node and what comes out of it.

use std::sync::Arc;

use base::{Incarnation, Lsn, Mono, NodeId, Span, Term};
use engine::Root;
use engine::effect::{Machine, Outcome, Reply, Work, WorkKey};
use engine::input::{Caller, Command, Host, RequestId, WriteKey};
use ha::config::Mode;
use ha::input::{Event, Exit};
use ha::status::Status;
use ha::verbs::{Answer, Lane, OpId, Verb};

/// What happens to a node.
#[derive(Clone, Debug)]
pub enum Input {
    /// The first input.
    Start,
    /// The wished time has come.
    Wake,
    /// The store has answered.
    Stored {
        /// Which request.
        op: OpId,
        /// What.
        answer: Answer,
    },
    /// Somebody asks for something.
    Ask {
        /// Whom to answer.
        request: RequestId,
        /// Who asks.
        caller: Caller,
        /// With which write key.
        key: Option<WriteKey>,
        /// What.
        command: Command,
    },
    /// Work has got on.
    Worked {
        /// Which.
        key: WorkKey,
        /// How.
        outcome: Outcome,
    },
    /// A checkpoint's parts, as `Effect::EncodeCheckpoint` asked.
    Encoded {
        /// Of which record.
        floor: Lsn,
        /// The parts.
        parts: Vec<Arc<[u8]>>,
    },
    /// Be something else from now on. Answered at once by the status before it.
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
    /// Forget the files of nodes that are gone.
    ClearNodes(Option<NodeId>),
    /// Lift a pause of automatic fail-over at this node, because there is no master to record it.
    LiftPause {
        /// Who asks.
        by: String,
    },
    /// End gracefully.
    Stop,
}

/// What a node wants. Carried out in order.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "each is carried out at once; few of them live at a time")]
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
    /// Show this to readers from now on.
    Publish(Arc<View>),
    /// Answer a request. Always after the `Publish` that shows what it says.
    Answer {
        /// Which.
        request: RequestId,
        /// With what.
        response: Response,
    },
    /// Have a machine do something. The executor asks for `Permit` right before it acts.
    Run {
        /// Names it.
        key: WorkKey,
        /// Where.
        machine: Machine,
        /// What.
        work: Work,
    },
    /// End this script's process group, or stop watching.
    CancelWork(WorkKey),
    /// This node does not rule any more: stop caring for all work, and leave what runs running.
    DropWork,
    /// Encode this root's checkpoint parts off the loop, and come back with `Input::Encoded`.
    EncodeCheckpoint {
        /// The record at which it stands.
        floor: Lsn,
        /// The root.
        root: Root,
    },
    /// Tell the prover (the parent process) which claim it may have to end.
    TellProver {
        /// The term.
        term: Term,
        /// The life.
        incarnation: Incarnation,
    },
    /// Keep the life's number in the data folder.
    KeepIncarnation(Incarnation),
    /// Keep the priority in the data folder.
    KeepPriority(i64),
    /// Tell these servers to look at the store now.
    Nudge(Vec<String>),
    /// For the log.
    Event(Event),
    /// End the process.
    Exit(Exit),
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Durable, with this answer, in the record named.
    Recorded {
        /// What the engine says.
        reply: Reply,
        /// The record that holds it.
        lsn: Lsn,
        /// Until when it may be said, by this node's clock: a server that slept in between does not know what
        /// has become of the plane, and says [`Response::Unknown`].
        until: Mono,
    },
    /// This node is not master: nothing was done.
    NotMaster,
    /// The slot was lost: certainly nothing was recorded.
    NotRecorded,
    /// The master was suspended or deposed while it was recorded: it may or may not be.
    Unknown,
    /// Too much waits already: nothing was done.
    Overloaded,
    /// This one input made the engine fail; nothing was done.
    Broken(String),
}

impl Response {
    /// What may be said at this moment.
    #[must_use]
    pub fn released_at(self, now: Mono) -> Response {
        match self {
            Response::Recorded { until, .. } if now >= until => Response::Unknown,
            other => other,
        }
    }
}

/// What readers see: one immutable moment of the plane.
#[derive(Clone)]
pub struct View {
    /// The state, unless this node holds none (cold standby, loading, failed).
    pub root: Option<Root>,
    /// Grows with each change of the state: views of one server with the same number show the same.
    pub version: u64,
    /// The record that it stands at.
    pub lsn: Lsn,
    /// Who manages.
    pub status: Status,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "View at {} of {:?}", self.lsn, self.status.node)
    }
}

/// What a node is told when it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who manages.
    pub ha: ha::config::Config,
    /// Where it runs: what `localhost` means while it rules.
    pub host: Host,
    /// How long a change that nobody waits for may stay unrecorded, and unseen.
    pub reading_delay: Span,
    /// Random bits from the operating system: mixed into the ids that are drawn.
    pub seed: u64,
    /// The secrets that its own configuration gives blueprints.
    pub externals: engine::Externals,
}
