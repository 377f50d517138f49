//! Everything that the engine can want: one closed enum, and the language in which machines are spoken to.
//!
//! Work goes through one interface: this host, hosts over SSH, and the server itself (requests, files from
//! elsewhere). All take [`Work`] and answer with [`Outcome`]s, the last of which [`Outcome::is_final`].

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, Mono, NodeId, Secret, Span, TaskId, Term};
use model::catalog::{BundleId, BundleSource};
use model::spec::EntitySpec;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::{Host, RequestId, TimerId};

/// What the engine wants done once its changes are durable.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "an effect lives for a moment, and few do at once")]
pub enum Effect {
    /// Answer a request.
    Reply {
        /// Which.
        request: RequestId,
        /// With what.
        reply: Reply,
    },
    /// Have a machine do something. The executor compares `key.term` and the lease right before it acts.
    Run {
        /// Names it; also its idempotency key.
        key: WorkKey,
        /// Where.
        machine: Machine,
        /// What.
        work: Work,
    },
    /// Stop caring for some work, and end its process group if it is a script.
    Cancel {
        /// Which.
        key: WorkKey,
    },
    /// Wake the engine (replaces an earlier timer of the same id).
    Timer {
        /// With which name.
        id: TimerId,
        /// When.
        at: Mono,
    },
    /// Hand the master's chair over, once what was accepted before is recorded.
    HandOver {
        /// To whom; nobody named: whoever is best.
        to: Option<NodeId>,
        /// Who ordered it.
        by: String,
    },
    /// Warn whoever looks after the server, in its log.
    Warn {
        /// Of what.
        text: String,
    },
}

/// Names one attempt at one step of one task in one term: the idempotency key of an outside action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkKey {
    /// The term of the master that asked.
    pub term: Term,
    /// The task, or for a watch the entity's id as text.
    pub task: String,
    /// The step's number.
    pub step: u32,
    /// Counts repeats.
    pub attempt: u32,
}

/// Where work is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The host of the server that asks. Work for another host than the executor's own is refused.
    Local(Host),
    /// A host that is reached over SSH, from whichever server rules.
    Ssh(Arc<SshTarget>),
    /// The server itself, on whatever host it runs: [`Work::Http`], [`Work::Fetch`], [`Work::ReadBundle`],
    /// [`Work::Children`] and [`Work::Password`] only.
    Server,
}

/// How a host is reached over SSH (`brooklyn-blueprints.md` 9.5). Never recorded: it holds secrets, and is made
/// anew from the location's flags each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshTarget {
    /// Name or address.
    pub address: String,
    /// Usually 22.
    pub port: u16,
    /// The account; `None`: the one that the server runs as.
    pub user: Option<String>,
    /// What proves who asks, tried in this order.
    pub logins: Vec<SshLogin>,
    /// Which host keys are accepted.
    pub host_keys: HostKeys,
    /// How long connecting and logging in may take, each time.
    pub connect_timeout: Span,
    /// How often connecting is tried before it fails, and for how long at most.
    pub tries: u32,
    /// See `tries`.
    pub tries_timeout: Span,
}

/// One way to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SshLogin {
    /// By password (also where the server asks for it interactively).
    Password(Secret),
    /// By a private key that stands in a file of the server's host.
    KeyFile {
        /// Which; `~/` is the server's home.
        path: String,
        /// What it is encrypted with.
        passphrase: Option<Secret>,
    },
    /// By a private key as text (OpenSSH, PKCS#1, PKCS#8 PEM).
    KeyData {
        /// The text.
        pem: Secret,
        /// What it is encrypted with.
        passphrase: Option<Secret>,
    },
}

/// Which host keys are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostKeys {
    /// Any (`strictHostKeyChecking=false`, Brooklyn's default).
    Any,
    /// Those that a known-hosts file of the server's host names; `add`: one of a host that it does not name yet
    /// is added to it.
    Known {
        /// The file; `~/` is the server's home.
        file: String,
        /// Whether unknown hosts are accepted once and remembered.
        add: bool,
    },
}

