//! The NFS server: Ganesha, in user space, exporting one folder of the lab.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{network, tool};

/// Where it keeps what it must know after a restart.
const STATE: &str = "/var/lib/nfs";
/// How long it may take to answer, or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server and its export.
pub(super) struct Nfsd {
    dir: PathBuf,
    child: Option<Child>,
}

impl Nfsd {
    /// Make the folders that it insists on.
    pub(super) fn lay_out(dir: &Path) -> Result<Self> {
        // The mounts are this namespace's own: what the host keeps there is not touched.
        for folder in [STATE, "/run"] {
            fs::create_dir_all(folder)?;
            tool("mount", &["-t", "tmpfs", "lab", folder])?;
        }
        for folder in [Path::new(STATE).join("ganesha"), "/run/ganesha".into(), dir.join("export")] {
            fs::create_dir_all(folder)?;
        }
        Ok(Self { dir: dir.to_owned(), child: None })
    }

    /// Start it anew with this lease, in seconds. The grace period is short: the lab has few clients.
    pub(super) fn configure(&mut self, lease: u32) -> Result<()> {
        self.stop()?;
        let settings = format!(
            "NFS_CORE_PARAM {{ Protocols = 4; NFS_Port = 2049; Enable_NLM = false; Enable_RQUOTA = false; \
             Enable_UDP = false; }}\n\
             NFSv4 {{ Grace_Period = {grace}; Lease_Lifetime = {lease}; Minor_Versions = 1, 2; \
             RecoveryBackend = fs; Only_Numeric_Owners = true; }}\n\
             EXPORT {{ Export_Id = 1; Path = {export}; Pseudo = /lab; Access_Type = RW; \
             Squash = No_Root_Squash; SecType = sys; Transports = TCP; FSAL {{ Name = VFS; }} }}\n\
             LOG {{ Default_Log_Level = EVENT; }}\n",
            grace = super::fault::GRACE.as_secs(),
            export = self.dir.join("export").display(),
        );
        fs::write(self.dir.join("ganesha.conf"), settings)?;
        self.start()
    }

    /// Start it; returns once it takes connections.
    pub(super) fn start(&mut self) -> Result<()> {
        let said = File::create(self.dir.join("ganesha.out"))?;
        let log = self.dir.join("ganesha.log");
        let mut server = Command::new("ganesha.nfsd");
        server.arg("-F").arg("-f").arg(self.dir.join("ganesha.conf")).arg("-L").arg(&log);
        server.args(["-p", "/run/ganesha/pid"]).stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let child = self.child.insert(server.spawn().context("ganesha.nfsd cannot be run")?);
        let address: SocketAddr = format!("{}:2049", network::HOST).parse()?;
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = child.try_wait()?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                bail!(
                    "the NFS server does not answer: {}",
                    last_lines(&fs::read_to_string(&log).unwrap_or_default())
                );
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Ask it to end, and wait.
    pub(super) fn stop(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGTERM)?;
        let began = Instant::now();
        while child.try_wait()?.is_none() {
            if began.elapsed() > PATIENCE {
                return self.crash();
            }
            sleep(Duration::from_millis(20));
        }
        self.child = None;
        Ok(())
    }

    /// `kill -9`.
    pub(super) fn crash(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
