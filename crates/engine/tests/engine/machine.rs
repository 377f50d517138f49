//! Hosts on which scripts begin, write and end, and processes live and die, one happening at a time.

use std::collections::{BTreeMap, VecDeque};

use brownstone_engine::effect::{
    self, Captured, FileContent, Outcome, ProcessRef, Script, SshTarget, Streams, Work, WorkKey,
};
use brownstone_engine::input::Host;

#[derive(Default)]
pub(crate) struct Machine {
    host: Option<Host>,
    /// What has been asked for and not begun.
    asked: VecDeque<(WorkKey, Host, Work)>,
    /// How each address was logged in to last.
    pub(crate) logins: BTreeMap<String, SshTarget>,
    /// Machines behind an sshd that do not answer.
    pub(crate) unreachable: Vec<String>,
    /// How often a machine behind an sshd was restarted.
    pub(crate) restarts: BTreeMap<String, usize>,
    /// Scripts that run, with what they will have done when they end.
    scripts: VecDeque<(WorkKey, Script, ProcessRef)>,
    /// Watches of processes that live.
    watches: Vec<(WorkKey, ProcessRef)>,
    events: VecDeque<(WorkKey, Outcome)>,
    /// The processes that live, by pid file.
    pub(crate) alive: BTreeMap<String, ProcessRef>,
    /// Exit codes by script name; 0 unless given.
    pub(crate) exits: BTreeMap<String, i32>,
    /// Whether a script that looks whether a process runs finds so as soon as one lives.
    pub(crate) passes_once_alive: bool,
    /// Scripts by name that never end.
    pub(crate) hang: Vec<String>,
    /// Scripts that have begun, by name.
    pub(crate) began: Vec<String>,
    pub(crate) scripts_seen: Vec<Script>,
    /// Ports that something else listens on.
    pub(crate) listening: Vec<u16>,
    /// What scripts write, by name.
    pub(crate) said: BTreeMap<String, String>,
    /// Files that were written, by path.
    pub(crate) files: BTreeMap<String, String>,
    /// Texts that can be read, by address.
    pub(crate) texts: BTreeMap<String, String>,
    /// How often something was launched while it was alive: must stay 0.
    pub(crate) doubles: usize,
    pub(crate) removed: Vec<String>,
    /// Whether a launched process ends at once.
    pub(crate) stillborn: bool,
    /// Whether no cancel arrives.
    pub(crate) deaf: bool,
    /// Whether scripts that were asked for have begun when their master goes, and nobody has heard of it.
    pub(crate) begins_unheard: bool,
    next_pid: i32,
}

impl Machine {
    /// The executor of the earlier master is gone: what had not begun never does, and nobody hears of the rest.
    pub(crate) fn new_master(&mut self, host: &Host) {
        for (key, host, work) in std::mem::take(&mut self.asked) {
            if let (true, Work::Script(_)) = (self.begins_unheard, &work) {
                self.begin(&key, host, work);
            }
        }
        self.events.clear();
        self.watches.clear();
        self.host = Some(host.clone());
    }

    /// The scripts that an earlier master left run to their end.
    pub(crate) fn finish_leftovers(&mut self) {
        while let Some((_, script, process)) = self.scripts.pop_front() {
            self.work_of(&script, process.host);
        }
    }

    /// The scripts that an earlier master left die.
    pub(crate) fn kill_leftovers(&mut self) {
        self.scripts.clear();
    }

    pub(crate) fn host_restarts(&mut self) {
        self.scripts.clear();
        self.alive.clear();
    }

    pub(crate) fn ask(&mut self, key: WorkKey, machine: effect::Machine, work: Work) {
        let host = match machine {
            effect::Machine::Local(host) => {
                let here = self.host.as_ref().expect("a host");
                assert!(here.is_same_boot(&host), "local work is asked of the own host only");
                host
            }
            effect::Machine::Ssh(target) => {
                self.logins.insert(target.address.clone(), (*target).clone());
                self.behind(&target.address)
            }
            effect::Machine::Server => {
                assert!(
                    matches!(work, Work::Fetch { .. } | Work::ReadBundle { .. }),
                    "no test server does {work:?}"
                );
                self.host.clone().expect("a host")
            }
        };
        assert!(!self.open().iter().any(|(k, _)| *k == key), "no key is used twice at once: {key:?}");
        self.asked.push_back((key, host, work));
    }

