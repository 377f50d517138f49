//! S3 servers by others, for tests, as `cargo xtask check` installs them in `target/tools`. Also used by the tests of
//! the server and by the benches.
//!
//! gofakes3 (in memory) looks and writes under one lock, and Ceph's gateway creates exclusively: both pass `store
//! check`, and planes of the tests lie in either. versitygw (over a folder) looks first and writes then, and `store
//! check` finds it out: it must hold no plane that servers share. (So does moto, which the check finds out too.)

// Not each user of this file uses all of it.
#![allow(dead_code, unused_imports, clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod ceph;
mod counted;
mod faulty;
mod front;

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

pub(crate) use counted::Counted;
pub(crate) use faulty::{Fault, Faulty};

use ceph::Ceph;

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
    /// `radosgw` of Ceph: a sound PUT with If-None-Match; checks signatures, clocks and rights.
    Ceph,
    /// `versitygw posix`: checks signatures; its PUT with If-None-Match is not sound under a race.
    Versitygw,
}

/// A server on a free port of loopback; ends with this value.
pub(crate) struct S3 {
    /// The one that is asked is the last.
    children: Vec<Child>,
    port: u16,
    dir: tempfile::TempDir,
}

impl S3 {
    /// Starts one with an empty bucket; `None`, after a line that says so, where it is not installed. One that ends
    /// by itself while it begins (Ceph's store of objects does so now and then, with a fault of its own) is started anew.
    pub(crate) fn start(kind: Kind) -> Option<S3> {
        for _ in 0..2 {
            match S3::try_start(kind)? {
                Ok(server) => return Some(server),
                Err(said) => println!("the S3 server ended at its begin and is started anew: {said}"),
            }
        }
        let third = S3::try_start(kind)?;
        Some(third.unwrap_or_else(|said| panic!("the S3 server ends at its begin: {said}")))
    }

    /// One try; what was said by one that ended.
    fn try_start(kind: Kind) -> Option<Result<S3, String>> {
        let dir = tempfile::tempdir().unwrap();
        let ceph = Ceph::new(&tools(), dir.path());
        let tool = match kind {
            Kind::Gofakes3 => tools().join("bin/gofakes3"),
            Kind::Ceph => ceph.gateway(),
            Kind::Versitygw => tools().join("bin/versitygw"),
        };
        if !tool.exists() {
            println!("skipped: {} is not installed; `cargo xtask check --only tools` does", tool.display());
            return None;
        }
        let port = free_port();
        let log = File::create(dir.path().join("log")).unwrap();
        let mut command = Command::new(tool);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut server = S3 { children: Vec::new(), port, dir };
        let begun = match kind {
            Kind::Gofakes3 => {
                command.args(["-backend", "memory", "-initialbucket", BUCKET, "-quiet", "-host"]);
                server.children.push(command.arg(format!("127.0.0.1:{port}")).spawn().unwrap());
                server.wait()
            }
            Kind::Ceph => ceph
                .start(port, &mut server.children)
                .and_then(|()| server.wait())
                .and_then(|()| ceph.enrol())
                .map(|()| drop(server.ask("PUT", BUCKET, ""))),
            Kind::Versitygw => {
                let objects = server.dir.path().join("objects");
                fs::create_dir_all(objects.join(BUCKET)).unwrap();
                command.args(["--access", IDENTITY, "--secret", CREDENTIAL, "--quiet", "--port"]);
                command.arg(format!("127.0.0.1:{port}")).arg("posix").arg(objects);
                server.children.push(command.spawn().unwrap());
                server.wait()
            }
        };
        Some(begun.map(|()| server))
    }

    fn wait(&mut self) -> Result<(), String> {
        let until = Instant::now() + BEGIN;
        loop {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            if self.children.iter_mut().any(|child| child.try_wait().unwrap().is_some()) {
                return Err(self.logs());
            }
            assert!(Instant::now() < until, "the S3 server does not begin: {}", self.logs());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The ends of what its programs have written.
    fn logs(&self) -> String {
        let mut all = String::new();
        for path in fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().path()) {
            if path.to_string_lossy().ends_with("log") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let lines: Vec<&str> = text.lines().collect();
                let end = lines[lines.len().saturating_sub(20)..].join("\n");
                writeln!(all, "{}:\n{end}", path.display()).unwrap();
            }
        }
        all
    }

    /// A request of the owner, signed; what was answered.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--aws-sigv4", "aws:amz:us-east-1:s3"]);
        curl.args([
            "--user",
            &format!("{IDENTITY}:{CREDENTIAL}"),
            "--request",
            method,
            "--data-binary",
            body,
        ]);
        curl.args([
            "--header",
            "x-amz-content-sha256: UNSIGNED-PAYLOAD",
            "--header",
            "Content-Type: application/xml",
        ]);
        let output = curl.arg(format!("{}/{path}", self.endpoint())).output().unwrap();
        assert!(output.status.success(), "{method} {path}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Makes the bucket keep every version from now on, or no more of them.
    pub(crate) fn keep_versions(&self, on: bool) {
        let status = if on { "Enabled" } else { "Suspended" };
        let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        self.ask("PUT", &format!("{BUCKET}?versioning="), &body);
    }

    /// Gives the bucket a lifecycle rule that expires objects below a prefix after a year.
    pub(crate) fn expire(&self, prefix: &str) {
        let rule = format!(
            "<Rule><ID>sweep</ID><Filter><Prefix>{prefix}</Prefix></Filter><Status>Enabled</Status>\
             <Expiration><Days>365</Days></Expiration></Rule>"
        );
        let body = format!("<LifecycleConfiguration>{rule}</LifecycleConfiguration>");
        self.ask("PUT", &format!("{BUCKET}?lifecycle="), &body);
    }

    /// Takes the bucket's lifecycle rules away.
    pub(crate) fn expire_nothing(&self) {
        self.ask("DELETE", &format!("{BUCKET}?lifecycle="), "");
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
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port that nobody has, and that nobody is given by chance before a server takes it: the ports that the system hands
/// out, to listeners and to each connection of the tests beside this one, begin at 32768.
fn free_port() -> u16 {
    loop {
        let port = 10_000 + (RandomState::new().build_hasher().finish() % 20_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// `target/tools`, beside the folder that this binary was built in.
fn tools() -> PathBuf {
    let built = env::current_exe().unwrap();
    let target = built.ancestors().find(|up| up.join("tools").is_dir()).unwrap_or(Path::new("target"));
    target.join("tools")
}
