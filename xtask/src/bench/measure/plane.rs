//! Servers over one folder, what is waited for, and what is deployed.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use tokio::runtime::Runtime;

use super::client::{Answer, Connection, Login};
use super::process::{self, is_of};
use super::server::Server;

/// How long anything may take that is waited for. Beyond it something is broken, not slow.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// Servers over one folder. They are killed when the measurement ends.
pub(crate) struct Plane {
    pub(crate) servers: Vec<Server>,
    /// Where requests of the measurement itself run.
    pub(crate) runtime: Runtime,
}

impl Plane {
    /// Lay out servers that share a folder; `cfg` is added to each one's brooklyn.cfg.
    pub(crate) fn lay_out(release: &Path, dir: &Path, shared: &Path, n: usize, cfg: &str) -> Result<Self> {
        // Held together, so that no two of them are the same.
        let sockets: Vec<_> =
            (0..n).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<Result<_, _>>()?;
        let mut servers = Vec::new();
        for (i, socket) in sockets.iter().enumerate() {
            let server = Server { home: dir.join(format!("node-{i}")), port: socket.local_addr()?.port() };
            server.lay_out(release, shared, cfg)?;
            servers.push(server);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { servers, runtime })
    }

    /// A master (the first) and its hot standbys.
    pub(crate) fn start(release: &Path, dir: &Path, n: usize, cfg: &str) -> Result<(Self, Login)> {
        Self::start_at(release, dir, &dir.join("shared"), n, cfg)
    }

    /// The same, with another `persistenceDir`.
    pub(crate) fn start_at(
        release: &Path,
        dir: &Path,
        shared: &Path,
        n: usize,
        cfg: &str,
    ) -> Result<(Self, Login)> {
        let plane = Self::lay_out(release, dir, shared, n, cfg)?;
        plane.servers[0].start()?;
        let login = plane.login()?;
        plane.wait_for(&login, 0, "MASTER")?;
        for i in 1..n {
            plane.servers[i].start()?;
            plane.wait_for(&login, i, "HOT_STANDBY")?;
        }
        Ok((plane, login))
    }

    /// The login that the first server wrote down.
    pub(crate) fn login(&self) -> Result<Login> {
        let read = |name: &str| {
            let path = self.servers[0].home.join("data").join(name);
            fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
        };
        Login::new(read("ca.pem")?.as_bytes(), read("initial-password")?.trim())
    }

    /// A connection to a server.
    pub(crate) fn connect(&self, login: &Login, server: usize) -> Result<Connection> {
        let open = Connection::open(login, self.servers[server].port);
        self.runtime.block_on(open).context("the server does not take a connection")
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, login: &Login, server: usize, request: &[u8]) -> Result<Answer> {
        let mut connection = self.connect(login, server)?;
        Ok(self.runtime.block_on(connection.ask(request))?)
    }

    /// Wait until a server says this word.
    pub(crate) fn wait_for(&self, login: &Login, server: usize, word: &str) -> Result<()> {
        let request = login.get("/v1/server/ha/state");
        let wanted = format!("\"{word}\"");
        self.until(&format!("server {server} is {word}"), || {
            let mut connection = self.connect(login, server)?;
            let answer = self.runtime.block_on(connection.ask(&request))?;
            Ok(answer.text() == wanted)
        })
    }

    /// Look again and again. An error is not the end: a server that starts refuses connections.
    #[allow(clippy::unused_self, reason = "it is a plane that is waited for")]
    pub(crate) fn until(&self, what: &str, look: impl FnMut() -> Result<bool>) -> Result<()> {
        crate::wait::until(what, PATIENCE, PAUSE, look)
    }

    /// Deploy a blueprint; the path of its first entity.
    pub(crate) fn deploy(&self, login: &Login, yaml: &str) -> Result<String> {
        let request = login.request("POST", "/v1/applications", Some(("application/x-yaml", yaml)));
        let task = self.ask(login, 0, &request)?.json()?;
        let app = task["entityId"].as_str().context("the deployment names no application")?.to_owned();
        let children = login.get(&format!("/v1/applications/{app}/entities"));
        let mut entity = None;
        self.until("the application has an entity", || {
            let children = self.ask(login, 0, &children)?.json()?;
            entity = children[0]["id"].as_str().map(str::to_owned);
            Ok(entity.is_some())
        })?;
        let entity = entity.context("the application has no entity")?;
        let status = login.get(&format!("/v1/applications/{app}"));
        self.until("the application runs", || {
            Ok(self.ask(login, 0, &status)?.json()?["status"] == "RUNNING")
        })?;
        Ok(format!("/v1/applications/{app}/entities/{entity}"))
    }

    /// Deploy a blueprint and wait until its task is over; the application's path, and how long that took.
    pub(crate) fn deploy_all(&self, login: &Login, yaml: &str) -> Result<(String, Duration)> {
        let request = login.request("POST", "/v1/applications", Some(("application/x-yaml", yaml)));
        let mut connection = self.connect(login, 0)?;
        let mut ask = |request: &[u8]| self.runtime.block_on(connection.ask(request))?.json();
        let began = Instant::now();
        let task = ask(&request)?;
        let app = task["entityId"].as_str().context("the deployment names no application")?.to_owned();
        let id = task["id"].as_str().context("the deployment names no task")?;
        let look = login.get(&format!("/v1/activities/{id}"));
        let mut word = String::new();
        self.until("the deployment's task is over", || {
            ask(&look)?["currentStatus"].as_str().unwrap_or("In progress").clone_into(&mut word);
            Ok(word != "In progress")
        })?;
        let took = began.elapsed();
        anyhow::ensure!(word == "Completed", "the deployment ended as {word}");
        Ok((format!("/v1/applications/{app}"), took))
    }

    /// Delete an application and wait until it is gone.
    pub(crate) fn remove(&self, login: &Login, application: &str) -> Result<()> {
        self.ask(login, 0, &login.request("DELETE", application, None))?;
        let look = login.get(application);
        self.until("the application is gone", || Ok(self.ask(login, 0, &look)?.status == 404))
    }
}

/// A blueprint of entities that do nothing.
pub(crate) fn entities(n: usize) -> String {
    let one = "- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    format!("name: bench\nservices:\n{}", one.repeat(n))
}

impl Drop for Plane {
    fn drop(&mut self) {
        for server in &self.servers {
            // Those that were never started, or ended, have no pid; a killed parent leaves the file behind, and
            // then its pid must not be somebody else's.
            let pids = [server.pid(), server.parent()];
            for pid in pids.into_iter().flatten().filter(|pid| is_of(*pid, &server.home)) {
                // It ends either way.
                let _ = process::signal(pid, Signal::SIGKILL);
            }
        }
    }
}
