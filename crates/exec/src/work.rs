//! What all work shares: who it is for, where it stands, and what its pieces say to each other.

use std::fmt;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use engine::effect::{Outcome, ProcessRef, Script, Streams, WorkKey};
use engine::input::Host;

use crate::error::StartError;
use crate::folder::Folder;
use crate::kill::Killing;
use crate::login::Login;
use crate::options::Options;
use crate::script::Running;
use crate::spawn::Launched;

/// Says whether this node may act for a key (its term is the current one and the lease is valid).
pub(crate) type Permit = Box<dyn Fn(&WorkKey) -> Result<(), String> + Send + Sync>;
/// Takes what has become of work.
pub(crate) type Report = Box<dyn Fn(WorkKey, Outcome) + Send + Sync>;

/// What the reactor and the workers have in common.
pub(crate) struct Context {
    pub(crate) host: Host,
    pub(crate) options: Options,
    pub(crate) login: Login,
    pub(crate) permit: Permit,
    pub(crate) report: Report,
    /// Set at shutdown: nothing is begun after it.
    pub(crate) stop: AtomicBool,
}

impl Context {
    /// Asked right before each outside action. A panic in it is a no: the reactor, which asks too, must live.
    pub(crate) fn permit(&self, key: &WorkKey) -> Result<(), String> {
        if self.stop.load(Ordering::Acquire) {
            return Err("this server is shutting down".to_owned());
        }
        catch_unwind(AssertUnwindSafe(|| (self.permit)(key))).unwrap_or_else(|_| {
            tracing::error!(?key, "asking whether this node may act panicked");
            Err("a defect in this server: it could not tell whether it may act; the log has the place"
                .to_owned())
        })
    }
}

impl Context {
    /// Why work for `there` is not done here: it is another host, or another running of this one.
    pub(crate) fn not_here(&self, there: &Host) -> Option<String> {
        let here = &self.host;
        if !there.is_same_host(here) {
            Some(format!("this is for host {}; this server runs on host {}", there.name, here.name))
        } else if !there.is_same_boot(here) {
            let name = &there.name;
            Some(format!("this is for host {name} as it ran before its restart; it was restarted since"))
        } else {
            None
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("host", &self.host)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Where one work stands.
#[derive(Debug)]
pub(crate) enum Stage {
    /// A script that waits for its turn.
    Queued(Script),
    /// A worker writes and starts a script.
    Starting { timeout_at: Option<Instant>, progress: bool, cancelled: bool },
    /// A script runs, or has ended and its output is being read.
    Running(Box<Running>),
    /// A worker looks for the process to watch.
    Finding,
    /// A process is watched.
    Watching(ProcessRef),
    /// A process was told to end.
    Killing(Killing),
    /// A worker removes a folder.
    Removing,
}

/// What a stage wants after something happened to it.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nothing now.
    Wait,
    /// A worker's help.
    Job(Job),
    /// To be over.
    Final(Outcome),
}

/// What a worker does.
#[derive(Debug)]
pub(crate) enum Job {
    /// Start a script.
    Start(Script),
    /// Read what a script has written if it is more than `shown`.
    Progress { folder: Folder, shown: (u64, u64) },
    /// Read what an ended script has written and tidy up.
    Finish { folder: Folder, exit_code: Option<i32> },
    /// Find the process to watch.
    Find { pid_file: String, known: Option<ProcessRef> },
    /// Find the process of a script that an earlier server may have begun.
    FindScript { cwd: String, began_by: WorkKey },
    /// Remove a folder below the base directory that work for this host was given.
    Remove { base: String, dir: String },
}

/// What a worker says.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A script runs, or not.
    Started(Result<Launched, StartError>),
    /// What it has written since; `None`: nothing new.
    Progress(Option<Streams>),
    /// What an ended script has written, and its exit code if that is known.
    Finished(Streams, Option<i32>),
    /// The process to watch, or why there is none.
    Found(Result<(ProcessRef, Option<OwnedFd>), Box<Outcome>>),
    /// The end.
    Final(Outcome),
}
