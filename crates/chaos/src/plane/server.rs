//! One server: its release folder, its settings, its processes.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::Signal;

use super::process::{self, is_of};
use super::{PASSWORD, Program, USER};

/// How long a script may take on a busy machine before it is given up.
const SCRIPT_WAIT_MAX: Duration = Duration::from_secs(90);

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) home: PathBuf,
    pub(crate) port: u16,
    /// What it is started with besides.
    pub(crate) environment: Vec<(String, String)>,
}

impl Server {
    /// Make its folder: loopback, the plane's store, and where the other servers reach it.
    pub(crate) fn lay_out(
        &self,
        program: &Program,
        store: &str,
        peer_port: u16,
        brooklyn: &str,
    ) -> Result<()> {
        program.unpack(&self.home)?;
        fs::write(self.home.join("none.properties"), "")?;
        self.append(
            "org.apache.brooklyn.osgilauncher.cfg",
            &format!(
                "highAvailabilityMode=AUTO\npersistMode=AUTO\npersistenceDir={store}\n\
                 globalBrooklynPropertiesFile=none.properties\n"
            ),
        )?;
        self.append(
            "org.ops4j.pax.web.cfg",
            &format!(
                "org.osgi.service.http.port.secure={}\norg.ops4j.pax.web.listening.addresses=127.0.0.1\n",
                self.port
            ),
        )?;
        self.append(
            "brooklyn.cfg",
            &format!(
                "brooklyn.webconsole.security.users={USER}\n\
                 brooklyn.webconsole.security.user.{USER}.password={PASSWORD}\n\
                 brownstone.ha.nodeUri=https://127.0.0.1:{peer_port}/\n{brooklyn}"
            ),
        )
    }

    fn append(&self, name: &str, lines: &str) -> Result<()> {
        let path = self.home.join("etc").join(name);
        let shipped = fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
        Ok(fs::write(&path, format!("{shipped}\n{lines}"))?)
    }

    pub(crate) fn start(&self) -> Result<()> {
        self.script("start")
    }

    pub(crate) fn stop(&self) -> Result<()> {
        self.script("stop")
    }

    fn script(&self, name: &str) -> Result<()> {
        let mut command = Command::new(self.home.join("bin").join(name));
        command.current_dir(&self.home).envs(self.environment.iter().cloned());
        process::run(command, &self.home.join(format!("{name}.txt")), SCRIPT_WAIT_MAX)
    }

    /// The server's own process while it lives.
    pub(crate) fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.home.join("pid.txt")).ok()?;
        text.trim().parse().ok().filter(|pid| is_of(*pid, &self.home))
    }

    /// The process that sees it die, while that lives.
    pub(crate) fn parent(&self) -> Option<u32> {
        let text = fs::read_to_string(self.home.join("data/server.json")).ok()?;
        let running: serde_json::Value = serde_json::from_str(&text).ok()?;
        let pid = u32::try_from(running["parent"].as_u64()?).ok()?;
        is_of(pid, &self.home).then_some(pid)
    }

    /// To the parent first: otherwise it would still tell of a killed server.
    pub(crate) fn signal(&self, signal: Signal, with_parent: bool) -> Result<()> {
        let parent = if with_parent { self.parent() } else { None };
        for pid in [parent, self.pid()].into_iter().flatten() {
            process::signal(pid, signal)?;
        }
        Ok(())
    }

    /// Kills what is left of it, and waits until it is gone.
    pub(crate) fn end(&self) {
        let begun = Instant::now();
        while begun.elapsed() < SCRIPT_WAIT_MAX {
            let left = [self.parent(), self.pid()];
            if left.iter().all(Option::is_none) {
                return;
            }
            for pid in left.into_iter().flatten() {
                // It may be gone already.
                let _ = process::signal(pid, Signal::SIGKILL);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
