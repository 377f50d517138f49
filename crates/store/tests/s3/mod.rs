//! S3 servers by others, for tests, as `cargo xtask check` installs them in `target/tools`. Also used by the tests of
//! the server and by the benches.
//!
//! gofakes3 (in memory) looks and writes under one lock: it passes `store check`. versitygw (over a folder) checks
//! signatures, which gofakes3 does not; but it looks first and writes then, and `store check` finds it out: it must
//! hold no plane that servers share. (So does moto, which the check finds out too.)

// Not each user of this file uses all of it.
#![allow(dead_code, unused_imports, clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod counted;

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

pub(crate) use counted::Counted;

/// The key that the servers are started with.
pub(crate) const IDENTITY: &str = "brownstone";
/// Its other half.
pub(crate) const CREDENTIAL: &str = "not-a-secret-anywhere";
/// The bucket that is there from the start.
pub(crate) const BUCKET: &str = "planes";
/// How long a server may take to begin, on a busy machine.
const BEGIN: Duration = Duration::from_secs(90);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `gofakes3`: a sound PUT with If-None-Match; checks no signatures.
    Gofakes3,
    /// `versitygw posix`: checks signatures; its PUT with If-None-Match is not sound under a race.
    Versitygw,
}

/// A server on a free port of loopback; ends with this value.
pub(crate) struct S3 {
    child: Child,
    port: u16,
    dir: tempfile::TempDir,
}

impl S3 {
    /// Starts one with an empty bucket; `None`, after a line that says so, where it is not installed.
    pub(crate) fn start(kind: Kind) -> Option<S3> {
        let tool = match kind {
            Kind::Gofakes3 => tools().join("bin/gofakes3"),
            Kind::Versitygw => tools().join("bin/versitygw"),
        };
        if !tool.exists() {
            println!("skipped: {} is not installed; `cargo xtask check --only tools` does", tool.display());
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = File::create(dir.path().join("log")).unwrap();
        let mut command = Command::new(tool);
        match kind {
            Kind::Gofakes3 => {
                command.args(["-backend", "memory", "-initialbucket", BUCKET, "-quiet", "-host"]);
                command.arg(format!("127.0.0.1:{port}"));
            }
            Kind::Versitygw => {
                fs::create_dir_all(dir.path().join("objects").join(BUCKET)).unwrap();
                command.args(["--access", IDENTITY, "--secret", CREDENTIAL, "--quiet", "--port"]);
                command.arg(format!("127.0.0.1:{port}")).arg("posix").arg(dir.path().join("objects"));
            }
        }
        let child =
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut server = S3 { child, port, dir };
        server.wait();
        Some(server)
    }

    fn wait(&mut self) {
        let until = Instant::now() + BEGIN;
        loop {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            let log = || fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            assert!(self.child.try_wait().unwrap().is_none(), "the S3 server ended: {}", log());
            assert!(Instant::now() < until, "the S3 server does not begin: {}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes an empty object of any key (not for versitygw: nothing is signed).
    pub(crate) fn put(&self, key: &str) {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head =
            format!("PUT /{BUCKET}/{key} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close");
        write!(socket, "{head}\r\n\r\n").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `target/tools`, beside the folder that this binary was built in.
fn tools() -> PathBuf {
    let built = env::current_exe().unwrap();
    let target = built.ancestors().find(|up| up.join("tools").is_dir()).unwrap_or(Path::new("target"));
    target.join("tools")
}
