//! Finding the process to watch, by its file or by what is known of it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use engine::effect::{Outcome, ProcessRef, WorkKey};
use engine::input::Host;

use crate::folder::Folder;
use crate::poller::pidfd;
use crate::process::{Presence, Stat, parse, presence, stat};

/// Finds the process, or says why there is none: `Gone` when that is known, `Failed` when it could not be
/// found out, since nobody may conclude a death from an error. The pidfd is opened before the identity is
/// compared, so that both are about the same process. Without a pidfd (descriptors used up) the caller polls.
pub(crate) fn find(
    host: &Host,
    pid_file: &str,
    known: Option<ProcessRef>,
) -> Result<(ProcessRef, Option<OwnedFd>), Box<Outcome>> {
    if let Some(known) = &known
        && !known.host.is_same_boot(host)
    {
        return Err(if known.host.is_same_host(host) {
            gone(format!("host {} was restarted since process {} began", host.name, known.pid))
        } else {
            failed(format!("process {} runs on host {}, not on {}", known.pid, known.host.name, host.name))
        });
    }
    let pid = match &known {
        Some(known) => known.pid,
        None => read_pid(pid_file)?,
    };
    let pidfd = pidfd(pid).ok();
    let unreadable = |error: io::Error| failed(format!("process {pid} cannot be looked at: {error}"));
    match known {
        Some(process) => match presence(&process).map_err(unreadable)? {
            Presence::Alive(_) => Ok((process, pidfd)),
            Presence::Gone => Err(gone(format!("process {pid} has ended"))),
            Presence::Other => Err(gone(format!("pid {pid} belongs to another process now"))),
        },
        None => match stat(pid).map_err(unreadable)?.filter(Stat::lives) {
            Some(stat) => {
                let (pgid, start_ticks) = (stat.pgid, stat.start_ticks);
                Ok((ProcessRef { host: host.clone(), pid, pgid, start_ticks }, pidfd))
            }
            None => Err(gone(format!("process {pid}, named by {pid_file}, is not running"))),
        },
    }
}

/// The same for a script that an earlier server may have begun for `key`.
pub(crate) fn find_script(
    host: &Host,
    cwd: &str,
    key: &WorkKey,
) -> Result<(ProcessRef, Option<OwnedFd>), Box<Outcome>> {
    let folder = Folder::claim(Path::new(cwd), key).map_err(|error| failed(error.to_string()))?;
    let of = folder.path().display();
    let line = folder.process().map_err(|error| failed(format!("cannot look into {of}: {error}")))?;
    let Some(line) = line else { return Err(gone(format!("the script of {of} never began"))) };
    let pid = line.split(' ').next().and_then(|pid| pid.parse().ok());
    let (Some(pid), Some(stat)) = (pid, parse(line.as_bytes())) else {
        return Err(failed(format!("the file `process` in {of} names no process: {line:?}")));
    };
    let (pgid, start_ticks) = (stat.pgid, stat.start_ticks);
    find(host, "", Some(ProcessRef { host: host.clone(), pid, pgid, start_ticks }))
}

fn read_pid(pid_file: &str) -> Result<i32, Box<Outcome>> {
    let mut text = Vec::new();
    match File::open(pid_file).and_then(|file| file.take(64).read_to_end(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(gone(format!("no pid file at {pid_file}")));
        }
        Err(error) => return Err(failed(format!("cannot read the pid file {pid_file}: {error}"))),
    }
    let text = String::from_utf8_lossy(&text);
    let word = text.split_ascii_whitespace().next().unwrap_or_default();
    // 1 is the system's first process: nothing that a blueprint launched.
    word.parse().ok().filter(|pid| *pid > 1).ok_or_else(|| {
        gone(format!("the pid file {pid_file} holds no process id (its first word is {word:?})"))
    })
}

fn gone(why: String) -> Box<Outcome> {
    Box::new(Outcome::Gone(why))
}

fn failed(why: String) -> Box<Outcome> {
    Box::new(Outcome::Failed(why))
}
