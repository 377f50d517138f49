//! A real sshd on several addresses of loopback, each of which a location takes for a machine of its own. Its keys
//! and its account's home lie in the test's folder, and so does what is managed over it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use nix::unistd::geteuid;

use super::site::{Site, until};

pub(crate) struct Sshd {
    dir: PathBuf,
    port: u16,
    hosts: Vec<String>,
    listener: Child,
}

impl Sshd {
    /// With so many machines.
    pub(crate) fn of(site: &Site, machines: u8) -> Sshd {
        let dir = site.path().join("sshd");
        fs::create_dir_all(dir.join("home")).unwrap();
        for key in ["host", "login"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(dir.join(key));
            assert!(keygen.status().unwrap().success());
        }
        let port = free_port();
        let hosts: Vec<String> = (2..).take(machines.into()).map(|n| format!("127.0.0.{n}")).collect();
        let listen: Vec<String> = hosts.iter().map(|host| format!("ListenAddress {host}:{port}")).collect();
        let config = format!(
            "{0}\nHostKey {1}/host\nAuthorizedKeysFile {1}/login.pub\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none\n\
             MaxStartups 200\nSetEnv HOME={1}/home\n",
            listen.join("\n"),
            dir.display()
        );
        fs::write(dir.join("config"), config).unwrap();
        if geteuid().is_root() {
            // Where sshd locks itself up before the login.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let listener = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(dir.join("config"))
            .stdin(Stdio::null())
            .stderr(fs::File::create(dir.join("log")).unwrap())
            .spawn()
            .expect("sshd of Debian's openssh-server");
        until("sshd listens", || TcpStream::connect((hosts[0].as_str(), port)).is_ok());
        Sshd { dir, port, hosts, listener }
    }

    /// `address:port` of each of its machines.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.hosts.iter().map(|host| format!("{host}:{}", self.port)).collect()
    }

    /// The file of the key that may log in.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.join("login")
    }

    /// The home of the account there.
    pub(crate) fn home(&self) -> PathBuf {
        self.dir.join("home")
    }

    /// `byon` as a blueprint has it, with a line of its own for each flag, indented by two.
    pub(crate) fn location(&self) -> String {
        let (key, hosts) = (self.key_file(), self.addresses().join(", "));
        format!("location:\n  byon:\n    privateKeyFile: {}\n    hosts: [{hosts}]\n", key.display())
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // One that has ended is as good; its sessions end with their servers.
        let _ = self.listener.kill();
        let _ = self.listener.wait();
    }
}

/// A port below those that the system gives to whoever asks for any.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 1000) as u16 * 8;
    let ports = (0..8000).map(|_| first + NEXT.fetch_add(1, Ordering::Relaxed));
    let mut free = ports.filter(|port| TcpListener::bind(("127.0.0.2", *port)).is_ok());
    free.next().unwrap()
}
