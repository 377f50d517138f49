//! What must be true of every history, whatever happened.

use std::collections::{BTreeMap, HashMap};

use base::Lsn;
use node::interface::Response;

/// What became of one write, as its client saw it.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which sensor; each write has its own.
    pub sensor: String,
    /// When it was asked for, in true time.
    pub asked: u64,
    /// When it was answered, and how; nothing when the server died first.
    pub answered: Option<(u64, Verdict)>,
}

/// An answer, by what may be true afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the history for good.
    Recorded(Lsn),
    /// It is not, and never will be.
    Not,
    /// Nobody knows.
    Unknown,
}

impl Verdict {
    /// What a response means.
    pub fn of(response: &Response) -> Verdict {
        match response {
            Response::Recorded { lsn, .. } => Verdict::Recorded(*lsn),
            Response::Unknown => Verdict::Unknown,
            Response::NotMaster | Response::NotRecorded | Response::Overloaded | Response::Broken(_) => {
                Verdict::Not
            }
        }
    }
}

/// Everything that was seen to be wrong.
#[derive(Default)]
pub struct Checker {
    /// In words.
    pub violations: Vec<String>,
    /// All writes.
    pub writes: Vec<Write>,
    /// How many of them were acknowledged up to now.
    pub acknowledged: u64,
    hashes: HashMap<Lsn, (u64, String)>,
    leases: BTreeMap<usize, (u64, u64)>,
}

impl Checker {
    /// Something must not be.
    pub fn wrong(&mut self, what: String) {
        if self.violations.len() < 20 && !self.violations.contains(&what) {
            self.violations.push(what);
        }
    }

    /// A node's lease, as it stands after a step: from now until then, in true time.
    pub fn lease(&mut self, now: u64, node: usize, until: Option<u64>) {
        match until.filter(|u| *u > now) {
            None => {
                self.leases.remove(&node);
            }
            Some(until) => {
                self.leases.insert(node, (now, until));
                let others: Vec<_> =
                    self.leases.iter().filter(|(n, (_, u))| **n != node && *u > now).collect();
                if let Some((other, (_, theirs))) = others.first() {
                    self.wrong(format!(
                        "two valid leases at {now}: node {node} until {until}, node {other} until {theirs}"
                    ));
                }
            }
        }
    }

    /// A node that is gone holds nothing.
    pub fn lease_gone(&mut self, node: usize) {
        self.leases.remove(&node);
    }

    /// Whether this node holds a lease now.
    pub fn holds(&self, now: u64, node: usize) -> bool {
        self.leases.get(&node).is_some_and(|(_, until)| *until > now)
    }

    /// The state that a node shows at a record: everybody's must be the same.
    pub fn state(&mut self, who: &str, lsn: Lsn, hash: u64) {
        match self.hashes.get(&lsn) {
            None => {
                self.hashes.insert(lsn, (hash, who.to_owned()));
            }
            Some((known, other)) if *known != hash => {
                let text = format!("the state at record {lsn} is one thing on {other} and another on {who}");
                self.wrong(text);
            }
            Some(_) => {}
        }
    }

    /// A write is answered.
    pub fn answered(&mut self, index: usize, now: u64, verdict: Verdict) {
        let write = &mut self.writes[index];
        if write.answered.is_some() {
            let text = format!("{} was answered twice", write.sensor);
            return self.wrong(text);
        }
        write.answered = Some((now, verdict));
        self.acknowledged += u64::from(matches!(verdict, Verdict::Recorded(_)));
    }

    /// What a master shows to a read that begins now must hold all that was acknowledged before.
    pub fn fresh(&mut self, who: &str, now: u64, has: impl Fn(&str) -> bool) {
        let missing = self
            .writes
            .iter()
            .rev()
            .take(40)
            .find(|w| matches!(w.answered, Some((at, Verdict::Recorded(_))) if at <= now) && !has(&w.sensor))
            .map(|w| w.sensor.clone());
        if let Some(sensor) = missing {
            self.wrong(format!(
                "{who} serves as master at {now} without {sensor}, which was acknowledged before"
            ));
        }
    }

    /// The healed plane against everything that was ever answered.
    pub fn settle(&mut self, has: impl Fn(&str) -> bool) {
        let mut slots: Vec<(u64, u64, Lsn, String)> = Vec::new();
        let mut wrong = Vec::new();
        for w in &self.writes {
            match w.answered {
                Some((at, Verdict::Recorded(lsn))) => {
                    if !has(&w.sensor) {
                        wrong.push(format!("acknowledged write {} (record {lsn}) is lost", w.sensor));
                    }
                    slots.push((w.asked, at, lsn, w.sensor.clone()));
                }
                Some((_, Verdict::Not)) if has(&w.sensor) => {
                    wrong.push(format!("{} was answered as not recorded, and is there", w.sensor));
                }
                _ => {}
            }
        }
        // Real-time order: what was acknowledged before another was asked for lies at or before it.
        slots.sort_by_key(|s| s.1);
        for pair in slots.windows(2) {
            let (earlier, later) = (&pair[0], &pair[1]);
            if earlier.1 < later.0 && earlier.2 > later.2 {
                wrong.push(format!(
                    "{} was acknowledged before {} was asked for, and lies behind it",
                    earlier.3, later.3
                ));
            }
        }
        for text in wrong {
            self.wrong(text);
        }
    }
}
