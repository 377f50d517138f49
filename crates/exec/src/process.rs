//! What `/proc` says about a process: whether it is the one that is meant, and whether it still lives.

use std::fs;
use std::io;

use engine::effect::ProcessRef;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// The fields of `/proc/PID/stat` that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// One letter; `Z` and `X` are ended processes that somebody has yet to collect.
    state: u8,
    /// The process group.
    pub(crate) pgid: i32,
    threads: i64,
    /// When it began, in clock ticks since boot.
    pub(crate) start_ticks: u64,
}

impl Stat {
    /// Whether it still does something. A process whose first thread has ended shows as a zombie while its
    /// other threads go on.
    pub(crate) fn lives(&self) -> bool {
        !matches!(self.state, b'Z' | b'X' | b'x') || self.threads > 1
    }
}

/// How a process that was known stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is there.
    Alive(Stat),
    /// Nobody has its number (or only its remains do).
    Gone,
    /// Its number was given to another process since.
    Other,
}

/// Reads the state of process `pid`; `None` when there is none.
pub(crate) fn stat(pid: i32) -> io::Result<Option<Stat>> {
    match fs::read(format!("/proc/{pid}/stat")) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.raw_os_error() == Some(Errno::ESRCH as i32) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a line of `/proc/PID/stat`. The name stands in brackets and may itself hold spaces and brackets: the fields begin after the last one.
pub(crate) fn parse(text: &[u8]) -> Option<Stat> {
    let end_of_name = text.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(text.get(end_of_name + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().take(20).collect();
    // `fields[0]` is field 3 of proc_pid_stat(5).
    Some(Stat {
        state: *fields.first()?.as_bytes().first()?,
        pgid: fields.get(2)?.parse().ok()?,
        threads: fields.get(17)?.parse().ok()?,
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

/// Whether `process` (of this running of this host) is still there.
pub(crate) fn presence(process: &ProcessRef) -> io::Result<Presence> {
    Ok(match stat(process.pid)? {
        Some(stat) if stat.start_ticks != process.start_ticks => Presence::Other,
        Some(stat) if stat.lives() => Presence::Alive(stat),
        _ => Presence::Gone,
    })
}

/// Whether a process group has a member that is more than a zombie. Nobody may ever collect the zombies of
/// a container without an init, so they do not count.
pub(crate) fn group_lives(pgid: i32) -> bool {
    if killpg(Pid::from_raw(pgid), None) == Err(Errno::ESRCH) {
        return false;
    }
    let Ok(entries) = fs::read_dir("/proc") else { return false };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|pid| stat(pid).ok().flatten())
        .any(|stat| stat.pgid == pgid && stat.lives())
}

/// Signals the group of a child of this process that is not collected yet, so that its number cannot belong
/// to another one. Before `setsid` has run there is only the child itself.
pub(crate) fn signal_own_group(pid: i32, signal: Signal) {
    let pid = Pid::from_raw(pid);
    if let Err(error) = killpg(pid, signal).or_else(|_| kill(pid, signal)) {
        tracing::debug!(%pid, %signal, %error, "a script had ended before it was signalled");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let line = b"77 (a ) R 1 (b) S 1 70 60 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 3 0 998877 1 2 3";
        let stat = parse(line).unwrap();
        assert_eq!((stat.state, stat.pgid, stat.threads, stat.start_ticks), (b'S', 70, 3, 998_877));
        for bad in ["", "77 (cat", "77 (cat) S 1", "77 (cat) S x 70"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn this_test_is_alive_and_an_impossible_pid_is_not() {
        let own = stat(std::process::id() as i32).unwrap().unwrap();
        assert!(own.lives() && own.start_ticks > 0 && group_lives(own.pgid));
        assert_eq!(stat(i32::MAX).unwrap(), None);
        assert!(!group_lives(i32::MAX));
    }
}
