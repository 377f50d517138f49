//! A server of the product in a guest: a release folder on the host's file system, which the guest sees, and its state
//! on the export, which the guest mounts.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::guest::{Guest, MOUNT};
use super::http::Client;
use super::network;

/// The plain port: the lab's client speaks no TLS. The servers among themselves do.
const PORT: u16 = 8081;
/// How long an answer to a question may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a server may take to start: it tries its store first, and processes start slowly in a guest.
const START: Duration = Duration::from_mins(3);

/// One server.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) guest: usize,
    home: PathBuf,
}

impl Node {
    /// Unpack a release for a guest; the plane is a folder of this name on the export.
    pub(super) fn lay_out(dir: &Path, release: &Path, guest: usize, plane: &str) -> Result<Self> {
        let home = dir.join(format!("server{}", guest + 1));
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        for part in ["bin", "etc"] {
            crate::dist::copy_tree(&release.join(part), &home.join(part))?;
        }
        fs::write(home.join("none.properties"), "")?;
        let node = Self { guest, home };
        node.append(
            "org.apache.brooklyn.osgilauncher.cfg",
            &format!(
                "highAvailabilityMode=AUTO\npersistMode=AUTO\npersistenceDir={MOUNT}/{plane}\n\
                 globalBrooklynPropertiesFile=none.properties\n"
            ),
        )?;
        node.append(
            "org.ops4j.pax.web.cfg",
            &format!(
                "org.osgi.service.http.port.secure=8443\norg.osgi.service.http.enabled=true\n\
                 org.osgi.service.http.port={PORT}\norg.ops4j.pax.web.listening.addresses={}\n",
                network::address(guest)
            ),
        )?;
        node.append(
            "brooklyn.cfg",
            "brooklyn.ha.heartbeatTimeout=2s\nbrooklyn.webconsole.security.users=lab\n\
             brooklyn.webconsole.security.user.lab.password=lab\n",
        )?;
        Ok(node)
    }

    fn append(&self, name: &str, lines: &str) -> Result<()> {
        let path = self.home.join("etc").join(name);
        let shipped = fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
        Ok(fs::write(&path, format!("{shipped}\n{lines}"))?)
    }

    /// `bin/start` in the guest.
    pub(super) fn start(&self, guest: &mut Guest) -> Result<()> {
        let home = self.home.display();
        guest.run(&format!("cd {home} && bin/start"), START).map(drop)
    }

    /// `kill -9` of the server alone: the process that proves its end lives on.
    pub(super) fn kill(&self, guest: &mut Guest) -> Result<()> {
        let pid = fs::read_to_string(self.home.join("pid.txt")).context("the server has no pid.txt")?;
        guest.send(&format!("kill -9 {}", pid.trim().parse::<u32>()?))
    }

    /// Whether it is fit for a plane, as `store check` says of the folder on the mount.
    pub(super) fn check_store(&self, guest: &mut Guest, patience: Duration) -> Result<(i32, Vec<String>)> {
        guest.run_any(&format!("{}/bin/brownstone store check {MOUNT}/check", self.home.display()), patience)
    }

    /// A client with a connection of its own.
    pub(super) fn client(&self, patience: Duration) -> Client {
        let [a, b, c, d] = [10, 77, 0, 11 + self.guest as u8];
        Client::new(SocketAddr::from(([a, b, c, d], PORT)), patience)
    }

    /// What it says that it is; nothing when it does not answer.
    pub(super) fn state(&self) -> String {
        let answer = self.client(PATIENCE).get("/v1/server/ha/state");
        answer.map(|answer| answer.body.trim_matches('"').to_owned()).unwrap_or_default()
    }
}
