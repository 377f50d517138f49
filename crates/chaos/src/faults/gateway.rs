//! An S3 server on this host for campaigns over a bucket: gofakes3, in memory. It looks and writes under one lock, so
//! its conditional PUT is sound; the ways to it are what breaks.

use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const BUCKET: &str = "planes";
/// How long it may take to begin on a busy machine.
const BEGIN_MAX: Duration = Duration::from_mins(1);

/// It ends with this value.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) port: u16,
}

impl Gateway {
    /// With an empty bucket.
    pub(crate) fn start(program: &Path, port: u16, log: &Path) -> Result<Gateway> {
        let log = File::create(log)?;
        let mut command = Command::new(program);
        command.args(["-backend", "memory", "-initialbucket", BUCKET, "-quiet"]);
        command.args(["-host", &format!("127.0.0.1:{port}")]).stdin(Stdio::null());
        let child = command.stdout(log.try_clone()?).stderr(log).spawn();
        let child = child.with_context(|| {
            format!("{} cannot be started; `cargo xtask check --only tools` installs it", program.display())
        })?;
        let gateway = Gateway { child, port };
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if begun.elapsed() > BEGIN_MAX {
                bail!("the S3 server does not begin to listen on port {port}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(gateway)
    }

    /// What a server is to be told as `persistenceDir`.
    pub(crate) fn place() -> String {
        format!("s3://{BUCKET}/chaos")
    }

    /// What a server must have in its environment that reaches it by this port.
    pub(crate) fn environment(port: u16) -> Vec<(String, String)> {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            set("AWS_ENDPOINT", &format!("http://127.0.0.1:{port}")),
            set("AWS_REGION", "us-east-1"),
            set("AWS_ACCESS_KEY_ID", "chaos"),
            set("AWS_SECRET_ACCESS_KEY", "on-loopback"),
        ]
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It ends either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
