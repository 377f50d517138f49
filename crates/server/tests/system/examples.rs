//! Every blueprint of `examples/` does on this host what it says, on a real server.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::processes::{lives, pid_of, sensor};
use crate::support::client::Client;
use crate::support::release::{Release, signal};
use crate::support::site::{Site, until};
use crate::support::sshd::Sshd;

/// One server with one example on it.
struct Example {
    server: Release,
    client: Client,
    app: String,
    // Last: the others' processes end with it.
    _site: Site,
}

fn text_of(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(format!("{name}.yaml"));
    fs::read_to_string(file).unwrap()
}

impl Example {
    fn run(name: &str) -> Self {
        Self::deploy(&text_of(name))
    }

    fn deploy(blueprint: &str) -> Self {
        Self::deploy_on(Site::new(), blueprint)
    }

    fn deploy_on(site: Site, blueprint: &str) -> Self {
        let server = site.release("only", "MASTER", "");
        server.start();
        let client = Client::trusting(&server);
        until("it is master", || server.state(&client) == "MASTER");
        let (app, _) = client.deploy(&server, blueprint);
        Self { server, client, app, _site: site }
    }

    fn json(&self, path: &str) -> Value {
        self.server.json(&self.client, path)
    }

    /// The ids of all entities with their names, as often as a name occurs.
    fn named(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.json(&format!("/v1/applications/fetch?items={}", self.app))];
        while let Some(next) = open.pop() {
            match next {
                Value::Array(list) => open.extend(list.into_iter().rev()),
                Value::Object(map) => {
                    if map.get("name") == Some(&json!(name)) {
                        found.extend(map["id"].as_str().map(str::to_owned));
                    }
                    open.extend(map.get("children").cloned());
                }
                _ => {}
            }
        }
        found
    }

    fn path(&self, id: &str) -> String {
        format!("/v1/applications/{}/entities/{id}", self.app)
    }

    fn one(&self, name: &str) -> String {
        let mut id = String::new();
        until(&format!("there is '{name}'"), || {
            id = self.named(name).into_iter().next().unwrap_or_default();
            !id.is_empty()
        });
        self.path(&id)
    }

    fn sensor(&self, entity: &str, name: &str) -> String {
        sensor(&self.client, &self.server, entity, name)
    }

    fn state(&self) -> String {
        self.sensor(&self.path(&self.app), "service.state")
    }

    fn runs(&self) {
        until("the application runs", || {
            let state = self.state();
            assert!(state != "ON_FIRE", "it burns: {}", self.why());
            state == "RUNNING"
        });
    }

    /// What went wrong, for the message of a test that fails.
    fn why(&self) -> String {
        let tasks = self.json(&format!("{}/activities", self.path(&self.app)));
        let failed = |t: &&Value| t["isError"] == json!(true);
        let all = tasks.as_array().into_iter().flatten().filter(failed);
        let whole = |t: &Value| self.json(&format!("/v1/activities/{}", t["id"].as_str().unwrap()));
        all.map(|t| whole(t)["detailedStatus"].to_string()).collect::<Vec<_>>().join("\n")
    }

    fn invoke(&self, entity: &str, effector: &str) -> String {
        let path = format!("{entity}/effectors/{effector}?timeout=20s");
        let reply = self.client.post(&self.server.uri(), &path, "{}").unwrap();
        assert!(reply.status < 300, "{reply:?}");
        reply.body
    }

    fn run_dir(&self, entity: &str) -> PathBuf {
        PathBuf::from(self.sensor(entity, "run.dir"))
    }

    fn file(&self, entity: &str, name: &str) -> String {
        fs::read_to_string(self.run_dir(entity).join(name)).unwrap_or_default()
    }

    fn members(&self, cluster: &str) -> usize {
        self.sensor(cluster, "group.members.count").parse().unwrap_or(0)
    }
}