/// What can be asked of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Runs a bash script in a process group of its own until it ends.
    Script(Script),
    /// Finds the process whose id stands in a file (or that is `known` already) and reports its end.
    /// Identity is host, boot, pid and start time: a pid that was given to another process is `Gone`.
    Watch {
        /// The file that the launched process wrote its pid to.
        pid_file: String,
        /// The process as it was found before, when re-attaching.
        known: Option<ProcessRef>,
    },
    /// Finds the process of a script that an earlier master may have begun, and reports it and its end as
    /// [`Work::Watch`] does. One that has not begun never will.
    WatchScript {
        /// The script's working directory.
        cwd: String,
        /// What it was begun for.
        began_by: WorkKey,
    },
    /// Ends a process and its group: SIGTERM, and after `grace` SIGKILL. One that is gone already is success.
    Kill {
        /// Which.
        process: ProcessRef,
        /// How long it may take to end by itself.
        grace: Span,
    },
    /// Removes a run directory (only below the base directory of managed processes).
    RemoveDir {
        /// Which.
        dir: String,
    },
    /// Finds out what host this is: [`Outcome::Described`].
    Describe {
        /// Below which folder managed processes are to lie there; `~/` is the account's home. `None`: the default.
        base_dir: Option<String>,
    },
    /// Finds ports that nothing listens on, one for each wish: [`Outcome::Ports`].
    FindPorts {
        /// For each wish, what may be taken, in the order of preference. No port is given to two wishes.
        wishes: Vec<Vec<PortRange>>,
    },
    /// Writes files, folders included, each whole or not at all.
    Put {
        /// Which.
        files: Vec<FileToPut>,
    },
    /// Makes one request over HTTP: [`Outcome::Http`]. No redirect is followed to another scheme.
    Http(HttpRequest),
    /// Reads a text from an address (`http:`, `https:`, `file:`): [`Outcome::Fetched`].
    Fetch {
        /// The address.
        url: String,
        /// More is refused, in bytes.
        bytes_max: usize,
    },
    /// Compiles a blueprint of what is to be added below an entity: [`Outcome::Children`].
    Children {
        /// Its text.
        blueprint: String,
        /// What stands in the places of `${NAME}` in it, and is config of what is added.
        params: BTreeMap<String, Value>,
    },
    /// Reads a text out of bundles of the catalog: [`Outcome::Fetched`].
    ReadBundle {
        /// Which.
        file: BundleFile,
        /// More is refused, in bytes.
        bytes_max: usize,
    },
    /// Draws a password from the operating system's randomness: [`Outcome::Password`].
    Password {
        /// From which characters; where there are several groups, each gives one at least.
        groups: Vec<String>,
        /// How many characters.
        length: u32,
    },
}

/// Ports from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PortRange {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

/// A file to write on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileToPut {
    /// Where; an absolute path on the machine.
    pub path: String,
    /// What.
    pub content: FileContent,
    /// Its mode: 0o600, or 0o700 for what is run.
    pub mode: u32,
}

/// Where a file's content comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// From memory.
    Bytes(Arc<[u8]>),
    /// From an address (`http:`, `https:`, `file:`), read by the server and streamed to the machine.
    Url(String),
    /// Out of bundles of the catalog.
    Bundle(BundleFile),
}

/// A file of bundles: the first that has it gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Its path in them, without a slash in front.
    pub path: String,
    /// The bundles, nearest first.
    pub among: Vec<Held>,
}

/// Where a bundle's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The bundle.
    pub bundle: BundleId,
    /// What it was made from: a BOM by itself has no other file than `catalog.bom`.
    pub source: BundleSource,
}

/// A request over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// GET, POST and so on.
    pub method: String,
    /// Where.
    pub url: String,
    /// Headers by name.
    pub headers: Vec<(String, Secret)>,
    /// Basic authentication: user and password.
    pub login: Option<(String, Secret)>,
    /// What is sent.
    pub body: Option<Arc<[u8]>>,
    /// How long the whole may take.
    pub timeout: Span,
    /// Whether the certificate may be anybody's (Brooklyn's default for its feeds).
    pub trust_all: bool,
}

/// The answer to such a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Headers by name, in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text (bytes that are no UTF-8 replaced); one that is too long is an [`Outcome::Failed`].
    pub body: String,
    /// How long it took.
    pub took: Span,
}

