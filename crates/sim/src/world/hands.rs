//! The executor of a server: it begins scripts, watches and ends processes, and tells the server, at times late or
//! twice. Right before it acts it asks whether the server may.

use std::collections::BTreeMap;

use engine::effect::{Captured, Machine, Outcome, Script, Streams, Work, WorkKey};
use engine::input::Host;
use ha::status::Role;
use node::interface::Input;

use super::{Event, World};
use crate::check::works::Begun;

/// What an executor cares for, by what it was asked for: `None` has not begun, else a process of its host.
pub(super) type Hands = BTreeMap<WorkKey, Option<i32>>;

impl World {
    pub(super) fn asked_for_work(&mut self, node: usize, key: WorkKey, machine: Machine, work: Work) {
        self.servers[node].hands.insert(key.clone(), None);
        let life = self.servers[node].life;
        let at = self.now + 50 + self.rng.below(3000);
        self.put(at, Event::Hand { node, life, key, machine, work });
    }

    /// This server may act now: the term is its own, and its lease lasts.
    fn may_act(&self, node: usize, key: &WorkKey) -> bool {
        let (server, now) = (&self.servers[node], self.mono(node));
        server
            .view
            .as_ref()
            .is_some_and(|v| v.status.role_at(now) == Role::Master && v.status.term == key.term)
    }

    pub(super) fn host_of(&self, node: usize) -> Host {
        let id = format!("host{node}");
        Host {
            name: id.clone(),
            id,
            boot: format!("boot{}", self.hosts[node].boot),
            address: "127.0.0.1".to_owned(),
            base_dir: "/tmp/sim".to_owned(),
        }
    }

    /// The work's turn has come.
    pub(super) fn hand(&mut self, node: usize, key: WorkKey, machine: &Machine, work: Work) {
        if !self.servers[node].hands.contains_key(&key) {
            return;
        }
        let here = self.host_of(node);
        if !matches!(machine, Machine::Local(host) if host.is_same_boot(&here)) {
            return self.tell(node, key, Outcome::Failed("the simulated host does no such work".to_owned()));
        }
        let looks = matches!(work, Work::Watch { .. } | Work::WatchScript { .. } | Work::Describe { .. });
        if !looks && !self.may_act(node, &key) {
            self.count("works refused for want of a lease");
            return self.tell(node, key, Outcome::Failed("it may not act".to_owned()));
        }
        match work {
            Work::Script(script) => self.begin_script(node, key, &here, &script),
            Work::Watch { pid_file, known } => {
                let host = &self.hosts[node];
                let found = match &known {
                    Some(known) => host.find(&here, known),
                    None => host.service(&pid_file),
                };
                self.watch(node, key, here, found);
            }
            Work::WatchScript { began_by, .. } => {
                let found = self.hosts[node].script(&began_by);
                if found.is_none() {
                    self.hosts[node].never.insert(began_by);
                }
                self.watch(node, key, here, found);
            }
            Work::Kill { process, .. } => {
                if let Some(pid) = self.hosts[node].find(&here, &process) {
                    self.gone(node, pid, 137);
                }
                self.tell(node, key, Outcome::Done);
            }
            Work::Describe { .. } => self.tell(node, key, Outcome::Described(here)),
            Work::RemoveDir { .. } | Work::Put { .. } => self.tell(node, key, Outcome::Done),
            _ => self.tell(node, key, Outcome::Failed("the simulated host cannot do that".to_owned())),
        }
    }

    fn begin_script(&mut self, node: usize, key: WorkKey, here: &Host, script: &Script) {
        if self.hosts[node].never.contains(&key) {
            return self.tell(node, key, Outcome::Failed("it was looked for and must not begin".to_owned()));
        }
        let leased = self.checker.holds(self.now, node);
        let intended = self.is_intended(node, &key);
        self.checker.begun(self.now, &Begun { key: &key, node, leased, intended });
        self.count("scripts begun");
        let (now, timeout) = (self.now, self.draw.timeout.0);
        let host = &mut self.hosts[node];
        if script.name == "launch"
            && let Some((_, pid_file)) = script.env.iter().find(|(name, _)| name == "PID_FILE")
        {
            host.begin(now, key.clone(), Some(pid_file.clone()));
        }
        let pid = host.begin(now, key.clone(), None);
        let reference = host.reference(here.clone(), pid);
        let boot = host.boot;
        self.servers[node].hands.insert(key.clone(), Some(pid));
        if let Some(process) = reference {
            self.tell(node, key, Outcome::Started(process));
        }
        // Most are short; some outlast masters, some hang until somebody ends them.
        let span = match self.rng.below(12) {
            0 if script.name == "act" => return,
            0..=2 => timeout / 2 + self.rng.below(timeout * 3),
            _ => 500 + self.rng.below(timeout / 4),
        };
        self.put(self.now + span, Event::ScriptEnds { host: node, boot, pid });
    }

