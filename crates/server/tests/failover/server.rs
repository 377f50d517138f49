//! A release folder and the server in it, used as the page says: edit a file, call a script, read `pid.txt`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::client::Client;
use crate::site::Site;

const PACKAGING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging");
const LAUNCHER: &str = "etc/org.apache.brooklyn.osgilauncher.cfg";

pub(crate) const USER: &str = "myusername";
pub(crate) const PASSWORD: &str = "mypassword";

pub(crate) struct Server {
    home: PathBuf,
    launch_dir: PathBuf,
    uri: Mutex<String>,
}

impl Server {
    pub(crate) fn unpack(site: &Site, name: &str, mode: &str, brooklyn: &str) -> Server {
        let home = site.path().join(name);
        let launch_dir = site.path().join(format!("{name}-launched-here"));
        for dir in [home.join("bin"), home.join("etc"), launch_dir.clone()] {
            fs::create_dir_all(dir).unwrap();
        }
        for dir in ["bin", "etc"] {
            for file in fs::read_dir(Path::new(PACKAGING).join(dir)).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), home.join(dir).join(file.file_name())).unwrap();
            }
        }
        let program = home.join("bin/brownstone");
        if fs::hard_link(env!("CARGO_BIN_EXE_brownstone"), &program).is_err() {
            fs::copy(env!("CARGO_BIN_EXE_brownstone"), &program).unwrap();
        }
        fs::set_permissions(home.join("bin/start"), fs::Permissions::from_mode(0o755)).unwrap();
        let server = Server { home, launch_dir, uri: Mutex::default() };
        let shared = site.shared();
        // As the page writes them, with the dash and the colon.
        server.add(
            LAUNCHER,
            &format!(
                "- highAvailabilityMode: {mode}\n- persistMode: AUTO\n- persistenceDir: {}\n",
                shared.display()
            ),
        );
        // What belongs to the person who runs the tests stays out of it.
        server.add(LAUNCHER, "globalBrooklynPropertiesFile=none.properties\n");
        fs::write(server.home.join("none.properties"), "").unwrap();
        server.add(
            "etc/org.ops4j.pax.web.cfg",
            "org.ops4j.pax.web.listening.addresses=127.0.0.1\norg.osgi.service.http.port.secure=0\n",
        );
        let base = site.path().join("managed");
        server.add(
            "etc/brooklyn.cfg",
            &format!(
                "brooklyn.webconsole.security.users={USER}\n\
                 brooklyn.webconsole.security.user.{USER}.password={PASSWORD}\n\
                 onbox.base.dir={}\n{brooklyn}",
                base.display()
            ),
        );
        server
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn launch_dir(&self) -> &Path {
        &self.launch_dir
    }

    pub(crate) fn add(&self, name: &str, text: &str) {
        let path = self.home.join(name);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, before + text).unwrap();
    }

    /// Another value for a key of the launcher's file: the page's own line is replaced.
    pub(crate) fn set(&self, key: &str, value: &str) {
        let path = self.home.join(LAUNCHER);
        let text = fs::read_to_string(&path).unwrap();
        let line = format!("- {key}: ");
        let mut lines: Vec<String> =
            text.lines().filter(|l| !l.starts_with(&line)).map(str::to_owned).collect();
        lines.push(format!("{line}{value}\n"));
        fs::write(path, lines.join("\n")).unwrap();
    }

    /// `bin/NAME` from the folder in which the person stands.
    pub(crate) fn script(&self, name: &str) -> Ran {
        Ran::of(
            Command::new(self.home.join("bin").join(name)).current_dir(&self.launch_dir).output().unwrap(),
        )
    }

    /// `bin/start`, which is expected to succeed.
    pub(crate) fn start(&self) -> Ran {
        let ran = self.script("start");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let uri = ran.out.split(" is ").next().unwrap().trim_end_matches('/').to_owned();
        assert!(uri.starts_with("https://127.0.0.1:"), "{ran:?}");
        *self.uri.lock().unwrap() = uri;
        ran
    }

    /// A line for the shell, in the folder in which the server was launched.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        Ran::of(Command::new("sh").args(["-c", line]).current_dir(&self.launch_dir).output().unwrap())
    }

    /// As the page says it.
    pub(crate) fn kill_9(&self) {
        let ran = self.shell("kill -9 $(cat pid.txt)");
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    pub(crate) fn uri(&self) -> String {
        self.uri.lock().unwrap().clone()
    }

    pub(crate) fn pid(&self) -> i32 {
        fs::read_to_string(self.launch_dir.join("pid.txt")).unwrap().trim().parse().unwrap()
    }

    /// The process that sees the server die.
    pub(crate) fn parent(&self) -> i32 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let after_name = stat.rsplit(") ").next().unwrap();
        after_name.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// What `ha/state` says, without its quotes; empty when nobody answers.
    pub(crate) fn state(&self, client: &Client) -> String {
        let reply = client.get(&self.uri(), "/v1/server/ha/state");
        reply.map(|r| r.body.trim_matches('"').to_owned()).unwrap_or_default()
    }

    /// What the header says, which knows one word more.
    pub(crate) fn role(&self, client: &Client) -> String {
        client.get(&self.uri(), "/livez").map(|r| r.header("x-ha-role")).unwrap_or_default()
    }

    pub(crate) fn json(&self, client: &Client, path: &str) -> Value {
        let reply = client.get(&self.uri(), path).unwrap();
        serde_json::from_str(&reply.body).unwrap_or_else(|e| panic!("{path}: {e}: {reply:?}"))
    }

    pub(crate) fn node_id(&self, client: &Client) -> String {
        self.json(client, "/v1/server/ha/states")["ownId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home.join("data/log/brooklyn.debug.log")).unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn signal(pid: i32, signal: Signal) {
    assert!(pid > 1);
    kill(Pid::from_raw(pid), signal).unwrap();
}