    /// The host behind an address.
    fn behind(&self, address: &str) -> Host {
        let boot = self.restarts.get(address).copied().unwrap_or_default();
        Host {
            id: address.to_owned(),
            name: format!("name-of-{address}"),
            boot: format!("boot{boot}"),
            address: address.to_owned(),
            base_dir: "/home/deploy/brooklyn-managed-processes".to_owned(),
        }
    }

    /// A machine behind an sshd restarts: what ran there is gone.
    pub(crate) fn restart_machine(&mut self, address: &str) {
        *self.restarts.entry(address.to_owned()).or_default() += 1;
        self.alive.retain(|_, p| p.host.id != address);
        self.scripts.retain(|(_, _, p)| p.host.id != address);
    }

    pub(crate) fn cancel(&mut self, key: &WorkKey) {
        if self.deaf {
            return;
        }
        self.asked.retain(|(k, ..)| k != key);
        let ended = self.scripts.iter().filter(|(k, ..)| k == key).count();
        self.scripts.retain(|(k, ..)| k != key);
        self.watches.retain(|(k, _)| k != key);
        self.events.retain(|(k, _)| k != key);
        if ended > 0 {
            let (exit_code, streams) = (143, Streams::default());
            self.events.push_back((key.clone(), Outcome::Ended { exit_code, streams, timed_out: false }));
        }
    }

    pub(crate) fn open(&self) -> Vec<(WorkKey, Work)> {
        self.asked.iter().map(|(key, _, work)| (key.clone(), work.clone())).collect()
    }

    /// Whether something is about to happen here.
    pub(crate) fn is_busy(&self) -> bool {
        let ends = |(_, s, _): &(WorkKey, Script, ProcessRef)| !self.hang.contains(&s.name);
        !self.events.is_empty() || !self.asked.is_empty() || self.scripts.iter().any(ends)
    }

    pub(crate) fn running_scripts(&self) -> Vec<String> {
        self.scripts.iter().map(|(_, s, _)| s.name.clone()).collect()
    }

    /// A process dies by itself.
    pub(crate) fn die(&mut self, pid_file: &str) {
        let process = self.alive.remove(pid_file).expect("it lives");
        self.report(&process, "it has ended");
    }

    fn report(&mut self, process: &ProcessRef, why: &str) {
        let (gone, rest) = std::mem::take(&mut self.watches).into_iter().partition(|(_, p)| p == process);
        self.watches = rest;
        let gone: Vec<(WorkKey, ProcessRef)> = gone;
        self.events.extend(gone.into_iter().map(|(k, _)| (k, Outcome::Gone(why.to_owned()))));
    }

    fn process(&mut self, host: Host) -> ProcessRef {
        self.next_pid += 1;
        let pid = self.next_pid;
        ProcessRef { host, pid, pgid: pid, start_ticks: 100 + pid as u64 }
    }

    fn work_of(&mut self, script: &Script, host: Host) {
        if script.name == "launch" && self.exits.get("launch").copied().unwrap_or(0) == 0 && !self.stillborn {
            let pid_file = script.env.iter().find(|(n, _)| n == "PID_FILE").expect("PID_FILE").1.clone();
            let process = self.process(host);
            if self.alive.insert(pid_file, process).is_some() {
                self.doubles += 1;
            }
        }
    }

