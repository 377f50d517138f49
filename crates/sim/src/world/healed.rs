//! The end of a world: calm has come, and all that was promised must be there.

use std::collections::{BTreeSet, HashMap};

use base::{EntityId, Lsn, Span};
use engine::{Root, Status};
use ha::files::{OkFile, from_bytes};
use ha::names;
use ha::pack::{Kept, Pack};
use ha::status::Role;

use super::{APP, World, mix};
use crate::check::Rule;
use crate::check::asked::Verdict;
use crate::check::history::{Replay, from_checkpoint};

/// How long a script may live on whose task was cancelled.
const CANCEL_BOUND: u64 = 5_000_000;

impl World {
    /// Calm, one master that has acknowledged a write since, and everybody else follows it.
    fn serves(&self) -> bool {
        if self.stormy {
            return false;
        }
        let fresh = |w: &crate::check::asked::Asked| {
            w.asked > self.calm_at
                && matches!(w.answered, Some((at, Verdict::Recorded(_))) if at + 2_000_000 < self.now)
        };
        let masters = (0..self.servers.len()).filter(|n| self.says_master(*n)).count();
        masters == 1
            && self.checker.asked.iter().rev().take(50).any(fresh)
            && self.servers.iter().all(|s| {
                s.up && s.view.as_ref().is_some_and(|v| {
                    v.root.is_some() && matches!(v.status.role, Some(Role::Master | Role::HotStandby))
                })
            })
    }

    /// It serves, every client knows what became of what it wanted, and all servers stand at one record. Clients stop
    /// when it serves, so that it can come to that.
    pub(super) fn at_rest(&mut self) -> bool {
        if !self.closing {
            self.closing = self.serves();
            if self.closing {
                let took = (self.now - self.calm_at) / 1000;
                self.most("milliseconds until a healed plane served, at most", took);
            }
            return false;
        }
        let applied = |n: usize| self.servers[n].view.as_ref().map(|v| v.status.applied);
        self.clients_idle() && (1..self.servers.len()).all(|n| applied(n) == applied(0)) && self.serves()
    }

    pub(super) fn settle(&mut self) {
        if !self.checker.violations.is_empty() {
            return;
        }
        if let Some(slot) = self.newer_at {
            return self.settle_refused(slot);
        }
        if !self.at_rest() {
            let text = self.why_not_at_rest();
            return self.checker.wrong(Rule::Heals, text);
        }
        let master = (0..self.servers.len()).find(|n| self.says_master(*n));
        let view = master.and_then(|m| self.servers[m].view.clone());
        if let (Some(master), Some(view)) = (master, view)
            && let Some(root) = &view.root
        {
            self.compare_servers(view.status.applied);
            self.compare_log(view.status.applied, root);
            self.look_for_cancelled(master, root);
            for wrong in engine::check(root) {
                self.checker.wrong(Rule::SameState, wrong);
            }
        }
        self.look_for_packs();
        for misdeed in std::mem::take(&mut self.store.misdeeds) {
            self.checker.wrong(Rule::Store, misdeed);
        }
        // One owner a term: its name is created once.
        for name in self.store.created_again() {
            if name.as_str().starts_with("terms/") {
                self.checker.wrong(Rule::Store, format!("{name} was created twice"));
            }
        }
        self.most("records in the log, at most", self.store.log_files_max as u64);
        self.digest = mix(self.digest, self.seed);
    }

    pub(super) fn why_not_at_rest(&self) -> String {
        let shown = self.servers.iter().map(|s| {
            let view = s
                .view
                .as_ref()
                .map(|v| (v.status.role.map(Role::word), v.status.applied, v.status.why.clone()));
            format!("{} up={} {view:?}", s.id, s.up)
        });
        let waits = if self.clients_idle() { "" } else { "; a client still waits" };
        let what = if self.closing { "the plane does not come to rest" } else { "the plane does not heal" };
        format!("{what}: {}{waits}", shown.collect::<Vec<_>>().join("; "))
    }

