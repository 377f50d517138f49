//! A release folder and the server in it, used as a person does: edit a file, call a script, read `pid.txt`. It
//! listens on loopback, on a port that the system chooses.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::Duration;

use brownstone_server::data::Data;
use brownstone_server::process::pids::Running;
use brownstone_server::process::request::{Answer, Request, send};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::client::Client;
use super::site::Site;

const PACKAGING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging");
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_brownstone");

pub(crate) const LAUNCHER: &str = "etc/org.apache.brooklyn.osgilauncher.cfg";
pub(crate) const PROPERTIES: &str = "etc/brooklyn.cfg";
pub(crate) const WEB: &str = "etc/org.ops4j.pax.web.cfg";
const LOOPBACK: &str =
    "org.ops4j.pax.web.listening.addresses=127.0.0.1\norg.osgi.service.http.port.secure=0\n";
/// What belongs to the person who runs the tests stays out of it.
const NOBODYS: &str = "globalBrooklynPropertiesFile=none.properties\n";

pub(crate) const USER: &str = "myusername";
pub(crate) const PASSWORD: &str = "mypassword";

pub(crate) struct Release {
    home: PathBuf,
    launch_dir: PathBuf,
    plane: PathBuf,
    uri: Mutex<String>,
    /// The test's folder, where nothing else lies in it.
    _site: Option<Site>,
}

impl Release {
    /// A release of its own with nothing in its files but what keeps it on loopback.
    pub(crate) fn new() -> Release {
        let site = Site::new();
        let home = site.path().join("only");
        let release = Release::lay_out(&site, "only", home.join("data/persisted-state"));
        release.write(WEB, LOOPBACK);
        release.write(LAUNCHER, NOBODYS);
        Release { _site: Some(site), ..release }
    }

    /// A further server of the same plane.
    pub(crate) fn beside(other: &Release) -> Release {
        let release = Release::new();
        let line = format!("persistenceDir={}\n", other.plane().display());
        other.add(LAUNCHER, &line);
        release.add(LAUNCHER, &line);
        Release { plane: other.plane.clone(), ..release }
    }

    /// A release as it is shipped, with the page's lines and these added to its files.
    pub(crate) fn unpack(site: &Site, name: &str, mode: &str, brooklyn: &str) -> Release {
        let release = Release::lay_out(site, name, site.shared());
        for file in fs::read_dir(Path::new(PACKAGING).join("etc")).unwrap().flatten() {
            fs::copy(file.path(), release.home.join("etc").join(file.file_name())).unwrap();
        }
        // As the page writes them, with the dash and the colon.
        let shared = site.shared();
        let page = format!(
            "- highAvailabilityMode: {mode}\n- persistMode: AUTO\n- persistenceDir: {}\n{NOBODYS}",
            shared.display()
        );
        release.add(LAUNCHER, &page);
        release.add(WEB, LOOPBACK);
        let base = site.path().join("managed");
        release.add(
            PROPERTIES,
            &format!(
                "brooklyn.webconsole.security.users={USER}\n\
                 brooklyn.webconsole.security.user.{USER}.password={PASSWORD}\n\
                 onbox.base.dir={}\n{brooklyn}",
                base.display()
            ),
        );
        release
    }

    fn lay_out(site: &Site, name: &str, plane: PathBuf) -> Release {
        let home = site.path().join(name);
        let launch_dir = site.path().join(format!("{name}-launched-here"));
        for dir in [home.join("bin"), home.join("etc"), launch_dir.clone()] {
            fs::create_dir_all(dir).unwrap();
        }
        for file in fs::read_dir(Path::new(PACKAGING).join("bin")).unwrap().flatten() {
            let copy = home.join("bin").join(file.file_name());
            fs::copy(file.path(), &copy).unwrap();
            fs::set_permissions(copy, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let program = home.join("bin/brownstone");
        if fs::hard_link(PROGRAM, &program).is_err() {
            fs::copy(PROGRAM, &program).unwrap();
        }
        fs::write(home.join("none.properties"), "").unwrap();
        Release { home, launch_dir, plane, uri: Mutex::default(), _site: None }
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Where the person stands who calls the scripts.
    pub(crate) fn launch_dir(&self) -> &Path {
        &self.launch_dir
    }

    pub(crate) fn plane(&self) -> &Path {
        &self.plane
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.home.join(name), text).unwrap();
    }

    pub(crate) fn add(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.home.join(name)).unwrap_or_default();
        self.write(name, &(before + text));
    }

    /// Another value for a key of the launcher's file: the page's own line is replaced.
    pub(crate) fn set(&self, key: &str, value: &str) {
        let text = fs::read_to_string(self.home.join(LAUNCHER)).unwrap();
        let line = format!("- {key}: ");
        let mut lines: Vec<String> =
            text.lines().filter(|l| !l.starts_with(&line)).map(str::to_owned).collect();
        lines.push(format!("{line}{value}\n"));
        self.write(LAUNCHER, &lines.join("\n"));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--home").arg(&self.home).current_dir(&self.launch_dir);
        command
    }

    /// The program itself.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// `bin/NAME`.
    pub(crate) fn script(&self, name: &str) -> Ran {
        let mut command = Command::new(self.home.join("bin").join(name));
        Ran::of(command.current_dir(&self.launch_dir).output().unwrap())
    }

    /// A line for the shell.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        Ran::of(Command::new("sh").args(["-c", line]).current_dir(&self.launch_dir).output().unwrap())
    }

