//! The folders of the two servers and the one that they share, and their `bin/` scripts.

use std::fs::{self, DirBuilder};
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::dist;

/// The file that says that a folder was made by `./try`.
const MARK: &str = "made-by-try.txt";
const MARK_TEXT: &str = "Made by ./try: two servers (one, two) and the folder that they share (shared).\n\
    Stop them with `./try --stop` and this folder; it may be removed after that.\n";

/// One of the two servers: an unpacked release with its own settings.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) home: PathBuf,
    pub(crate) port: u16,
}

/// Two servers and their shared folder.
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) dir: PathBuf,
    pub(crate) servers: [Server; 2],
}

impl Plane {
    /// Make the folders, or refresh those of an earlier trial: its state stays, its programs and settings are new.
    pub(crate) fn lay_out(release: &Path, dir: &Path, ports: (u16, u16)) -> Result<Self> {
        let mark = dir.join(MARK);
        let occupied = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
        if occupied && !mark.is_file() {
            bail!("{} has something else in it; name a new or an empty folder", dir.display());
        }
        private_folder(dir)?;
        fs::write(&mark, MARK_TEXT).with_context(|| format!("{} cannot be written", dir.display()))?;
        let plane = Self::of(dir, ports);
        private_folder(&plane.shared())?;
        for server in &plane.servers {
            if server.running() {
                bail!(
                    "a server of {} still runs; stop it first: ./try --stop {}",
                    dir.display(),
                    dir.display()
                );
            }
            for part in ["bin", "etc"] {
                dist::copy_tree(&release.join(part), &server.home.join(part))?;
            }
            server.configure(&plane.shared())?;
        }
        Ok(plane)
    }

    /// An earlier trial as it is.
    pub(crate) fn open(dir: &Path, ports: (u16, u16)) -> Result<Self> {
        if !dir.join(MARK).is_file() {
            bail!("{} was not made by ./try", dir.display());
        }
        Ok(Self::of(dir, ports))
    }

    /// Stop both, the second first, so that nobody takes over in between. False when one did not stop.
    pub(crate) fn stop_all(&self) -> bool {
        let [first, second] = &self.servers;
        // Both are tried, whatever becomes of the first of them.
        let (second, first) = (second.stop(), first.stop());
        first && second
    }

    fn of(dir: &Path, ports: (u16, u16)) -> Self {
        let server = |name: &str, port| Server { home: dir.join(name), port };
        Self { dir: dir.to_path_buf(), servers: [server("one", ports.0), server("two", ports.1)] }
    }

    fn shared(&self) -> PathBuf {
        self.dir.join("shared")
    }
}

impl Server {
    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// `bin/start`, launched from the release folder; returns once the server answers.
    pub(crate) fn start(&self) -> Result<()> {
        println!("$ cd {} && bin/start", self.home.display());
        let status = self.script("start").status().context("bin/start cannot be run")?;
        if !status.success() {
            bail!("the server in {} did not start ({status}); its reason is above", self.home.display());
        }
        Ok(())
    }

    /// Whether `bin/status` says that it runs.
    pub(crate) fn running(&self) -> bool {
        let mut status = self.script("status");
        status.stdout(Stdio::null()).stderr(Stdio::null());
        status.status().is_ok_and(|status| status.success())
    }

    /// `bin/stop`, unless it does not run. False when it still does.
    fn stop(&self) -> bool {
        if !self.running() {
            return true;
        }
        println!("$ cd {} && bin/stop", self.home.display());
        self.script("stop").status().is_ok_and(|status| status.success())
    }

    /// A script of the release, in a process group of its own: a Ctrl-C is ours to act on.
    fn script(&self, name: &str) -> Command {
        let mut command = Command::new(self.home.join("bin").join(name));
        command.current_dir(&self.home).stdin(Stdio::null()).process_group(0);
        command
    }

    /// The settings of a pair, as the user guide has them, below what is shipped.
    fn configure(&self, shared: &Path) -> Result<()> {
        self.append(
            "org.apache.brooklyn.osgilauncher.cfg",
            &format!("highAvailabilityMode=AUTO\npersistMode=AUTO\npersistenceDir={}\n", shared.display()),
        )?;
        self.append(
            "org.ops4j.pax.web.cfg",
            &format!(
                "org.osgi.service.http.port.secure={}\norg.ops4j.pax.web.listening.addresses=127.0.0.1\n",
                self.port
            ),
        )
    }