    /// The next thing that happens here.
    pub(crate) fn happen(&mut self) -> Option<(WorkKey, Outcome)> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        if let Some((key, host, work)) = self.asked.pop_front() {
            if self.unreachable.contains(&host.id) {
                return Some((key, Outcome::Failed(format!("{} does not answer", host.id))));
            }
            let outcome = self.begin(&key, host, work);
            return Some((key, outcome));
        }
        let at = self.scripts.iter().position(|(_, s, _)| !self.hang.contains(&s.name))?;
        let (key, script, process) = self.scripts.remove(at)?;
        self.report(&process, "it has ended");
        self.work_of(&script, process.host);
        let passes = self.passes_once_alive && script.name == "check-running" && !self.alive.is_empty();
        let exit_code = if passes { 0 } else { self.exits.get(&script.name).copied().unwrap_or(0) };
        let text = |t: String| Captured { size: t.len() as u64, head: t, ..Captured::default() };
        let streams = Streams {
            stdout: text(match self.said.get(&script.name) {
                Some(said) => said.clone(),
                None => format!("{} said hello\n", script.name),
            }),
            stderr: text(if exit_code == 0 { String::new() } else { "it went wrong\n".to_owned() }),
        };
        Some((key, Outcome::Ended { exit_code, streams, timed_out: false }))
    }

    fn begin(&mut self, key: &WorkKey, host: Host, work: Work) -> Outcome {
        match work {
            Work::Script(script) => {
                let process = self.process(host);
                self.began.push(script.name.clone());
                self.scripts_seen.push(script.clone());
                self.scripts.push_back((key.clone(), script, process.clone()));
                Outcome::Started(process)
            }
            Work::Watch { pid_file, known } => {
                let script =
                    self.scripts.iter().map(|(_, _, p)| p).find(|p| known.as_ref() == Some(p)).cloned();
                let there = self.alive.get(&pid_file).filter(|p| p.host.is_same_boot(&host)).cloned();
                let found = there.or(script);
                match found.filter(|p| known.is_none() || known.as_ref() == Some(p)) {
                    Some(process) => {
                        self.watches.push((key.clone(), process.clone()));
                        Outcome::Found(process)
                    }
                    None => Outcome::Gone("no such process".to_owned()),
                }
            }
            Work::WatchScript { began_by, .. } => {
                let script = self.scripts.iter().find(|(k, ..)| *k == began_by).map(|(_, _, p)| p.clone());
                match script {
                    Some(process) => {
                        self.watches.push((key.clone(), process.clone()));
                        Outcome::Found(process)
                    }
                    None => Outcome::Gone("it has not begun".to_owned()),
                }
            }
            Work::Kill { process, .. } => {
                self.alive.retain(|_, p| *p != process);
                self.scripts.retain(|(_, _, p)| *p != process);
                self.report(&process, "it was ended");
                Outcome::Done
            }
            Work::RemoveDir { dir } => {
                self.removed.push(dir);
                Outcome::Done
            }
            Work::Put { files } => {
                for file in files {
                    let content = match file.content {
                        FileContent::Url(url) => format!("from {url}"),
                        FileContent::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                        FileContent::Bundle(file) => format!("{} of {}", file.path, file.among[0].bundle),
                    };
                    self.files.insert(file.path, content);
                }
                Outcome::Done
            }
            Work::FindPorts { wishes } => {
                let mut given: Vec<u16> = Vec::new();
                for wish in wishes {
                    let mut ports = wish.iter().flat_map(|r| r.from..=r.to);
                    let free = ports.find(|p| !self.listening.contains(p) && !given.contains(p));
                    match free {
                        Some(port) => given.push(port),
                        None => return Outcome::Failed("no port is free".to_owned()),
                    }
                }
                Outcome::Ports(given)
            }
            Work::Fetch { url, .. } => match self.texts.get(&url) {
                Some(text) => Outcome::Fetched(text.clone()),
                None => Outcome::Failed(format!("{url} is not there")),
            },
            Work::ReadBundle { file, .. } => match self.texts.get(&file.path) {
                Some(text) => Outcome::Fetched(text.clone()),
                None => Outcome::Failed(format!("{} is not there", file.path)),
            },
            Work::Describe { base_dir } => {
                Outcome::Described(Host { base_dir: base_dir.unwrap_or(host.base_dir), ..host })
            }
            other => panic!("the test machine cannot do {other:?}"),
        }
    }
}