    /// `bin/start`, which is expected to succeed.
    pub(crate) fn start(&self) -> Ran {
        self.started(self.script("start"))
    }

    /// The same, where no process may have more files open.
    pub(crate) fn start_with_files(&self, most: u32) -> Ran {
        let start = self.home.join("bin/start");
        self.started(self.shell(&format!("ulimit -n {most} && '{}'", start.display())))
    }

    fn started(&self, ran: Ran) -> Ran {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let uri = ran.out.split(" is ").next().unwrap().trim_end_matches('/').to_owned();
        assert!(uri.starts_with("https://127.0.0.1:"), "{ran:?}");
        *self.uri.lock().unwrap() = uri;
        ran
    }

    /// What no server can be started with: the foreground ends with the server's own exit code, and `start` with 1
    /// and that code in words. What both said.
    pub(crate) fn refuses(&self, code: i32, meaning: &str) -> [Ran; 2] {
        let run = self.run(&["server", "run"]);
        assert_eq!(run.code, Some(code), "{run:?}");
        let start = self.script("start");
        assert_eq!(start.code, Some(1), "{start:?}");
        let last = format!("the server ended with exit code {code} ({meaning})");
        assert_eq!(start.err.lines().last(), Some(last.as_str()), "{start:?}");
        [run, start]
    }

    /// As the page says it.
    pub(crate) fn kill_9(&self) {
        let ran = self.shell("kill -9 $(cat pid.txt)");
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    pub(crate) fn running(&self) -> Running {
        Running::read(&Data::of(&self.home)).expect("nothing was ever started here")
    }

    pub(crate) fn uri(&self) -> String {
        self.uri.lock().unwrap().clone()
    }

    pub(crate) fn pid(&self) -> u32 {
        fs::read_to_string(self.launch_dir.join("pid.txt")).unwrap().trim().parse().unwrap()
    }

    /// The process that sees the server die.
    pub(crate) fn parent(&self) -> u32 {
        self.running().parent
    }

    /// Without a login.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> std::io::Result<Answer> {
        send(&self.running().local, &Request { method: "GET", path, headers }, Duration::from_secs(5))
    }

    /// What the header says that it is; empty when nobody answers. It knows one word more than `state`.
    pub(crate) fn role(&self) -> String {
        let answer = self.get("/livez", &[]);
        answer.ok().and_then(|a| a.header("x-ha-role").map(str::to_owned)).unwrap_or_default()
    }

    /// What `ha/state` says, without its quotes; empty when nobody answers.
    pub(crate) fn state(&self, client: &Client) -> String {
        let reply = client.get(&self.uri(), "/v1/server/ha/state");
        reply.map(|r| r.body.trim_matches('"').to_owned()).unwrap_or_default()
    }

    pub(crate) fn json(&self, client: &Client, path: &str) -> Value {
        let reply = client.get(&self.uri(), path).unwrap();
        serde_json::from_str(&reply.body).unwrap_or_else(|e| panic!("{path}: {e}: {reply:?}"))
    }

    pub(crate) fn node_id(&self, client: &Client) -> String {
        self.json(client, "/v1/server/ha/states")["ownId"].as_str().unwrap().to_owned()
    }

    /// The node's own file, as it lies in the plane's folder.
    pub(crate) fn node_file(&self) -> Value {
        let id = json(&self.home.join("data/node.json"))["node"].as_str().unwrap().to_owned();
        json(&self.plane.join(format!("nodes/{id}.json")))
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home.join("data/log/brooklyn.debug.log")).unwrap_or_default()
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn signal(pid: u32, signal: Signal) {
    assert!(pid > 1);
    kill(Pid::from_raw(pid as i32), signal).unwrap();
}