    fn append(&self, name: &str, lines: &str) -> Result<()> {
        let path = self.home.join("etc").join(name);
        let shipped = fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
        fs::write(&path, format!("{shipped}\n# Set by ./try:\n{lines}"))
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// A new folder that only this user can look into: the password will be in it.
pub(crate) fn temporary_folder() -> Result<PathBuf> {
    let nanos =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    let path = std::env::temp_dir().join(format!("brownstone-try-{}-{nanos}", std::process::id()));
    // Not `recursive`: a folder that somebody else made by this name is refused.
    DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(path)
}

/// Whether both ports can be had; the release is not built for nothing.
pub(crate) fn ports_are_free((first, second): (u16, u16)) -> Result<()> {
    for port in [first, second] {
        if let Err(error) = TcpListener::bind(("127.0.0.1", port)) {
            bail!(
                "port {port} cannot be used ({error}); stop what has it, or name others: ./try --ports 18443,19443"
            );
        }
    }
    Ok(())
}

fn private_folder(path: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("{} cannot be made", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A release whose scripts only note that they were called.
    fn release(dir: &Path) -> PathBuf {
        let release = dir.join("release");
        for folder in ["bin", "etc"] {
            fs::create_dir_all(release.join(folder)).unwrap();
        }
        for (name, script) in [
            ("start", "#!/bin/sh\necho here > pid.txt\n"),
            ("stop", "#!/bin/sh\nrm pid.txt\n"),
            ("status", "#!/bin/sh\ntest -f pid.txt || exit 3\n"),
        ] {
            let path = release.join("bin").join(name);
            fs::write(&path, script).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        for name in ["org.apache.brooklyn.osgilauncher.cfg", "org.ops4j.pax.web.cfg"] {
            fs::write(release.join("etc").join(name), "# shipped\n").unwrap();
        }
        release
    }

    #[test]
    fn two_servers_share_one_folder_and_have_ports_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let plane = Plane::lay_out(&release(dir.path()), &state, (8443, 9443)).unwrap();
        for (server, port) in plane.servers.iter().zip(["8443", "9443"]) {
            let launcher =
                fs::read_to_string(server.home.join("etc/org.apache.brooklyn.osgilauncher.cfg")).unwrap();
            assert!(
                launcher.contains(&format!("persistenceDir={}\n", state.join("shared").display())),
                "{launcher}"
            );
            let web = fs::read_to_string(server.home.join("etc/org.ops4j.pax.web.cfg")).unwrap();
            assert!(
                web.contains(&format!("port.secure={port}\n")) && web.contains("addresses=127.0.0.1"),
                "{web}"
            );
        }
        assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn servers_are_started_in_their_folder_and_stopped_once() {
        let dir = tempfile::tempdir().unwrap();
        let release = release(dir.path());
        let state = dir.path().join("state");
        let plane = Plane::lay_out(&release, &state, (8443, 9443)).unwrap();
        plane.servers[0].start().unwrap();
        assert!(plane.servers[0].running() && !plane.servers[1].running());
        let refused = Plane::lay_out(&release, &state, (8443, 9443)).unwrap_err().to_string();
        assert!(refused.contains("./try --stop"), "{refused}");
        assert!(Plane::open(&state, (8443, 9443)).unwrap().stop_all());
        assert!(!plane.servers[0].running());
    }

    #[test]
    fn a_second_trial_keeps_state_and_does_not_repeat_settings() {
        let dir = tempfile::tempdir().unwrap();
        let release = release(dir.path());
        let state = dir.path().join("state");
        let plane = Plane::lay_out(&release, &state, (8443, 9443)).unwrap();
        fs::create_dir(plane.servers[0].home.join("data")).unwrap();
        let plane = Plane::lay_out(&release, &state, (18443, 19443)).unwrap();
        let web = fs::read_to_string(plane.servers[0].home.join("etc/org.ops4j.pax.web.cfg")).unwrap();
        assert!(web.contains("secure=18443") && !web.contains("=8443"), "{web}");
        assert!(plane.servers[0].home.join("data").is_dir());
    }

    #[test]
    fn a_folder_of_something_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let other = dir.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("letter.txt"), "mine").unwrap();
        let refused = Plane::lay_out(&release(dir.path()), &other, (8443, 9443)).unwrap_err().to_string();
        assert!(refused.contains("something else in it"), "{refused}");
        assert!(Plane::open(&other, (8443, 9443)).unwrap_err().to_string().contains("not made by ./try"));
    }

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = ports_are_free((port, port)).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--ports"), "{error}");
    }
}