#[test]
fn hello_counts_and_tells() {
    let it = Example::run("hello");
    it.runs();
    let counter = it.one("counter");
    until("it counts", || it.file(&counter, "count").trim().parse::<u32>().is_ok_and(|n| n > 0));
    assert!(it.invoke(&counter, "tell").contains(char::is_numeric));
}

#[test]
fn three_tiers_come_up_each_after_what_it_needs() {
    let it = Example::run("three-tiers");
    it.runs();
    let page = it.one("page");
    let text = it.file(&page, "index.html");
    assert!(["fog", "river", "stone"].iter().all(|word| text.contains(word)), "{text}");
}

#[test]
fn a_cluster_grows_and_shrinks_with_its_load() {
    let it = Example::run("autoscaling-cluster");
    it.runs();
    let workers = it.one("workers");
    let load = |n: &str| {
        let path = format!("{workers}/sensors/load");
        assert_eq!(it.client.post(&it.server.uri(), &path, n).unwrap().status, 204);
    };
    assert_eq!(it.members(&workers), 1);
    load("90");
    until("it has grown", || it.members(&workers) > 1);
    load("1");
    until("it has shrunk", || it.members(&workers) == 1);
}

#[test]
fn a_process_that_dies_is_started_again() {
    let it = Example::run("self-healing");
    it.runs();
    let mortal = it.one("mortal");
    let first = pid_of(&it.client, &it.server, &mortal);
    signal(first, Signal::SIGKILL);
    until("another one runs", || {
        let now = it.file(&mortal, "pid.txt").trim().parse().unwrap_or(first);
        now != first && lives(now) && it.sensor(&mortal, "service.state") == "RUNNING"
    });
}

#[test]
fn a_failing_process_says_why_and_harms_nobody() {
    let it = Example::run("failing");
    until("it burns", || it.state() == "ON_FIRE");
    let (broken, sound) = (it.one("broken"), it.one("sound"));
    assert_eq!(it.sensor(&broken, "service.state"), "ON_FIRE");
    until("the other one runs", || it.sensor(&sound, "service.state") == "RUNNING");
    let why = it.why();
    for said in ["launch.command", "exit code 1", "/etc/no-such-file", "looking for the configuration"] {
        assert!(why.contains(said), "'{said}' is not in: {why}");
    }
}

#[test]
fn two_servers_get_two_ports() {
    let it = Example::run("ports");
    it.runs();
    let urls: Vec<String> = ["first", "second"].map(|n| it.sensor(&it.one(n), "main.uri")).into();
    assert_ne!(urls[0], urls[1]);
    for url in urls {
        let port: u16 = url.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        assert!((18200..=18300).contains(&port), "{url}");
        std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    }
}

#[test]
fn each_process_has_an_ssh_host_of_its_own_and_leaves_nothing_on_it() {
    let site = Site::new();
    let sshd = Sshd::of(&site, 2);
    let mut text = text_of("ssh-hosts");
    let account = nix::unistd::User::from_uid(nix::unistd::geteuid()).unwrap().unwrap().name;
    // As its first lines say: others stand in the place of these.
    for (written, ours) in [
        ("user: admin", format!("user: {account}")),
        ("~/.ssh/id_ed25519", sshd.key_file().display().to_string()),
        ("- 192.0.2.11\n", format!("- {}\n", sshd.addresses()[0])),
        ("- 192.0.2.12:2222", format!("- {}", sshd.addresses()[1])),
    ] {
        assert!(text.contains(written), "'{written}' is not in the example any more");
        text = text.replace(written, &ours);
    }
    let it = Example::deploy_on(site, &text);
    it.runs();
    let plots: Vec<String> = it.named("plot").iter().map(|id| it.path(id)).collect();
    let machines: BTreeSet<String> = plots.iter().map(|plot| it.sensor(plot, "host.sshAddress")).collect();
    let expected: BTreeSet<String> = sshd.addresses().iter().map(|a| format!("{account}@{a}")).collect();
    assert_eq!(machines, expected);
    let pids: Vec<u32> = plots.iter().map(|plot| pid_of(&it.client, &it.server, plot)).collect();
    assert!(pids.iter().all(|pid| lives(*pid)));
    let dirs: Vec<PathBuf> = plots.iter().map(|plot| it.run_dir(plot)).collect();
    assert!(dirs.iter().all(|dir| dir.starts_with(sshd.home()) && dir.is_dir()), "{dirs:?}");

    let path = format!("/v1/applications/{}", it.app);
    let removed = it.client.send(Method::DELETE, &it.server.uri(), &path, "", Duration::from_secs(10));
    assert_eq!(removed.unwrap().status, 202);
    until("it is gone", || it.client.get(&it.server.uri(), &path).unwrap().status == 404);
    assert!(!pids.iter().any(|pid| lives(*pid)) && !dirs.iter().any(|dir| dir.exists()));
}

