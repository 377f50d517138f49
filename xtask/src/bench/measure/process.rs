//! What the kernel says of a process.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, SysconfVar, sysconf};

/// Resident memory in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let text = read(pid, "status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.with_context(|| format!("the kernel names no memory of process {pid}"))? * 1024)
}

/// Time that it has spent on a core since it began.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let text = read(pid, "stat")?;
    let ticks = ticks(&text).with_context(|| format!("/proc/{pid}/stat cannot be understood"))?;
    let a_second = sysconf(SysconfVar::CLK_TCK)?.context("the kernel names no clock tick")?;
    Ok(Duration::from_secs_f64(ticks as f64 / a_second as f64))
}

/// Send a signal; a process that is gone already is none the worse for it.
pub(crate) fn signal(pid: u32, signal: Signal) -> Result<()> {
    match kill(Pid::from_raw(i32::try_from(pid)?), signal) {
        Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{signal} to process {pid}")),
    }
}

/// Whether a process is one of a release folder: its command line names that folder.
pub(crate) fn is_of(pid: u32, home: &Path) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let home = home.as_os_str().as_encoded_bytes();
    line.split(|byte| *byte == 0).any(|word| word == home)
}

fn read(pid: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{name}");
    fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))
}

/// `utime` and `stime` together. The program's name may have blanks in it, so fields are counted behind it.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_a_name_with_blanks() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 1 2 3 4 30 12 0 0 20 0 1 0 99 1 2";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (x"), None);
    }

    #[test]
    fn this_process_uses_memory_and_time() {
        let pid = std::process::id();
        assert!(resident(pid).unwrap() > 100_000);
        assert!(cpu(pid).is_ok());
        assert!(resident(u32::MAX).is_err());
    }
}
