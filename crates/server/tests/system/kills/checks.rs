//! What must hold after each kill, and after all.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use serde_json::Value;

use super::apps::Kind;
use super::view::Seen;
use super::world::{App, World};
use crate::support::site::{processes_that_name, until};

/// Longer than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const AT_REST: [&str; 5] = ["RUNNING", "STOPPED", "ON_FIRE", "CREATED", ""];

impl World {
    /// The new master shows each application whole, everything is at rest, what was cut off says so, and what it
    /// says of processes is so.
    pub(super) fn is_consistent(&self) {
        let mut seen = Vec::new();
        until("everything is at rest and what runs is up", || {
            seen = self.entities();
            seen.iter().all(|e| {
                let is_up = e.text("service.isUp") == "true";
                AT_REST.contains(&e.state().as_str()) && (e.state() != "RUNNING" || is_up)
            })
        });
        for app in &self.apps {
            let of: Vec<&Seen> = seen.iter().filter(|e| e.app == app.id).collect();
            assert!(!of.is_empty(), "{} was acknowledged and is not there", app.name);
            is_whole(app, &of);
        }
        for e in seen.iter().filter(|e| e.state() == "ON_FIRE") {
            assert!(!e.reason().is_empty(), "{} burns and does not say why: {e:#?}", e.name);
        }
        self.has_processes_as_said(&seen);
        has_own_ports_and_machines(&seen);
        self.says_what_was_cut_off(&seen);
    }

    fn has_processes_as_said(&self, seen: &[Seen]) {
        for e in seen.iter().filter(|e| e.is_process()) {
            match e.state().as_str() {
                // It becomes what it is called a moment after it began.
                "RUNNING" => _ = until(&format!("one process runs: {e:#?}"), || self.count_of(e) == 1),
                "STOPPED" => assert_eq!(self.count_of(e), 0, "{e:#?}"),
                _ => assert!(self.count_of(e) <= 1, "{e:#?}"),
            }
        }
    }

    fn count_of(&self, e: &Seen) -> usize {
        self.processes().get(&e.text("run.dir")).map_or(0, Vec::len)
    }

    /// No task goes on after its master; the interrupted ones tell whose they were.
    fn says_what_was_cut_off(&self, seen: &[Seen]) {
        for e in seen {
            let tasks = self.json(&format!("{}/activities", e.path()));
            for task in tasks.as_array().unwrap() {
                assert_ne!(task["currentStatus"], "In progress", "{}: {task:#}", e.name);
                if is_interrupted(task) {
                    let whole = self.json(&format!("/v1/activities/{}", task["id"].as_str().unwrap()));
                    let said = whole["result"].as_str().unwrap_or_default();
                    assert!(said.contains("interrupted: master"), "{}: {whole:#}", e.name);
                }
            }
        }
    }

    /// Nothing of an application is left: no process, no run directory.
    pub(super) fn is_gone(&self, app: &str) {
        for dir in self.dirs_of(app) {
            let left: Vec<_> = processes_that_name(&dir).into_iter().map(shown).collect();
            assert!(left.is_empty(), "processes of {app} are left: {left:#?}");
            let left: Vec<_> = fs::read_dir(&dir).into_iter().flatten().flatten().map(|d| d.path()).collect();
            assert!(left.is_empty(), "run directories are left: {left:?}");
        }
    }

    /// Waits until an application is so; it must not burn for that long.
    pub(super) fn reaches(&self, app: &App, what: &str, mut is_so: impl FnMut(&[Seen]) -> bool) {
        let begun = Instant::now();
        loop {
            let of = self.of_app(&app.id);
            if is_so(&of) {
                return;
            }
            let (name, why) = (&app.name, || self.failures(&of));
            assert!(begun.elapsed() < PATIENCE, "{name}: not yet {what}: {of:#?}\n{}", why());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Every process of an application runs, once.
    pub(super) fn runs(&self, app: &App) {
        self.reaches(app, "all of it runs", |of| {
            of.iter().all(|e| ["RUNNING", ""].contains(&e.state().as_str())) && of[0].state() == "RUNNING"
        });
        let of = self.of_app(&app.id);
        assert!(of.iter().any(Seen::is_process));
        self.has_processes_as_said(&of);
        for e in of.iter().filter(|_| app.kind == Kind::Ports).filter(|e| e.is_process()) {
            let port: u16 = e.text("web.port").parse().unwrap();
            until("it listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        }
    }

    /// What went wrong, for people who look for the reason.
    pub(super) fn failures(&self, of: &[Seen]) -> String {
        let tasks = of.iter().flat_map(|e| {
            let tasks = self.json(&format!("{}/activities?recurse=true", e.path()));
            tasks.as_array().cloned().unwrap_or_default()
        });
        let failed = tasks.filter(|t| t["isError"] == Value::Bool(true));
        let whole = failed.map(|t| {
            let whole = self.json(&format!("/v1/activities/{}", t["id"].as_str().unwrap()));
            format!("    {} {}: {}\n", t["entityDisplayName"], t["displayName"], whole["result"])
        });
        whole.collect()
    }

    /// The ids of the tasks of an application that a kill has interrupted.
    pub(super) fn interrupted(&self, app: &str) -> Vec<String> {
        let all = self.of_app(app);
        let tasks = all.iter().flat_map(|e| {
            let tasks = self.json(&format!("{}/activities?recurse=true", e.path()));
            tasks.as_array().cloned().unwrap_or_default()
        });
        tasks.filter(is_interrupted).filter_map(|t| t["id"].as_str().map(str::to_owned)).collect()
    }
}

fn is_whole(app: &App, of: &[&Seen]) {
    let processes = of.iter().filter(|e| e.is_process()).count();
    if app.kind.is_cluster() {
        assert_eq!(of.iter().filter(|e| e.name == "cluster").count(), 1, "{of:#?}");
    } else {
        assert_eq!(processes, app.kind.size(), "{of:#?}");
    }
}

fn shown(pid: Pid) -> String {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    format!("{pid}: {}", String::from_utf8_lossy(&line).replace('\0', " "))
}

fn is_interrupted(task: &Value) -> bool {
    task["tags"].as_array().into_iter().flatten().any(|tag| tag["interrupted"].is_object())
}

/// No port and no machine is two entities'.
fn has_own_ports_and_machines(seen: &[Seen]) {
    let mut given = BTreeSet::new();
    for e in seen.iter().filter(|e| e.is_process()) {
        let port = Some(e.text("web.port")).filter(|p| !p.is_empty() && e.state() != "STOPPED");
        let machine = Some(e.text("host.sshAddress")).filter(|m| !m.is_empty());
        let machine = machine.map(|m| format!("{m} of {}", e.app));
        for what in [port, machine].into_iter().flatten() {
            assert!(given.insert(what.clone()), "{what} was given twice: {seen:#?}");
        }
    }
}
