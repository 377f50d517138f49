//! What bounds the executor, by name, and what it is given.

use std::sync::Arc;
use std::time::Duration;

use crate::bundles::{Bundles, NoBundles};

/// How much at once and how long. The defaults are what a server uses.
#[derive(Clone, Debug)]
pub struct Options {
    /// Scripts that run at the same time; more wait their turn.
    pub scripts_at_once: usize,
    /// Works under way or waiting; more are refused.
    pub works_max: usize,
    /// Threads that write scripts and read their output.
    pub workers: usize,
    /// How often a script that wants it shows what it has written.
    pub progress_every: Duration,
    /// How long a script whose time is up, or that was cancelled, may take to end after SIGTERM.
    pub end_grace: Duration,
    /// Folders of ended scripts kept below one working directory; the oldest above it are removed.
    pub folders_kept: usize,
    /// Scripts that run on hosts over SSH at the same time; more wait their turn.
    pub ssh_scripts_at_once: usize,
    /// How long nothing may come from a host over SSH before it is asked whether it is there.
    pub ssh_keepalive: Duration,
    /// How long a connection over SSH may be idle before it is closed (Brooklyn's `sshCacheExpiryDuration`).
    pub ssh_idle_max: Duration,
    /// Where files of the catalog's bundles come from.
    pub bundles: Arc<dyn Bundles>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scripts_at_once: 64,
            works_max: 50_000,
            workers: 4,
            progress_every: Duration::from_secs(5),
            end_grace: Duration::from_secs(5),
            folders_kept: 200,
            ssh_scripts_at_once: 1000,
            ssh_keepalive: Duration::from_secs(10),
            ssh_idle_max: Duration::from_mins(5),
            bundles: Arc::new(NoBundles),
        }
    }
}
