//! The end of a world: calm has come, and all that was promised must be there.

use std::collections::HashMap;

use ha::status::Role;

use super::reads::has_sensor;
use super::{World, mix};
use crate::check::Verdict;

impl World {
    /// Calm, one master that has acknowledged a write since, and everybody else has caught up with it.
    pub(super) fn healed(&self) -> bool {
        if self.stormy {
            return false;
        }
        let calm_at = 1_000_000 + self.draw.storm.0;
        let fresh_write = self.checker.writes.iter().rev().take(50).any(|w| {
            w.asked > calm_at
                && matches!(w.answered, Some((at, Verdict::Recorded(_))) if at + 2_000_000 < self.now)
        });
        let masters = (0..self.servers.len()).filter(|n| self.says_master(*n)).count();
        fresh_write
            && masters == 1
            && self.servers.iter().all(|s| {
                s.up && s.view.as_ref().is_some_and(|v| {
                    v.root.is_some() && matches!(v.status.role, Some(Role::Master | Role::HotStandby))
                })
            })
    }

    pub(super) fn settle(&mut self) {
        if !self.checker.violations.is_empty() {
            return;
        }
        if !self.healed() {
            let roles: Vec<String> = self
                .servers
                .iter()
                .map(|s| {
                    let shown =
                        s.view.as_ref().map(|v| (v.status.role.map(Role::word), v.status.why.clone()));
                    format!("{} up={} {shown:?}", s.id, s.up)
                })
                .collect();
            return self.checker.wrong(format!("the plane does not heal: {}", roles.join("; ")));
        }
        let master = (0..self.servers.len()).find(|n| self.says_master(*n));
        let root = master.and_then(|m| self.servers[m].view.as_ref()).and_then(|v| v.root.clone());
        if let Some(root) = root {
            self.checker.settle(|sensor| has_sensor(&root, sensor));
        }
        for misdeed in std::mem::take(&mut self.store.misdeeds) {
            self.checker.wrong(misdeed);
        }
        self.check_owners();
        let entry = self.coverage.entry("records in the log, at most").or_default();
        *entry = (*entry).max(self.store.log_files_max as u64);
        self.digest = mix(self.digest, self.seed);
    }

    /// One owner for each term, one content for each slot at a time: names are created once while they stand.
    pub(super) fn check_owners(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (name, _) in &self.store.created {
            if name.as_str().starts_with("terms/") {
                *seen.entry(name.to_string()).or_default() += 1;
            }
        }
        for (name, times) in seen {
            if times > 1 {
                self.checker.wrong(format!("{name} was created {times} times"));
            }
        }
    }
}
