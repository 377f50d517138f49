//! A release folder of its own for each test, on loopback and a port that the system chooses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use brownstone_server::data::Data;
use brownstone_server::process::pids::Running;
use brownstone_server::process::request::{Answer, Request, send};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

pub(crate) const LAUNCHER: &str = "etc/org.apache.brooklyn.osgilauncher.cfg";
pub(crate) const PROPERTIES: &str = "etc/brooklyn.cfg";
pub(crate) const WEB: &str = "etc/org.ops4j.pax.web.cfg";

/// Longer than anything that a test waits for takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Release {
    dir: tempfile::TempDir,
}

impl Release {
    pub(crate) fn new() -> Release {
        let release = Release { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(release.home().join("etc")).unwrap();
        fs::create_dir(release.launch_dir()).unwrap();
        release.write(
            WEB,
            "org.ops4j.pax.web.listening.addresses=127.0.0.1\norg.osgi.service.http.port.secure=0\n",
        );
        release.write(LAUNCHER, "globalBrooklynPropertiesFile=none.properties\n");
        release.write("none.properties", "");
        release
    }

    /// A further server of the same plane.
    pub(crate) fn beside(other: &Release) -> Release {
        let release = Release::new();
        other.add(LAUNCHER, &format!("persistenceDir={}\n", other.plane().display()));
        release.add(LAUNCHER, &format!("persistenceDir={}\n", other.plane().display()));
        release
    }

    pub(crate) fn home(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn launch_dir(&self) -> PathBuf {
        self.home().join("launched-here")
    }

    pub(crate) fn plane(&self) -> PathBuf {
        self.home().join("data/persisted-state")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.home().join(name), text).unwrap();
    }

    pub(crate) fn add(&self, name: &str, text: &str) {
        let path = self.home().join(name);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, before + text).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brownstone"));
        command.args(arguments).arg("--home").arg(self.home()).current_dir(self.launch_dir());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Starts it in the background and expects it to answer.
    pub(crate) fn start(&self) -> Ran {
        let ran = self.run(&["server", "start"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran
    }

    /// What no server can be started with: the foreground ends with the server's own exit code, and `start` with 1
    /// and that code in words. What both said.
    pub(crate) fn refuses(&self, code: i32, meaning: &str) -> [Ran; 2] {
        let run = self.run(&["server", "run"]);
        assert_eq!(run.code, Some(code), "{run:?}");
        let start = self.run(&["server", "start"]);
        assert_eq!(start.code, Some(1), "{start:?}");
        let last = format!("the server ended with exit code {code} ({meaning})");
        assert_eq!(start.err.lines().last(), Some(last.as_str()), "{start:?}");
        [run, start]
    }

    pub(crate) fn running(&self) -> Running {
        Running::read(&Data::of(self.home())).expect("nothing was ever started here")
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> std::io::Result<Answer> {
        send(&self.running().local, &Request { method: "GET", path, headers }, Duration::from_secs(5))
    }

    /// What the server says that it is; nothing when it does not answer.
    pub(crate) fn role(&self) -> Option<String> {
        self.get("/livez", &[]).ok()?.header("x-ha-role").map(str::to_owned)
    }

    /// The node's own file, as it lies in the plane's folder.
    pub(crate) fn node_file(&self) -> Value {
        let id = json(&self.home().join("data/node.json"))["node"].as_str().unwrap().to_owned();
        json(&self.plane().join(format!("nodes/{id}.json")))
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home().join("data/log/brooklyn.debug.log")).unwrap_or_default()
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        let Some(running) = Running::read(&Data::of(self.home())) else { return };
        // The parent first: it would write the proof into a folder that is being removed. It is known by its
        // folder, for another test may have been given its pid by now.
        let home = self.home().to_string_lossy().into_owned();
        let lives = |pid: u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).split('\0').any(|argument| argument == home)
        };
        let deadline = Instant::now() + PATIENCE;
        for pid in [running.parent, running.pid] {
            if lives(pid) {
                let _ = kill(Pid::from_raw(pid as i32), Signal::SIGKILL);
            }
            while lives(pid) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        if std::thread::panicking() {
            eprintln!("the log of {}:\n{}", self.home().display(), self.log());
        }
    }
}

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn signal(pid: u32, signal: Signal) {
    assert!(pid > 1);
    kill(Pid::from_raw(pid as i32), signal).unwrap();
}

/// Waits until something is so, and says how long that took.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "after {PATIENCE:?} still not: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
    begun.elapsed()
}
