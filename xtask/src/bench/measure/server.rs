//! A server as a user has it: a release folder of its own, its settings and its `bin/` scripts.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use super::process;

/// One server.
pub(crate) struct Server {
    pub(crate) home: PathBuf,
    pub(crate) port: u16,
}

impl Server {
    /// Make its folder, with settings for loopback and this plane.
    pub(crate) fn lay_out(&self, release: &Path, shared: &Path, cfg: &str) -> Result<()> {
        let bin = self.home.join("bin");
        fs::create_dir_all(&bin)?;
        for name in ["brownstone", "start", "stop", "status"] {
            let (from, to) = (release.join("bin").join(name), bin.join(name));
            // Copies of the program would keep the disk busy while it is measured.
            if fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to).with_context(|| format!("{} cannot be had", from.display()))?;
            }
        }
        crate::dist::copy_tree(&release.join("etc"), &self.home.join("etc"))?;
        let launcher = format!(
            "highAvailabilityMode=AUTO\npersistenceDir={}\nglobalBrooklynPropertiesFile=none.properties\n",
            shared.display()
        );
        let web = format!(
            "org.osgi.service.http.port.secure={}\norg.ops4j.pax.web.listening.addresses=127.0.0.1\n",
            self.port
        );
        fs::write(self.home.join("none.properties"), "")?;
        self.append("org.apache.brooklyn.osgilauncher.cfg", &launcher)?;
        self.append("org.ops4j.pax.web.cfg", &web)?;
        self.append("brooklyn.cfg", cfg)
    }

    fn append(&self, name: &str, lines: &str) -> Result<()> {
        let path = self.home.join("etc").join(name);
        let shipped = fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
        Ok(fs::write(&path, format!("{shipped}\n{lines}"))?)
    }

    /// `bin/start`.
    pub(crate) fn start(&self) -> Result<()> {
        self.script("start")
    }

    /// `bin/stop`.
    pub(crate) fn stop(&self) -> Result<()> {
        self.script("stop")
    }

    fn script(&self, name: &str) -> Result<()> {
        let said = self.home.join("said.txt");
        let mut command = Command::new(self.home.join("bin").join(name));
        command.current_dir(&self.home).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
        let status = command.stderr(File::create(&said)?).status()?;
        if !status.success() {
            bail!("bin/{name} failed ({status}): {}", fs::read_to_string(&said).unwrap_or_default().trim());
        }
        Ok(())
    }

    /// The server's own process.
    pub(crate) fn pid(&self) -> Result<u32> {
        let path = self.home.join("pid.txt");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        text.trim().parse().with_context(|| format!("{} has no pid in it", path.display()))
    }

    /// The process that sees it die.
    pub(crate) fn parent(&self) -> Result<u32> {
        let text = fs::read_to_string(self.home.join("data/server.json"))?;
        let running: serde_json::Value = serde_json::from_str(&text)?;
        let pid = running["parent"].as_u64().context("data/server.json names no parent")?;
        Ok(u32::try_from(pid)?)
    }

    /// `kill -9 $(cat pid.txt)`.
    pub(crate) fn kill(&self) -> Result<()> {
        process::signal(self.pid()?, Signal::SIGKILL)
    }

    /// As when the host is lost: nobody is left to tell.
    pub(crate) fn kill_with_parent(&self) -> Result<()> {
        let (server, parent) = (self.pid()?, self.parent()?);
        process::signal(parent, Signal::SIGKILL)?;
        process::signal(server, Signal::SIGKILL)
    }
}
