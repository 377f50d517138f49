//! `brownstone`'s commands for a plane, as a person types them: over a fail-over, with the exit codes that the contract
//! names, and without a password on the line.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::release::{PASSWORD, PROGRAM, Ran, Release, USER};
use crate::support::site::{Site, until};

const BLUEPRINT: &str = "\
name: shop
location: localhost
services:
- type: org.apache.brooklyn.entity.software.base.EmptySoftwareProcess
  name: web
  brooklyn.initializers:
  - type: org.apache.brooklyn.core.effector.ssh.SshCommandEffector
    brooklyn.config: {name: tell, command: 'echo hi $A', parameters: {A: {defaultValue: aa}}}
";
const BROKEN: &str = "\
name: broken
location: localhost
services:
- type: org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess
  name: never
  brooklyn.config: {launch.command: 'echo out of luck >&2; exit 7', checkRunning.command: 'true'}
";

/// A desk from which a plane is used, with a login of its own.
struct Desk {
    home: PathBuf,
}

impl Desk {
    fn new(site: &Site) -> Desk {
        let home = site.path().join("desk");
        fs::create_dir(&home).unwrap();
        for (name, text) in [("shop.yaml", BLUEPRINT), ("broken.yaml", BROKEN), ("password", PASSWORD)] {
            fs::write(home.join(name), text).unwrap();
        }
        fs::set_permissions(home.join("password"), fs::Permissions::from_mode(0o600)).unwrap();
        Desk { home }
    }

    fn run(&self, line: &str) -> Ran {
        let mut command = Command::new(PROGRAM);
        command
            .args(line.split_whitespace())
            .env("HOME", &self.home)
            .env("TZ", "UTC")
            .env_remove("BRCLI_HOME");
        Ran::of(command.current_dir(&self.home).stdin(Stdio::null()).output().unwrap())
    }

    fn done(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
        ran.out
    }

    /// As `done`, with the progress that goes to standard error.
    fn progress(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
        ran.err + &ran.out
    }

    fn json(&self, line: &str) -> Value {
        let out = self.done(&format!("{line} --json"));
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{line}: {e}: {out}"))
    }

    fn refused(&self, code: i32, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(code), "{line}: {ran:?}");
        ran.err
    }

    fn log_in(&self, servers: &[&Release]) {
        let named: Vec<String> = servers.iter().map(|server| format!("--server {}", server.uri())).collect();
        let ca = servers[0].home().join("data/ca.pem");
        let line = format!(
            "login {} --user {USER} --password-file password --ca-file {}",
            named.join(" "),
            ca.display()
        );
        let said = self.done(&line);
        assert!(said.contains("logged in to") && !said.contains(PASSWORD), "{said}");
    }
}

#[test]
fn a_person_deploys_looks_and_acts_and_a_failover_in_between_is_not_noticed() {
    let site = Site::new();
    let (first, second, watcher) = site.pair("");
    let desk = Desk::new(&site);
    desk.log_in(&[&first, &second]);
    let kept = desk.home.join(".brownstone_login");
    assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);

    let said = desk.progress("deploy shop.yaml");
    assert!(said.contains("shop is deployed") && said.contains("Completed: start"), "{said}");
    assert!(!said.contains('\x1b'), "no colours where there is no terminal: {said}");
    let apps = desk.json("app");
    assert_eq!((&apps[0]["spec"]["name"], &apps[0]["status"]), (&"shop".into(), &"RUNNING".into()), "{apps}");
    assert!(desk.done("app shop").contains("RUNNING"));

    first.kill_9();
    assert_eq!(desk.done("app shop ent web effector tell invoke -P A=there"), "hi there\n");
    until("the second is master", || second.state(&watcher) == "MASTER");
    assert!(desk.done("ha status").contains("MASTER"));
    assert_eq!(desk.done("app shop ent web config a.text set hello"), "");
    assert_eq!(desk.done("app shop ent web config a.text"), "hello\n");
    assert_eq!(desk.json("app shop ent web sensor service.isUp"), Value::Bool(true));
    assert!(desk.done("app shop ent web logs").contains("hi there"));
    assert!(desk.done("app shop tree").contains("web"));
    assert!(desk.done("watch shop --looks 1").contains("web"));
    assert_eq!(desk.done("app shop ent web restart"), "");
    assert_eq!(desk.json("app shop ent web sensor service.state"), "RUNNING");
    assert!(desk.progress("app shop delete").contains("Completed"));
    assert_eq!(desk.json("app"), serde_json::json!([]));
}

