//! Carries out what the engine asks of a machine, and of the server itself.
//!
//! One thread (the reactor) owns all scripts, watches, kills and removals of this host and sleeps in `epoll` on the pidfds of scripts and watched
//! processes, so a thousand idle watches cost no thread and no wake-up. What touches a disk (writing a script,
//! reading its output, removing a folder) is done by a few workers and comes back to the reactor as a message.
//!
//! A server that dies takes nothing with it: scripts have a session of their own, write to files, and leave
//! their exit code in one.
//!
//! What waits for the network or is over at once (requests, files from elsewhere, passwords, free ports, files
//! to write) are tasks of a small tokio runtime beside it ([`net`]).
//!
//! Not here: what to do and when (engine), whether this node may act (the caller's `permit`).

mod bundles;
mod capture;
mod error;
mod executor;
mod folder;
mod host;
mod kill;
mod limits;
mod local;
mod login;
mod net;
mod options;
mod poller;
mod probe;
mod process;
mod reactor;
mod remove;
mod script;
mod server;
mod spawn;
mod ssh;
mod watch;
mod work;
mod worker;

pub use bundles::{BundleBytes, Bundles};
pub use error::{StartError, SubmitError};
pub use executor::Executor;
pub use host::host;
pub use options::Options;
pub use probe::{Look, probe_here, probe_ssh};
pub use server::read_text;
