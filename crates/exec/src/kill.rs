//! Ending a process and its group: SIGTERM, patience, SIGKILL, and never a signal to a stranger.

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use base::Span;
use engine::effect::{Outcome, ProcessRef, WorkKey};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgrp};

use crate::poller::pidfd;
use crate::process::{Presence, group_lives, presence};
use crate::work::{Context, Next};

/// How often to look at a group whose first process has ended.
const GROUP_LOOK: Duration = Duration::from_millis(50);
/// How long a killed process may take to vanish before somebody is told (it hangs in the kernel).
const AFTER_KILL: Duration = Duration::from_secs(10);

/// A process that was told to end.
#[derive(Debug)]
pub(crate) struct Killing {
    pub(crate) process: ProcessRef,
    /// The group to end with it; `None` when it shares this server's.
    group: Option<i32>,
    kill_at: Instant,
    give_up_at: Option<Instant>,
    /// The process has ended; members of its group may live. Since one of them was seen alive a moment ago,
    /// the group's number has not been given away.
    gone: bool,
    look_at: Instant,
}

/// Tells the process to end. `Err`: that is all there is to it.
pub(crate) fn begin(
    context: &Context,
    key: &WorkKey,
    process: ProcessRef,
    grace: Span,
    now: Instant,
) -> Result<(Killing, Option<OwnedFd>), Box<Outcome>> {
    let over = |outcome| Err(Box::new(outcome));
    let failed = |why| over(Outcome::Failed(why));
    let pid = process.pid;
    if !process.host.is_same_host(&context.host) {
        let (there, here) = (&process.host.name, &context.host.name);
        return failed(format!("process {pid} runs on host {there}; this server runs on host {here}"));
    }
    if !process.host.is_same_boot(&context.host) {
        return over(Outcome::Done);
    }
    if pid <= 1 || pid == Pid::this().as_raw() {
        return failed(format!("process {pid} is the system's or this server; it is not ended"));
    }
    let pidfd = pidfd(pid).ok();
    let stat = match presence(&process) {
        Ok(Presence::Alive(stat)) => stat,
        Ok(Presence::Gone | Presence::Other) => return over(Outcome::Done),
        Err(error) => return failed(unreadable(pid, &error)),
    };
    // It may have founded a group of its own since it was found.
    let group = Some(stat.pgid).filter(|pgid| *pgid > 1 && *pgid != getpgrp().as_raw());
    let group = group.filter(|pgid| *pgid == process.pgid || *pgid == pid);
    let kill_at = now.checked_add(Duration::from_micros(grace.0)).unwrap_or(now + Duration::from_hours(24));
    let mut killing = Killing { process, group, kill_at, give_up_at: None, gone: false, look_at: now };
    match context.permit(key).and_then(|()| killing.signal(Signal::SIGTERM)) {
        Ok(()) => Ok((killing, pidfd)),
        Err(why) => failed(why),
    }
}

impl Killing {
    /// When to look at it again.
    pub(crate) fn deadline(&self) -> Instant {
        let step = self.give_up_at.unwrap_or(self.kill_at);
        if self.gone { self.look_at.min(step) } else { step }
    }

    /// The process has ended.
    pub(crate) fn on_exit(&mut self, now: Instant) -> Next {
        self.gone = true;
        self.look(now)
    }

    pub(crate) fn on_time(&mut self, context: &Context, key: &WorkKey, now: Instant) -> Next {
        if let Some(at) = self.give_up_at {
            if at <= now {
                let (pid, secs) = (self.process.pid, AFTER_KILL.as_secs());
                return Next::Final(Outcome::Failed(format!(
                    "process {pid} or one of its group has not ended {secs}s after SIGKILL; it hangs in the kernel"
                )));
            }
        } else if self.kill_at <= now {
            // Much time has passed since the first signal: this one is an action of its own.
            if let Err(why) = context.permit(key).and_then(|()| self.signal(Signal::SIGKILL)) {
                return Next::Final(Outcome::Failed(why));
            }
            self.give_up_at = Some(now + AFTER_KILL);
        }
        if self.gone { self.look(now) } else { Next::Wait }
    }

    fn look(&mut self, now: Instant) -> Next {
        if self.group.is_some_and(group_lives) {
            self.look_at = now + GROUP_LOOK;
            return Next::Wait;
        }
        Next::Final(Outcome::Done)
    }

    /// Signals the process and its group, after one more look that it is still the one that is meant.
    fn signal(&mut self, signal: Signal) -> Result<(), String> {
        let pid = self.process.pid;
        if !self.gone {
            match presence(&self.process).map_err(|error| unreadable(pid, &error))? {
                Presence::Alive(_) => {}
                Presence::Gone => self.gone = true,
                Presence::Other => {
                    (self.gone, self.group) = (true, None);
                    return Ok(());
                }
            }
        }
        let sent = match self.group {
            Some(group) => killpg(Pid::from_raw(group), signal),
            None if self.gone => Ok(()),
            None => kill(Pid::from_raw(pid), signal),
        };
        match sent {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(Errno::EPERM) => {
                Err(format!("process {pid} belongs to another user and cannot be ended from here"))
            }
            Err(error) => Err(format!("process {pid} cannot be signalled: {error}")),
        }
    }
}

fn unreadable(pid: i32, error: &io::Error) -> String {
    format!("process {pid} cannot be looked at: {error}")
}