    /// Whether a record that is in the store says that this script is to begin.
    fn is_intended(&self, node: usize, key: &WorkKey) -> bool {
        let Some(view) = &self.servers[node].view else { return false };
        let tasks = view.root.iter().filter_map(|r| r.task(&base::TaskId::new(key.task.as_str())));
        let stands = tasks.into_iter().any(|t| t.step_key().as_ref() == Some(key));
        let watched =
            view.root.as_ref().is_some_and(|r| r.entity(&base::EntityId::new(key.task.as_str())).is_some());
        // A look at an entity's process is no action of a task and has no intent.
        (stands || watched) && self.store.has_record(view.lsn)
    }

    fn watch(&mut self, node: usize, key: WorkKey, here: Host, found: Option<i32>) {
        let reference = found.and_then(|pid| self.hosts[node].reference(here, pid));
        match reference {
            Some(process) => {
                self.servers[node].hands.insert(key.clone(), Some(process.pid));
                self.tell(node, key, Outcome::Found(process));
            }
            None => self.tell(node, key, Outcome::Gone("there is no such process".to_owned())),
        }
    }

    /// A process of a host ends: whoever cares for it there is told.
    pub(super) fn gone(&mut self, node: usize, pid: i32, exit_code: i32) {
        let Some(process) = self.hosts[node].processes.remove(&pid) else { return };
        let cared: Vec<WorkKey> = self.servers[node]
            .hands
            .iter()
            .filter(|(_, p)| **p == Some(pid))
            .map(|(k, _)| k.clone())
            .collect();
        for key in cared {
            let outcome = if key == process.key {
                Outcome::Ended { exit_code, streams: said(), timed_out: false }
            } else {
                Outcome::Gone("it has ended".to_owned())
            };
            self.tell(node, key, outcome);
        }
    }

    pub(super) fn script_ends(&mut self, host: usize, boot: u64, pid: i32) {
        if self.hosts[host].boot == boot {
            let exit_code = i32::from(self.rng.one_in(8));
            self.gone(host, pid, exit_code);
        }
    }

    pub(super) fn cancel_work(&mut self, node: usize, key: &WorkKey) {
        match self.servers[node].hands.get(key).copied() {
            Some(Some(pid)) if self.hosts[node].processes.get(&pid).is_some_and(|p| p.key == *key) => {
                self.count("scripts ended by a cancel");
                self.gone(node, pid, 143);
            }
            _ => {
                self.servers[node].hands.remove(key);
            }
        }
    }

    /// An outcome is on its way to the server: at times late, at times twice.
    fn tell(&mut self, node: usize, key: WorkKey, outcome: Outcome) {
        if outcome.is_final() {
            self.servers[node].hands.remove(&key);
        }
        let life = self.servers[node].life;
        let mut delay = 50 + self.rng.below(3000);
        if self.stormy && self.rng.one_in(20) {
            self.count("outcomes told late");
            delay += self.rng.below(self.draw.timeout.0 * 2);
        }
        let input = Input::Worked { key, outcome };
        if self.stormy && self.rng.one_in(20) {
            self.count("outcomes told twice");
            let at = self.now + delay + self.rng.below(self.draw.timeout.0);
            self.put(at, Event::Deliver { node, life, input: input.clone() });
        }
        self.put(self.now + delay, Event::Deliver { node, life, input });
    }
}

fn said() -> Streams {
    let text = "hello\n".to_owned();
    Streams {
        stdout: Captured { size: text.len() as u64, head: text, ..Captured::default() },
        ..Streams::default()
    }
}