#[test]
fn what_goes_wrong_is_told_by_the_exit_code() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let desk = Desk::new(&site);
    assert!(desk.refused(2, "app").contains("--server URL"), "nobody is logged in");
    desk.log_in(&[&only]);

    assert!(desk.refused(1, "app nope").contains("Application 'nope' not found"));
    assert!(desk.refused(1, "deploy password").contains("blueprint"));
    let why = desk.refused(1, "deploy broken.yaml");
    assert!(why.contains("never") && why.contains("brownstone activity"), "{why}");
    assert!(desk.refused(2, "app --bogus").contains("--bogus"));
    assert!(desk.refused(2, "deploy nope.yaml").contains("nope.yaml"));
    assert!(desk.refused(2, "app shop ent web effector tell invoke -P word").contains("NAME=VALUE"));

    fs::write(desk.home.join("wrong"), "wrong").unwrap();
    fs::set_permissions(desk.home.join("wrong"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(desk.refused(4, "app --password-file wrong").contains("the login was refused"));
    fs::set_permissions(desk.home.join("wrong"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(desk.refused(2, "app --password-file wrong").contains("chmod 600"));

    let line = desk.run("ha check");
    assert_eq!(line.code, Some(1), "{line:?}");
    assert!(
        line.out.starts_with("WARNING - 0 standbys can take over, ") && line.out.contains(" | standbys=0;1:"),
        "{line:?}"
    );
    assert_eq!(desk.run("ha check --standbys 0").code, Some(0));
    only.kill_9();
    assert_eq!(desk.run("ha check").code, Some(3));
    let why = desk.refused(3, "app --wait 2");
    assert!(why.contains("no server could be reached") && why.contains(&only.uri()), "{why}");
}

#[test]
fn a_servers_mode_and_priority_are_shown_and_set() {
    let site = Site::new();
    let (first, second, watcher) = site.pair("");
    let desk = Desk::new(&site);
    desk.log_in(&[&first, &second]);
    assert!(desk.refused(2, "ha mode").contains("--node"));
    let id = second.node_id(&watcher);
    assert!(desk.done(&format!("ha mode --node {id}")).ends_with("is HOT_STANDBY\n"));
    assert!(desk.done(&format!("ha mode standby --node {}", second.uri())).ends_with("is STANDBY\n"));
    assert!(desk.done(&format!("ha priority 7 --node {id}")).ends_with("has priority 7\n"));
    until("the plane knows", || desk.json("ha states")["nodes"][&id]["priority"] == 7);
    assert_eq!(desk.run("ha check").code, Some(0));
    assert!(desk.done("servers").contains("MASTER"));
}

#[test]
fn how_much_a_server_logs_is_changed_while_it_runs() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let desk = Desk::new(&site);
    desk.log_in(&[&only]);
    let levels = desk.done("log level");
    assert!(levels.contains("brownstone") && levels.contains("DEBUG"), "{levels}");
    // A refused handshake is told at DEBUG.
    let refused = || {
        let address = only.uri().replace("https://", "");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut stream, b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
    };
    let told = || only.log().matches("a TLS handshake failed").count();
    refused();
    until("it is told", || told() == 1);
    desk.done("log level brownstone_server::http=info");
    refused();
    assert!(desk.done("log level").contains("brownstone_server::http"));
    assert_eq!(told(), 1, "{}", only.log());
    let said = desk.json("log level brownstone_server::http=default");
    assert_eq!(said[0]["levels"]["brownstone_server::http"], Value::Null, "{said}");
    refused();
    until("it is told again", || told() == 2);
    assert!(only.log().contains("levels of the log were changed"));
    let said = desk.refused(1, "log level loud");
    assert!(said.contains("'loud' is no level"), "{said}");
}
