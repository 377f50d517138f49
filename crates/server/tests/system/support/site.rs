//! Everything that one test makes lies in one folder, and every process that it started, however indirectly,
//! names that folder. So a test leaves nothing behind, even when it fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::volume::Volume;

/// Longer than anything that a test waits for takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) const TIMEOUT_2S: &str = "brooklyn.ha.heartbeatTimeout=2s\n";

pub(crate) struct Site {
    dir: tempfile::TempDir,
    volume: Option<Volume>,
}

impl Site {
    pub(crate) fn new() -> Site {
        let dir = tempfile::Builder::new().prefix("brownstone-failover-").tempdir().unwrap();
        fs::create_dir(dir.path().join("shared")).unwrap();
        Site { dir, volume: None }
    }

    /// The shared folder is a file system of its own from now on, seen by this thread and what it starts.
    pub(crate) fn mounted(
        mount: impl FnOnce(&Path, &Path) -> Result<Volume, String>,
    ) -> Result<Site, String> {
        let mut site = Site::new();
        site.volume = Some(mount(&site.shared(), &site.path().join("disk"))?);
        Ok(site)
    }

    pub(crate) fn volume(&self) -> &Volume {
        self.volume.as_ref().unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What the page calls `/mnt/brooklyn-persistence`.
    pub(crate) fn shared(&self) -> PathBuf {
        self.path().join("shared")
    }

    /// A release folder that was unpacked here, with these lines added to `brooklyn.cfg`.
    pub(crate) fn release(&self, name: &str, mode: &str, brooklyn: &str) -> Release {
        Release::unpack(self, name, mode, brooklyn)
    }

    /// Two servers, the first of them master, the second a hot standby.
    pub(crate) fn pair(&self, brooklyn: &str) -> (Release, Release, Client) {
        let first = self.release("first", "MASTER", brooklyn);
        let second = self.release("second", "AUTO", brooklyn);
        let client = start_pair(&first, &second);
        (first, second, client)
    }

    /// Servers by their arguments, what they manage by its environment.
    fn processes(&self) -> Vec<Pid> {
        processes_that_name(self.path())
    }
}

/// Starts two servers: the first becomes master, the second a hot standby.
pub(crate) fn start_pair(first: &Release, second: &Release) -> Client {
    first.start();
    let client = Client::trusting(first);
    until("the first is master", || first.state(&client) == "MASTER");
    second.start();
    until("the second stands by hot", || second.state(&client) == "HOT_STANDBY");
    client
}

/// Every process with that path in its arguments or its environment.
pub(crate) fn processes_that_name(path: &Path) -> Vec<Pid> {
    let name = path.as_os_str().as_encoded_bytes();
    let mentions = |pid: i32| {
        ["cmdline", "environ"].iter().any(|file| {
            fs::read(format!("/proc/{pid}/{file}"))
                .is_ok_and(|bytes| bytes.windows(name.len()).any(|part| part == name))
        })
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| *pid > 1 && mentions(*pid)).map(Pid::from_raw).collect()
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(volume) = &self.volume {
            volume.thaw();
        }
        let begun = Instant::now();
        loop {
            let left = self.processes();
            for pid in &left {
                let _ = kill(*pid, Signal::SIGKILL);
            }
            if left.is_empty() || begun.elapsed() > Duration::from_secs(5) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        if std::thread::panicking() {
            for name in ["first", "second", "only"] {
                let log = self.path().join(name).join("data/log/brooklyn.debug.log");
                if let Ok(text) = fs::read_to_string(log) {
                    let lines: Vec<&str> = text.lines().collect();
                    let tail = lines[lines.len().saturating_sub(60)..].join("\n");
                    eprintln!("the end of the log of {name}:\n{tail}");
                }
            }
        }
        self.volume.take();
    }
}

/// Waits until something is so, and says how long that took.
pub(crate) fn until(what: &str, is_so: impl FnMut() -> bool) -> Duration {
    within(PATIENCE, what, is_so)
}

/// Waits until something is so, for at most so long.
pub(crate) fn within(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < limit, "after {limit:?} still not: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    begun.elapsed()
}
