//! A script that runs: its progress, its time limit, its end.

use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

use engine::effect::{Outcome, ProcessRef, Streams};
use nix::sys::signal::Signal;

use crate::folder::Folder;
use crate::options::Options;
use crate::process::{group_lives, signal_own_group};
use crate::spawn::Launched;
use crate::work::{Job, Next};

/// How often to look whether a group that was told to end is empty.
const GROUP_LOOK: Duration = Duration::from_millis(50);

/// A script from its start until its output has been read.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) process: ProcessRef,
    folder: Folder,
    timeout_at: Option<Instant>,
    progress_at: Option<Instant>,
    shown: (u64, u64),
    /// It was told to end.
    ending: Option<Ending>,
    /// Its first process has ended. It is not collected before its group is through with: until then its
    /// number, which is the group's too, cannot be given to another process.
    exited: bool,
    collected: bool,
    /// How it ended, if the system told when it was collected.
    exit_code: Option<i32>,
    /// A worker reads its files.
    reading: bool,
}

#[derive(Debug)]
struct Ending {
    timed_out: bool,
    kill_at: Instant,
    killed: bool,
    look_at: Instant,
}

impl Running {
    pub(crate) fn new(launched: Launched, timeout_at: Option<Instant>, progress_at: Option<Instant>) -> Self {
        let Launched { child, process, folder, .. } = launched;
        Self {
            child,
            process,
            folder,
            timeout_at,
            progress_at,
            shown: (0, 0),
            ending: None,
            exited: false,
            collected: false,
            exit_code: None,
            reading: false,
        }
    }

    /// When to look at it again.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        if self.collected {
            return None;
        }
        match &self.ending {
            Some(ending) if self.exited => Some(ending.look_at),
            Some(ending) if ending.killed => None,
            Some(ending) => Some(ending.kill_at),
            // Waits for a worker only.
            None if self.exited => None,
            None => [self.timeout_at, self.progress_at].into_iter().flatten().min(),
        }
    }

    /// Tells the whole group to end. This needs no permit: it ends what this executor itself began, and the
    /// limit was part of what was permitted.
    pub(crate) fn end(&mut self, timed_out: bool, now: Instant, options: &Options) {
        if self.ending.is_none() && !self.exited {
            signal_own_group(self.process.pid, Signal::SIGTERM);
            let kill_at = now + options.end_grace;
            self.ending = Some(Ending { timed_out, kill_at, killed: false, look_at: now });
        }
    }

    pub(crate) fn on_time(&mut self, now: Instant, options: &Options) -> Next {
        if self.timeout_at.is_some_and(|at| at <= now) {
            self.end(true, now, options);
        }
        if let Some(ending) = &mut self.ending
            && !ending.killed
            && ending.kill_at <= now
            && !self.collected
        {
            ending.killed = true;
            signal_own_group(self.process.pid, Signal::SIGKILL);
        }
        if self.progress_at.is_some_and(|at| at <= now) && !self.exited {
            self.progress_at = Some(now + options.progress_every);
            if !self.reading {
                self.reading = true;
                return Next::Job(Job::Progress { folder: self.folder.clone(), shown: self.shown });
            }
        }
        self.settle(now)
    }

    /// Its first process has ended.
    pub(crate) fn on_exit(&mut self, now: Instant) -> Next {
        self.exited = true;
        self.settle(now)
    }

    /// A worker has read what it wrote while it ran; gives what is worth showing.
    pub(crate) fn on_progress(&mut self, streams: Option<Streams>, now: Instant) -> (Option<Outcome>, Next) {
        self.reading = false;
        if let Some(streams) = &streams {
            self.shown = (streams.stdout.size, streams.stderr.size);
        }
        (streams.map(Outcome::Output), self.settle(now))
    }

    /// A worker has read all that it wrote.
    pub(crate) fn on_finished(&self, streams: Streams, exit_code: Option<i32>) -> Outcome {
        let timed_out = self.ending.as_ref().is_some_and(|ending| ending.timed_out);
        match exit_code {
            Some(exit_code) => Outcome::Ended { exit_code, streams, timed_out },
            None => Outcome::Failed("the script has ended, but the system does not tell how".to_owned()),
        }
    }

    /// Goes on to the end as far as it can: group empty, process collected, files read.
    fn settle(&mut self, now: Instant) -> Next {
        if !self.exited {
            return Next::Wait;
        }
        if let Some(ending) = &mut self.ending
            && !ending.killed
            && !self.collected
            && group_lives(self.process.pgid)
        {
            ending.look_at = ending.kill_at.min(now + GROUP_LOOK);
            return Next::Wait;
        }
        if !self.collected {
            self.collected = true;
            let status = self.child.try_wait().ok().flatten();
            self.exit_code = status
                .and_then(|status| status.code().or_else(|| status.signal().map(|signal| 128 + signal)));
        }
        if self.reading {
            return Next::Wait;
        }
        self.reading = true;
        Next::Job(Job::Finish { folder: self.folder.clone(), exit_code: self.exit_code })
    }
}