#[test]
fn a_file_is_made_from_a_template() {
    let it = Example::run("templates");
    it.runs();
    let shown = it.invoke(&it.one("templated"), "show");
    for line in ["greeting = Good morning", "guest.1 = ADA", "guest.2 = GRACE"] {
        assert!(shown.contains(line), "{shown}");
    }
}

#[test]
fn a_secret_comes_from_outside_and_is_in_no_log() {
    let it = Example::run("external-config");
    it.runs();
    let keeper = it.one("keeper");
    assert_eq!(it.file(&keeper, "length").trim(), "8");
    assert!(!it.server.log().contains("br00k11n"), "the secret is in the log");
    let log = it.server.plane().join("log");
    let mut records = Vec::new();
    for folder in fs::read_dir(log).unwrap().flatten() {
        records.extend(fs::read_dir(folder.path()).unwrap().flatten().map(|f| f.path()));
    }
    assert!(!records.is_empty());
    for record in records {
        let text = fs::read_to_string(&record).unwrap();
        assert!(!text.contains("br00k11n"), "the secret is in {}", record.display());
    }
}

#[test]
fn members_are_summed_up_and_the_sum_is_told() {
    let it = Example::run("groups-and-enrichers");
    it.runs();
    let readers = it.one("readers");
    let number = |name: &str| it.sensor(&readers, name).parse::<f64>().unwrap_or_default();
    until("they are summed up", || (number("pages.read.total") - 42.0).abs() < 0.01);
    until("their average is told", || (number("pages.read.average") - 14.0).abs() < 0.01);
    let app = it.path(&it.app);
    until("the sum is told", || it.sensor(&app, "report") == "42 pages were read");
}

#[test]
fn an_effector_is_called_again_and_again() {
    let it = Example::run("scheduled");
    it.runs();
    let clock = it.one("clock");
    until("it has ticked twice", || it.file(&clock, "ticks").lines().count() >= 2);
}

#[test]
fn one_is_primary_and_another_follows_it() {
    let it = Example::run("primary-election");
    it.runs();
    let nodes = it.one("nodes");
    until("one is primary", || it.sensor(&nodes, "primary").contains("id"));
    let primary: Value = serde_json::from_str(&it.sensor(&nodes, "primary")).unwrap();
    let entity = it.path(primary["id"].as_str().unwrap());
    until("it was promoted", || it.file(&entity, "role").trim() == "primary");
    signal(pid_of(&it.client, &it.server, &entity), Signal::SIGKILL);
    until("another one is primary", || {
        let now: Value = serde_json::from_str(&it.sensor(&nodes, "primary")).unwrap_or_default();
        now["id"].is_string() && now["id"] != primary["id"]
    });
}

#[test]
fn a_fabric_has_a_member_for_each_place_and_a_sequence_counts() {
    let it = Example::run("sequence-and-fabric");
    it.runs();
    assert_eq!(it.members(&it.one("places")), 2);
    let numbers = it.one("numbers");
    let given: Vec<String> = (0..3).map(|_| it.invoke(&numbers, "incrementAndGet")).collect();
    let distinct: BTreeSet<&String> = given.iter().collect();
    assert_eq!(distinct.len(), 3, "{given:?}");
    assert!(given[0].contains("1001"), "{given:?}");
}
