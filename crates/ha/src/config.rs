//! What a node is told when it starts, and the times that follow from it.

use base::{Incarnation, NodeId, Span};
use serde::{Deserialize, Serialize};

/// What is asked of a node (`highAvailabilityMode`, `POST /v1/server/ha/state`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// Take part: be what the plane needs.
    Auto,
    /// Be master: at start unless another lives, at run time in any case.
    Master,
    /// Stand by without holding state.
    Standby,
    /// Stand by and follow the log.
    HotStandby,
    /// Follow the log, never be elected.
    HotBackup,
    /// At start: rule alone, and be refused where another does. At run time: stop taking part.
    Disabled,
}

impl std::str::FromStr for Mode {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "AUTO" => Mode::Auto,
            "MASTER" => Mode::Master,
            "STANDBY" => Mode::Standby,
            "HOT_STANDBY" => Mode::HotStandby,
            "HOT_BACKUP" => Mode::HotBackup,
            "DISABLED" => Mode::Disabled,
            _ => return Err(()),
        })
    }
}

/// What is asked of the persisted state (`persistMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persist {
    /// Go on with what is there, or begin.
    Auto,
    /// Go on with what is there, or refuse.
    Rebind,
    /// Begin an empty state in the same log; refused while another node lives.
    Clean,
}

/// What kind of store the plane's folder is, as far as it decides anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// A request takes effect before it is answered for, or never.
    Folder,
    /// A request that was given up may take effect later.
    Bucket,
}

/// Nodes that do not rule beat this often.
pub const IDLE_BEAT: Span = Span::secs(10);
/// On a bucket the own file is read before every so-manieth beat (each read is billed).
pub const BUCKET_OWN_READS: u64 = 12;
/// Between two looks of a master for the plane itself (on a bucket each is billed, and a rule that expires objects takes
/// days).
pub const PLANE_LOOKS: Span = Span::secs(100);
/// On a bucket all known nodes are read this often; in between only what decides something.
pub const BUCKET_WIDE: Span = Span::secs(10);
/// On a bucket all nodes are listed this often.
pub const BUCKET_LISTS: Span = Span::secs(60);
/// On a folder.
pub const FOLDER_LISTS: Span = Span::secs(2);

/// Time to go back to the release before ([`Config::format_calm`]).
pub const FORMAT_CALM: Span = Span::secs(600);

impl Store {
    /// How often all nodes are listed, to meet new ones.
    pub const fn list_period(self) -> Span {
        match self {
            Store::Folder => FOLDER_LISTS,
            Store::Bucket => BUCKET_LISTS,
        }
    }
}

/// What a node is told when it starts. Fixed for its life, but for mode and priority.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its id.
    pub node: NodeId,
    /// Random, one for each life; also the seed of its own names.
    pub uid: String,
    /// The identity of its data folder.
    pub home: String,
    /// Which running of its host.
    pub boot: String,
    /// The host's name.
    pub host: String,
    /// Where it serves.
    pub uri: String,
    /// Its release.
    pub version: String,
    /// What is asked of it.
    pub mode: Mode,
    /// What is asked of the state.
    pub persist: Persist,
    /// Its priority in elections.
    pub priority: i64,
    /// Whether AUTO follows the log while it stands by.
    pub hot_standby: bool,
    /// How long a master may be silent (T).
    pub timeout: Span,
    /// What kind of store it shares with the others.
    pub store: Store,
    /// Whether a record counts only after a second look that its slot lies above the floor (clause 8).
    pub strict_ack: bool,
    /// How often a standby looks (P).
    pub poll: Span,
    /// How often a node that rules beats (H).
    pub beat: Span,
    /// How often all nodes are listed, to meet new ones (2 s on a folder; a bucket bills each listing).
    pub list_period: Span,
    /// The highest incarnation that its data folder knows of.
    pub incarnation_seen: Incarnation,
    /// Seconds of the wall clock at start: raises the incarnation, decides nothing else.
    pub wall_secs: u64,
    /// How long a checkpoint must have been seen before what it covers is pruned.
    pub prune_after: Span,
    /// How long what was pruned is kept in packs, by the wall clock; zero: not at all.
    pub history: Span,
    /// The newest record format that this server reads: that of its release ([`crate::record::FORMAT`]).
    pub formats: u32,
    /// How long all who live must have read a newer record format before a master writes it.
    pub format_calm: Span,
    /// Records after which a checkpoint is due.
    pub checkpoint_records: u64,
    /// Seed of ids that this node makes (plane id).
    pub seed: u64,
}

impl Config {
    /// P and H of the contract for a poll period and timeout as configured: a look every min(poll, T/5), a
    /// beat every min(1 s, T/4).
    pub fn times(poll: Span, timeout: Span, beat: Option<Span>) -> (Span, Span) {
        let look = poll.min(timeout.scaled(1, 5));
        let beat = beat.unwrap_or(Span::secs(1).min(timeout.scaled(1, 4)));
        (look, beat)
    }

    /// How long a lease lasts after the start of its beat.
    pub fn lease(&self) -> Span {
        self.timeout.scaled(4, 5)
    }

    /// How long this node itself holds it: a little shorter, for the coarseness of timers.
    pub(crate) fn lease_held(&self) -> Span {
        // Shorter than what others wait for (clause 10).
        if base::mutant::on(base::Mutant::LeaseOfTwoTimeouts) {
            return self.timeout * 2;
        }
        self.lease() - self.guard()
    }

    /// Taken off the lease for the coarseness of timers.
    fn guard(&self) -> Span {
        Span::millis(20).min(self.timeout.scaled(1, 50))
    }
}