    /// A standby equals its master after catching up.
    fn compare_servers(&mut self, lsn: Lsn) {
        for node in 0..self.servers.len() {
            let Some(root) = self.servers[node].view.as_ref().and_then(|v| v.root.clone()) else { continue };
            let who = format!("{} in the end", self.servers[node].id);
            self.checker.state(&who, lsn, root.hash());
        }
    }

    /// What servers have shown on the way, to be compared with the log. A store that forgets fences lets a master that
    /// slept create a record again; who reads that as a standby shows it until it meets the newer checkpoint.
    pub(super) fn shown(&self) -> HashMap<Lsn, (u64, String)> {
        if self.draw.expire { HashMap::new() } else { self.checker.hashes.clone() }
    }

    /// The log from its first record gives that state, and so it does from a checkpoint.
    fn compare_log(&mut self, last: Lsn, root: &Root) {
        let created = self.store.created();
        let hash = root.hash();
        let history =
            match Replay::new(created, &EntityId::new(APP)).and_then(|r| r.up_to(last, &self.shown())) {
                Ok(history) => history,
                Err(why) => return self.checker.wrong(Rule::Replay, why),
            };
        let mut wrong = Vec::new();
        if history.root.as_ref().map(Root::hash) != Some(hash) {
            wrong.push(format!("the log up to {last} gives another state than the servers have"));
        }
        let marks: Vec<OkFile> = created
            .iter()
            .filter(|(name, _)| names::number(name.leaf(), ".ok").is_some())
            .filter_map(|(_, bytes)| from_bytes(bytes).ok())
            .collect();
        // Each was compared byte by byte; the last one, and one that the seed draws, are loaded as well.
        let drawn = self.seed as usize % marks.len().max(1);
        for ok in marks.last().into_iter().chain(marks.get(drawn)) {
            match from_checkpoint(created, ok, &history) {
                Ok(loaded) if loaded.hash() == hash => {}
                Ok(_) => {
                    wrong.push(format!("checkpoint {} and the log behind it give another state", ok.floor));
                }
                Err(why) => wrong.push(why),
            }
        }
        self.count("logs replayed");
        self.checker.all_wrong(Rule::Replay, wrong);
        let reads = std::mem::take(&mut self.reads);
        self.checker.judge(&history, &reads);
    }

    /// Where history is kept for longer than a world lasts, what was pruned is in a pack.
    fn look_for_packs(&mut self) {
        if self.draw.history < Span::secs(3600) || self.draw.wall || self.draw.expire {
            return;
        }
        let truth = self.store.truth();
        let packs = truth.iter().filter(|(name, _)| matches!(Kept::of(name), Some(Kept::Pack(..))));
        let packs =
            packs.map(|(name, bytes)| Pack::from_bytes(bytes).map_err(|why| format!("{name}: {why}")));
        let (packs, mut wrong): (Vec<_>, Vec<_>) = packs.partition(Result::is_ok);
        let packed = packs.into_iter().flatten().flat_map(|pack| pack.records);
        let packed: BTreeSet<Lsn> = packed.map(|(lsn, _)| lsn).collect();
        let records = self.store.created().keys().filter(|name| name.as_str().starts_with("log/"));
        let gone = records.filter(|name| !truth.contains_key(name));
        let gone = gone.filter_map(|name| names::number(name.leaf(), ".json")).map(Lsn);
        let lost = gone.filter(|lsn| !packed.contains(lsn));
        wrong.extend(lost.map(|lsn| Err(format!("record {lsn} was pruned and is in no pack"))));
        self.checker.all_wrong(Rule::Packs, wrong.into_iter().filter_map(Result::err));
    }

    /// On the host of whoever rules nothing runs on whose task was cancelled.
    fn look_for_cancelled(&mut self, master: usize, root: &Root) {
        let mut left = Vec::new();
        for process in self.hosts[master].processes.values().filter(|p| p.pid_file.is_none()) {
            let task = root.task(&base::TaskId::new(process.key.task.as_str()));
            let cancelled = task.is_some_and(|t| t.status == Status::Cancelled);
            if cancelled && process.began + CANCEL_BOUND < self.now {
                left.push(format!("the script of task {} was cancelled and runs on", process.key.task));
            }
        }
        self.checker.all_wrong(Rule::Cancelled, left);
    }
}
