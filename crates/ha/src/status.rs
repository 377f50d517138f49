//! What a node shows of itself and of the others. A copy is published after each step; reading it takes no lock.

use base::{Lsn, Mono, NodeId, Orders, PlaneId, Span, Term, WallMs};

use crate::counts::Counts;

/// The words of `/v1/server/ha/state`, and `SUSPENDED` for our own places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Starting or loading.
    Initializing,
    /// May be elected, holds no state.
    Standby,
    /// Follows the log, may be elected.
    HotStandby,
    /// Follows the log, is never elected.
    HotBackup,
    /// Serves, as long as the lease lasts (see [`Status::role_at`]).
    Master,
    /// Rules, but its lease is over.
    Suspended,
    /// Cannot load or apply the state, or was disabled.
    Failed,
    /// Was stopped.
    Terminated,
}

impl Role {
    /// The word for our own places (`X-HA-Role`, `/ha/cluster`).
    pub fn word(self) -> &'static str {
        match self {
            Role::Initializing => "INITIALIZING",
            Role::Standby => "STANDBY",
            Role::HotStandby => "HOT_STANDBY",
            Role::HotBackup => "HOT_BACKUP",
            Role::Master => "MASTER",
            Role::Suspended => "SUSPENDED",
            Role::Failed => "FAILED",
            Role::Terminated => "TERMINATED",
        }
    }

    /// The word for Brooklyn's places, which know no `SUSPENDED`.
    pub fn brooklyn_word(self) -> &'static str {
        if self == Role::Suspended { "INITIALIZING" } else { self.word() }
    }
}

/// Something that was wrong in the store and stays worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// What is wrong with it and what may be missing.
    pub what: String,
}

/// A node as it is seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Its id.
    pub id: NodeId,
    /// Where it serves.
    pub uri: String,
    /// What it is: what it says, or `Failed` when it was silent for too long.
    pub role: Role,
    /// Its priority.
    pub priority: i64,
    /// Its wall clock at its last beat.
    pub local: WallMs,
    /// Our wall clock when we saw that beat.
    pub remote: WallMs,
    /// The last term that it created.
    pub term: Term,
    /// The highest record that it knows.
    pub head: Lsn,
    /// How many records it was behind at its last beat.
    pub behind: u64,
    /// Its release.
    pub version: String,
    /// Its host.
    pub host: String,
    /// What it says is wrong, or why we think so; empty when all is well.
    pub why: String,
}

/// What a node shows.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The plane, once it is known.
    pub plane: Option<PlaneId>,
    /// This node.
    pub node: Option<NodeId>,
    /// What it is at this step; ask [`Status::role_at`] instead.
    pub role: Option<Role>,
    /// Until when it may answer as master.
    pub lease_until: Option<Mono>,
    /// The term that it rules in; of who does not rule, the newest that it knows.
    pub term: Term,
    /// The owner of that term, unless it is over.
    pub master: Option<NodeId>,
    /// Where the master serves.
    pub master_uri: String,
    /// The last record that is folded in.
    pub applied: Lsn,
    /// The highest record that anybody says is durable.
    pub head: Lsn,
    /// The newest checkpoint.
    pub floor: Lsn,
    /// The record format in force at `applied`.
    pub format: u32,
    /// All nodes, this one included, by id.
    pub nodes: Vec<NodeView>,
    /// Why it is what it is, for people; empty when all is well.
    pub why: String,
    /// What was found damaged.
    pub damage: Vec<Damage>,
    /// This node's priority.
    pub priority: i64,
    /// The configured timeout.
    pub timeout: Span,
    /// How often it looks.
    pub poll: Span,
    /// Own roles with the wall time when they began, newest first, at most 200.
    pub history: Vec<(Role, WallMs)>,
    /// What was counted of elections and writes.
    pub counts: Counts,
    /// What the last trouble with the store was, while it lasts.
    pub store_trouble: String,
    /// What was ordered about the master's chair.
    pub orders: Orders,
    /// The serial of those that its own file tells to the others.
    pub orders_told: u64,
    /// Whether a pause holds at this server.
    pub paused: bool,
    /// Why the last hand-over that was ordered of this server did not begin, and the serial of the orders then.
    pub hand_over_refused: Option<(u64, String)>,
}

impl Status {
    /// What this node is at this moment: a lease that has run out since the last step counts.
    pub fn role_at(&self, now: Mono) -> Role {
        match self.role {
            Some(Role::Master) if self.lease_until.is_none_or(|until| now >= until) => Role::Suspended,
            Some(role) => role,
            None => Role::Initializing,
        }
    }
}