/// A script to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// For people and file names: `install`, `launch`, `check-running`, an effector's name.
    pub name: String,
    /// The bash text.
    pub text: String,
    /// Environment added to that of a clean login (PATH, HOME, USER, LANG only).
    pub env: Vec<(String, String)>,
    /// The working directory, made (0700) when absent. The script's own files and its `stdout`, `stderr` go
    /// to `<cwd>/.brownstone/<task>-<step>-<attempt>/`, so that they outlive the server.
    pub cwd: String,
    /// Folders to make first.
    pub make_dirs: Vec<String>,
    /// After how long it is ended and counts as failed; `None`: never.
    pub timeout: Option<Span>,
    /// Whether `Outcome::Output` is wanted while it runs (every 5 s at most).
    pub progress: bool,
}

/// A process that cannot be mistaken for another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProcessRef {
    /// On which running of which host.
    pub host: Host,
    /// Its id there.
    pub pid: i32,
    /// Its process group.
    pub pgid: i32,
    /// When it began, in clock ticks since boot (`/proc/PID/stat` field 22).
    pub start_ticks: u64,
}

/// How work got on.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A script's process has begun.
    Started(ProcessRef),
    /// What a script has written up to now.
    Output(Streams),
    /// A script has ended.
    Ended {
        /// Its exit code, or 128 + signal.
        exit_code: i32,
        /// What it wrote.
        streams: Streams,
        /// Whether its time was up.
        timed_out: bool,
    },
    /// A watched process was found and is alive.
    Found(ProcessRef),
    /// A watched process is not there (any more); why, for people.
    Gone(String),
    /// What host a machine is.
    Described(Host),
    /// A free port for each wish, in its order.
    Ports(Vec<u16>),
    /// An answer over HTTP, whatever its status.
    Http(HttpResponse),
    /// A text that was read.
    Fetched(String),
    /// A blueprint of children was compiled.
    Children(Vec<EntitySpec>),
    /// A password that was drawn.
    Password(Secret),
    /// Done (kill, remove, put).
    Done,
    /// It was not or could not be done; why, for people. Nothing is left running by it.
    Failed(String),
}

impl Outcome {
    /// Whether nothing more follows for this work.
    pub fn is_final(&self) -> bool {
        !matches!(self, Outcome::Started(_) | Outcome::Output(_) | Outcome::Found(_))
    }
}

/// Both streams of a script, head and tail of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streams {
    /// Standard output.
    pub stdout: Captured,
    /// Standard error.
    pub stderr: Captured,
}

/// Head and tail of a stream; what is between them was cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// The first 64 KiB at most (bytes that are no UTF-8 replaced).
    pub head: String,
    /// The last 64 KiB at most of what follows the head.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tail: String,
    /// The length of the whole, in bytes.
    pub size: u64,
    /// Where the whole lies on the machine.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done; nothing to say.
    Done,
    /// A task was begun (or, for `Deploy`, an application with its start task).
    Task {
        /// The entity it is about.
        entity: EntityId,
        /// The task.
        task: TaskId,
    },
    /// A value (the earlier one, a flag).
    Value(Value),
    /// A bundle was added to the catalog.
    Bundle(Added),
    /// Refused.
    Refused(Refusal),
}

/// What became of a bundle that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Added {
    /// It is there now.
    New,
    /// It has taken the place of the one with its id.
    Replaced,
    /// The very same was there: nothing has changed.
    Identical,
}

/// Why a command was refused, by what the caller can do; one place in `server` makes HTTP of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such thing (404).
    #[error("{0}")]
    NotFound(String),
    /// It contradicts what is there (409).
    #[error("{0}")]
    Conflict(String),
    /// It makes no sense (400).
    #[error("{0}")]
    Invalid(String),
    /// The write key was used with another body (422).
    #[error("{0}")]
    KeyReused(String),
    /// A bound was met (503, Retry-After).
    #[error("{0}")]
    Overloaded(String),
    /// What the command was made from has changed since: to be made anew, then it may go well.
    #[error("{0}")]
    Stale(String),
}
