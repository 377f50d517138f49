//! A real sshd on loopback, with keys and a configuration of its own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use base::Span;
use engine::effect::{HostKeys, Machine, SshLogin, SshTarget};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;

use crate::bench::until;

pub(crate) struct Sshd {
    pub(crate) dir: TempDir,
    pub(crate) port: u16,
    listener: Option<Child>,
}

impl Sshd {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// With more lines of configuration.
    pub(crate) fn with(lines: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = port();
        for key in ["host", "login"] {
            keygen(&dir.path().join(key), &["-t", "ed25519", "-N", ""]);
        }
        let at = |name: &str| dir.path().join(name).display().to_string();
        fs::copy(at("login.pub"), at("authorized")).unwrap();
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none\n\
             MaxStartups 200\nMaxAuthTries 20\nSetEnv HOME={}\n{lines}\n",
            at("host"),
            at("authorized"),
            // The account's own start-up files are nothing that a test should wait for.
            at("home")
        );
        fs::create_dir(at("home")).unwrap();
        fs::write(at("config"), config).unwrap();
        let mut sshd = Self { dir, port, listener: None };
        sshd.start();
        // The probe itself is a session for a moment.
        until(|| sshd.sessions().is_empty().then_some(()));
        sshd
    }

    pub(crate) fn start(&mut self) {
        if geteuid().is_root() {
            // Where sshd locks itself up before the login.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let log = fs::File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let listener = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(self.dir.path().join("config"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("sshd of Debian's openssh-server");
        self.listener = Some(listener);
        until(|| TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    /// Ends it with all its sessions, as if the network were cut; what runs on the machine goes on.
    pub(crate) fn stop(&mut self) {
        let sessions = self.sessions();
        if let Some(mut listener) = self.listener.take() {
            listener.kill().unwrap();
            listener.wait().unwrap();
        }
        signal(&sessions, Signal::SIGKILL);
    }

    /// Cuts all connections; new ones are welcome.
    pub(crate) fn cut(&self) {
        signal(&self.sessions(), Signal::SIGKILL);
    }

    /// It goes still, and nobody is told.
    pub(crate) fn freeze(&self) {
        signal(&[self.pid()], Signal::SIGSTOP);
        signal(&self.sessions(), Signal::SIGSTOP);
    }

    pub(crate) fn thaw(&self) {
        signal(&self.sessions(), Signal::SIGCONT);
        signal(&[self.pid()], Signal::SIGCONT);
    }

    /// The processes that serve a connection each.
    pub(crate) fn sessions(&self) -> Vec<i32> {
        if self.listener.is_none() { Vec::new() } else { children(self.pid()) }
    }

    fn pid(&self) -> i32 {
        self.listener.as_ref().unwrap().id() as i32
    }

    /// How it is reached with the key that it knows.
    pub(crate) fn target(&self) -> SshTarget {
        let path = self.dir.path().join("login").display().to_string();
        self.target_with(SshLogin::KeyFile { path, passphrase: None })
    }

    pub(crate) fn target_with(&self, login: SshLogin) -> SshTarget {
        SshTarget {
            address: "127.0.0.1".to_owned(),
            port: self.port,
            user: None,
            logins: vec![login],
            host_keys: HostKeys::Any,
            connect_timeout: Span::secs(10),
            tries: 2,
            tries_timeout: Span::secs(20),
        }
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine::Ssh(Arc::new(self.target()))
    }

    /// Makes one more key that may log in.
    pub(crate) fn key(&self, name: &str, args: &[&str]) -> PathBuf {
        let file = self.dir.path().join(name);
        keygen(&file, args);
        let authorized = self.dir.path().join("authorized");
        let line = fs::read_to_string(file.with_extension("pub")).unwrap();
        fs::write(&authorized, fs::read_to_string(&authorized).unwrap() + &line).unwrap();
        file
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        if self.listener.is_some() {
            self.thaw();
            self.stop();
        }
    }
}

pub(crate) fn keygen(file: &Path, args: &[&str]) {
    let status = Command::new("ssh-keygen").arg("-q").args(args).arg("-f").arg(file).status().unwrap();
    assert!(status.success());
}

/// A port that stays this one's while its sshd is down: none that the system gives to whoever asks for any.
fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + (std::process::id() % 200) as u16 * 100;
    until(|| {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        TcpListener::bind(("127.0.0.1", port)).ok().map(|_| port)
    })
}

fn children(parent: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        fields.len() > 1 && fields[0] != "Z" && fields[1] == parent.to_string()
    })
    .collect()
}

fn signal(pids: &[i32], signal: Signal) {
    for pid in pids {
        // One that has ended is as good.
        let _sent = kill(Pid::from_raw(*pid), signal);
    }
}
