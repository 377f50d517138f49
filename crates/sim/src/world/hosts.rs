//! The hosts on which servers run, and what runs there: it outlives the server that began it, and dies with its host.

use std::collections::{BTreeMap, BTreeSet};

use engine::effect::{ProcessRef, WorkKey};
use engine::input::Host;

/// A host.
#[derive(Default)]
pub(super) struct SimHost {
    /// Counts its runnings.
    pub(super) boot: u64,
    next_pid: i32,
    /// What runs on it, by process id.
    pub(super) processes: BTreeMap<i32, Process>,
    /// Scripts that have not begun and never will: somebody has looked for them.
    pub(super) never: BTreeSet<WorkKey>,
}

/// A script, or what a script left running.
pub(super) struct Process {
    /// What it was begun for.
    pub(super) key: WorkKey,
    /// The file with its id, for a service.
    pub(super) pid_file: Option<String>,
    pub(super) start_ticks: u64,
    /// When, in true time.
    pub(super) began: u64,
}

impl SimHost {
    /// Something begins.
    pub(super) fn begin(&mut self, now: u64, key: WorkKey, pid_file: Option<String>) -> i32 {
        self.next_pid += 1;
        let pid = 1000 + self.next_pid;
        self.processes.insert(pid, Process { key, pid_file, start_ticks: now / 10_000, began: now });
        pid
    }

    /// A process as it is known to the engine.
    pub(super) fn reference(&self, host: Host, pid: i32) -> Option<ProcessRef> {
        let start_ticks = self.processes.get(&pid)?.start_ticks;
        Some(ProcessRef { host, pid, pgid: pid, start_ticks })
    }

    /// The living process that this is, if it is one.
    pub(super) fn find(&self, host: &Host, wanted: &ProcessRef) -> Option<i32> {
        let same = wanted.host.is_same_boot(host);
        let found = self.processes.get(&wanted.pid).filter(|p| p.start_ticks == wanted.start_ticks);
        found.filter(|_| same).map(|_| wanted.pid)
    }

    /// The service whose id stands in a file.
    pub(super) fn service(&self, pid_file: &str) -> Option<i32> {
        self.processes.iter().find(|(_, p)| p.pid_file.as_deref() == Some(pid_file)).map(|(pid, _)| *pid)
    }

    /// The script that was begun for this.
    pub(super) fn script(&self, key: &WorkKey) -> Option<i32> {
        self.processes.iter().find(|(_, p)| p.key == *key && p.pid_file.is_none()).map(|(pid, _)| *pid)
    }

    /// The host is restarted: nothing of before runs any more.
    pub(super) fn restart(&mut self) {
        *self = SimHost { boot: self.boot + 1, next_pid: self.next_pid, ..SimHost::default() };
    }
}
