//! Processes: whether one is there, signals, and commands that are not waited for for ever.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Between two looks at something that takes a while.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether a process lives and is one of a release folder: its command line names that folder.
pub(crate) fn is_of(pid: u32, home: &Path) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let home = home.as_os_str().as_encoded_bytes();
    line.split(|byte| *byte == 0).any(|word| word == home)
}

/// A process that is gone already is none the worse for it.
pub(crate) fn signal(pid: u32, signal: Signal) -> Result<()> {
    match kill(Pid::from_raw(i32::try_from(pid)?), signal) {
        Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{signal} to process {pid}")),
    }
}

/// Run a command to its end, with what it says in a file; killed when it takes too long.
pub(crate) fn run(mut command: Command, said: &Path, limit: Duration) -> Result<()> {
    let out = File::create(said)?;
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
    let shown = format!("{}", command.get_program().to_string_lossy());
    let mut child = command.spawn().with_context(|| format!("{shown} cannot be started"))?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("{shown} failed ({status}): {}", fs::read_to_string(said).unwrap_or_default().trim());
        }
        if begun.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("{shown} did not end within {} s", limit.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
}
