//! A pair of servers over one folder, of which the master is killed and started again, and what they manage.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use base::rng::Rng;
use reqwest::Method;
use serde_json::Value;

use super::apps::{Kind, MACHINES};
use super::view::{Seen, entities, processes};
use crate::support::client::{Client, Reply};
use crate::support::release::Release;
use crate::support::site::{Site, until};
use crate::support::sshd::Sshd;

/// The master is killed at most so long after something was asked of it, in milliseconds.
const KILL_WITHIN: u64 = 1000;

pub(super) struct World {
    pub(super) rng: Rng,
    servers: [Release; 2],
    master: usize,
    client: Client,
    pub(super) apps: Vec<App>,
    named: u64,
    /// Looks all the time whether a process runs twice.
    guard: Option<Guard>,
    sshd: Sshd,
    // Last: what it started ends with it.
    site: Site,
}

#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) id: String,
}

impl World {
    pub(super) fn new(seed: u64) -> World {
        let site = Site::new();
        let sshd = Sshd::of(&site, MACHINES);
        let (first, second, client) = site.pair("");
        let guard = Some(Guard::begin(site.path().display().to_string()));
        let (servers, rng) = ([first, second], Rng::from_seed(seed));
        World { rng, servers, master: 0, client, apps: Vec::new(), named: 0, guard, sshd, site }
    }

    pub(super) fn yaml(&mut self, kind: Kind) -> (String, String) {
        self.named += 1;
        let name = format!("app-{}", self.named);
        let yaml = kind.yaml(&name, &self.site, &self.sshd);
        (name, yaml)
    }

    fn master(&self) -> &Release {
        &self.servers[self.master]
    }

    pub(super) fn send(&self, method: Method, path: &str, body: &str) -> Result<Reply, reqwest::Error> {
        self.client.send(method, &self.master().uri(), path, body, Duration::from_secs(10))
    }

    pub(super) fn json(&self, path: &str) -> Value {
        self.master().json(&self.client, path)
    }

    pub(super) fn entities(&self) -> Vec<Seen> {
        entities(self.master(), &self.client)
    }

    pub(super) fn of_app(&self, app: &str) -> Vec<Seen> {
        self.entities().into_iter().filter(|e| e.app == app).collect()
    }

    /// The processes that live, by run directory.
    pub(super) fn processes(&self) -> std::collections::BTreeMap<String, Vec<i32>> {
        processes(&self.site.path().display().to_string())
    }

    /// Where run directories of an application may be.
    pub(super) fn dirs_of(&self, app: &str) -> [PathBuf; 2] {
        ["managed", "remote"].map(|base| self.site.path().join(base).join("apps").join(app).join("entities"))
    }

    /// Kills the master a while after `ask` begins, however far that has come, until the other one rules. The
    /// killed one then stands by. What `ask` was answered.
    pub(super) fn kill_while(
        &mut self,
        ask: impl FnOnce(&World) -> Result<Reply, reqwest::Error>,
    ) -> Result<Reply, reqwest::Error> {
        let wait = Duration::from_millis(self.rng.below(KILL_WITHIN));
        let pid = self.master().pid();
        let killer = thread::spawn(move || {
            thread::sleep(wait);
            crate::support::release::signal(pid, nix::sys::signal::Signal::SIGKILL);
        });
        let answer = ask(self);
        killer.join().unwrap();
        let killed = self.master;
        self.master = 1 - killed;
        until("the other one is master", || self.master().state(&self.client) == "MASTER");
        self.servers[killed].start();
        eprintln!("  killed {} after {wait:?}", ["first", "second"][killed]);
        answer
    }

    pub(super) fn stands_by(&self) {
        let other = &self.servers[1 - self.master];
        until("the killed one stands by hot", || other.state(&self.client) == "HOT_STANDBY");
    }

    /// Ends the test: nothing has run twice.
    pub(super) fn end(mut self) {
        self.guard.take().unwrap().end();
    }
}

struct Guard {
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<Vec<String>>,
}

impl Guard {
    fn begin(below: String) -> Guard {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let look = move || {
            let mut twice = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let all = processes(&below).into_iter().filter(|(_, pids)| pids.len() > 1);
                twice.extend(all.map(|(dir, pids)| format!("{dir}: {pids:?}")));
                thread::sleep(Duration::from_millis(30));
            }
            twice
        };
        Guard { stop, thread: thread::spawn(look) }
    }

    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        let twice = self.thread.join().unwrap();
        assert!(twice.is_empty(), "these ran twice at some time: {twice:#?}");
    }
}
