//! A guest: a kernel of its own as a process of this host. It is driven over its console, one line at a time.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{needs, network, tool};

/// How long a guest may take to boot and mount, on a busy host.
const BOOT: Duration = Duration::from_mins(1);
/// Lines that may wait for their reader.
const LINES_WAITING_MAX: usize = 4096;
/// Where the export is mounted.
pub(super) const MOUNT: &str = "/mnt/nfs";

/// One that runs.
pub(super) struct Guest {
    number: usize,
    child: Child,
    console: ChildStdin,
    lines: Receiver<String>,
    asked: u64,
    /// How the export is mounted, as the guest's kernel has it.
    pub(super) mounted: String,
}

/// What every guest boots with.
pub(super) fn lay_out(dir: &Path) -> Result<()> {
    let script = dir.join("guest.sh");
    fs::write(&script, include_str!("guest.sh"))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    let (modules, version) = needs::kernel()?;
    let root = dir.join("modules");
    fs::create_dir_all(root.join("lib"))?;
    std::os::unix::fs::symlink(modules, root.join("lib/modules"))?;
    tool("depmod", &["-b", &root.to_string_lossy(), &version])
}

impl Guest {
    /// Boot it; returns once it has mounted the export with these options.
    pub(super) fn boot(dir: &Path, number: usize, options: &str) -> Result<Self> {
        let (id, port) = (name(number), network::port(number));
        let mut linux = Command::new("linux.uml");
        linux.arg(&id).arg(format!("uml_dir={}/", dir.display()));
        linux.args(["mem=512M", "rootfstype=hostfs", "rootflags=/", "rw", "quiet", "loglevel=2"]);
        linux.args(["con=null", "con0=fd:0,fd:1", &format!("vec0:transport=tap,ifname={port},gro=1")]);
        linux.arg(format!("init={}", dir.join("guest.sh").display()));
        linux.arg(format!("lab_guest={}", number + 1)).arg(format!("lab_dir={}", dir.display()));
        linux.arg(format!("lab_mount={options}"));
        let log =
            File::options().create(true).append(true).open(dir.join(format!("guest{}.txt", number + 1)))?;
        linux.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.try_clone()?);
        let mut child = linux.spawn().context("linux.uml cannot be run")?;
        let (Some(console), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("a guest was started without its console");
        };
        let (sender, lines) = sync_channel(LINES_WAITING_MAX);
        std::thread::spawn(move || read(BufReader::new(output), log, &sender));
        let mut guest = Self { number, child, console, lines, asked: 0, mounted: String::new() };
        let mut mounted = String::new();
        guest.lines_until("the guest has mounted the export", BOOT, |line| {
            let found = line.strip_prefix("@mounted ");
            found.unwrap_or_default().clone_into(&mut mounted);
            found.is_some()
        })?;
        guest.mounted = mounted;
        Ok(guest)
    }

    /// Carry out a line of shell; what it said, or an error when it failed.
    pub(super) fn run(&mut self, line: &str, patience: Duration) -> Result<Vec<String>> {
        let (code, said) = self.run_any(line, patience)?;
        if code != 0 {
            bail!("`{line}` failed in guest {} (exit {code}): {}", self.number + 1, said.join("\n"));
        }
        Ok(said)
    }

    /// Carry out a line of shell; how it ended, and what it said.
    pub(super) fn run_any(&mut self, line: &str, patience: Duration) -> Result<(i32, Vec<String>)> {
        self.asked += 1;
        let done = format!("@done {} ", self.asked);
        self.send(&format!("{line}; echo \"{done}$?\""))?;
        let mut code = None;
        let said = self.lines_until(line, patience, |line| {
            code = line.strip_prefix(&done).and_then(|word| word.parse().ok());
            code.is_some()
        })?;
        Ok((code.unwrap_or(-1), said))
    }

    /// Hand over a line of shell without waiting for anything.
    pub(super) fn send(&mut self, line: &str) -> Result<()> {
        writeln!(self.console, "{line}").with_context(|| format!("guest {} is gone", self.number + 1))?;
        Ok(self.console.flush()?)
    }

    /// What the server in it says that it is, asked from within: it need not be reachable from outside.
    pub(super) fn role(&mut self) -> Result<String> {
        let said = self.run("role", Duration::from_secs(30))?;
        let word = said.iter().find_map(|line| line.strip_prefix("@role "));
        Ok(word.context("the guest says no role")?.to_owned())
    }

    /// Stop its time: nothing in it runs until it is thawed.
    pub(super) fn freeze(&self) -> Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Let it go on.
    pub(super) fn thaw(&self) -> Result<()> {
        self.signal(Signal::SIGCONT)
    }

    /// Pull its plug: nothing is written back, nobody is told.
    pub(super) fn power_off(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        // What a guest runs are processes of the host as well, and hold its network port.
        let word = name(self.number);
        let began = Instant::now();
        loop {
            let left = processes_with(&word);
            if left.is_empty() {
                return Ok(());
            }
            for pid in left {
                // One that ended meanwhile is what is wanted.
                let _ = kill(pid, Signal::SIGKILL);
            }
            if began.elapsed() > BOOT {
                bail!("guest {} cannot be stopped", self.number + 1);
            }
            sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)?)
    }

    /// Lines of the console, up to the one that is waited for.
    fn lines_until(
        &mut self,
        what: &str,
        patience: Duration,
        mut is_last: impl FnMut(&str) -> bool,
    ) -> Result<Vec<String>> {
        let until = Instant::now() + patience;
        let mut all = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if is_last(&line) => return Ok(all),
                Ok(line) if line.starts_with("@failed ") => {
                    bail!("guest {}: {}; {}", self.number + 1, &line[8..], all.join("\n"));
                }
                Ok(line) => all.push(line),
                Err(RecvTimeoutError::Timeout) => {
                    bail!("guest {} took over {patience:?}: {what}; {}", self.number + 1, all.join("\n"));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("guest {} ended: {what}; {}", self.number + 1, all.join("\n"));
                }
            }
        }
    }
}

/// How a guest is called among the processes of the host.
fn name(number: usize) -> String {
    format!("umid=guest{}", number + 1)
}

/// Processes that have this word as an argument. In a lab's own namespace there are no others' ones.
fn processes_with(word: &str) -> Vec<Pid> {
    let has = |pid: i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes())
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| *pid > 1 && has(*pid)).map(Pid::from_raw).collect()
}

fn read(mut output: impl BufRead, mut log: File, sender: &SyncSender<String>) {
    let mut bytes = Vec::new();
    while let Ok(1..) = output.read_until(b'\n', &mut bytes) {
        let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned();
        // The log is for people; a guest must not stop for it.
        let _ = writeln!(log, "{line}");
        // A reader who does not come must not stop the guest either: who asks next reads what fits.
        let _ = sender.try_send(line);
        bytes.clear();
    }
}
