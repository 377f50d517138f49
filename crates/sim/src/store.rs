//! The simulated store: one linearizable truth, and what each client is made to believe of it.
//!
//! As a folder it has what NFS clients have: an absent name may be answered from a cache, listings may be old.
//! As a bucket, requests may be refused for a moment, replies may be lost, and a request may take effect long
//! after its sender gave up on it. A file that exists is always read afresh: that is what the protocol may
//! rest on.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{Rng, Span};
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

/// How often each kind of trouble comes: once in so many requests; 0 is never.
#[derive(Clone, Debug, Default)]
pub struct StoreFaults {
    /// A bucket: no caches, but late effects and refusals. Else: a folder.
    pub bucket: bool,
    /// The reply is lost, the effect is not.
    pub lose_reply: u64,
    /// The request is lost: no effect, and nobody knows.
    pub lose_request: u64,
    /// It takes effect long after its sender was told that nothing is known.
    pub late: u64,
    /// It fails, certainly without effect.
    pub fail: u64,
    /// It takes much longer than usual.
    pub slow: u64,
    /// Absent names are cached for up to this long (folders).
    pub negative_cache: Span,
    /// Listings are cached for up to this long (folders).
    pub list_cache: Span,
}

/// What will become of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Effect and reply.
    Fine,
    /// Effect, and `Unknown`.
    LostReply,
    /// `Unknown`, and no effect.
    LostRequest,
    /// `Unknown`, and the effect much later.
    Late,
    /// `Failed`.
    Fails,
}

/// The truth, and each client's caches.
#[derive(Default)]
pub struct SimStore {
    truth: BTreeMap<Name, Arc<[u8]>>,
    absent: HashMap<(usize, Name), u64>,
    lists: HashMap<(usize, Name), (u64, Vec<Name>)>,
    /// Every name that was ever created with what it held first, also of what was deleted since: for the checkers.
    created: BTreeMap<Name, Arc<[u8]>>,
    /// Names that were created again after they were gone.
    again: Vec<Name>,
    /// Names that were deleted although they never may be.
    pub misdeeds: Vec<String>,
    /// Creates refuse with `Full`.
    pub full: bool,
    /// The largest number of files that ever lay in the log.
    pub log_files_max: usize,
    log_files: usize,
    /// What somebody took out of the store, and may bring back.
    taken: BTreeMap<Name, Arc<[u8]>>,
}

impl SimStore {
    /// All files, as they truly are.
    pub fn truth(&self) -> &BTreeMap<Name, Arc<[u8]>> {
        &self.truth
    }

    /// Every name that was ever created, with what it held first.
    pub fn created(&self) -> &BTreeMap<Name, Arc<[u8]>> {
        &self.created
    }

    /// Names that were created again after they were gone.
    pub fn created_again(&self) -> &[Name] {
        &self.again
    }

    /// Whether this record was ever created.
    pub fn has_record(&self, lsn: base::Lsn) -> bool {
        self.created.contains_key(&ha::names::record(lsn))
    }

    /// Somebody takes everything out whose name begins so.
    pub fn take_out(&mut self, begins: &str) {
        let (taken, left) = std::mem::take(&mut self.truth)
            .into_iter()
            .partition(|(name, _)| name.as_str().starts_with(begins));
        (self.taken, self.truth) = (taken, left);
    }

    /// What was taken out lies there again. What a server has written of itself since is newer.
    pub fn bring_back(&mut self) {
        for (name, bytes) in std::mem::take(&mut self.taken) {
            if ha::names::is_node(&name) {
                self.truth.entry(name).or_insert(bytes);
            } else {
                self.truth.insert(name, bytes);
            }
        }
    }

    /// Draws what becomes of a request.
    pub fn fate(faults: &StoreFaults, rng: &mut Rng, verb: &Verb) -> Fate {
        let hit = |rng: &mut Rng, one_in: u64| one_in > 0 && rng.one_in(one_in);
        let writes = matches!(verb, Verb::Create { .. } | Verb::PutOwn { .. } | Verb::Delete { .. });
        if hit(rng, faults.fail) {
            Fate::Fails
        } else if writes && hit(rng, faults.lose_reply) {
            Fate::LostReply
        } else if writes && hit(rng, faults.lose_request) {
            Fate::LostRequest
        } else if writes && faults.bucket && hit(rng, faults.late) {
            Fate::Late
        } else {
            Fate::Fine
        }
    }

    /// Carries a request out at `now` (true time, microseconds) for a client.
    pub fn run(&mut self, faults: &StoreFaults, now: u64, client: usize, verb: &Verb) -> Answer {
        match verb {
            Verb::Create { name, bytes } => {
                self.absent.remove(&(client, name.clone()));
                if self.truth.contains_key(name) {
                    return Answer::Exists;
                }
                if self.full {
                    return Answer::Failed(fault(FaultKind::Full, "create", name));
                }
                if name.as_str().starts_with("log/") {
                    self.log_files += 1;
                    self.log_files_max = self.log_files_max.max(self.log_files);
                }
                self.truth.insert(name.clone(), bytes.clone());
                if self.created.contains_key(name) {
                    self.again.push(name.clone());
                } else {
                    self.created.insert(name.clone(), bytes.clone());
                }
                // A client sees its own work: in the folder where it is.
                let here = |prefix: &Name| name.as_str().starts_with(prefix.as_str());
                self.lists.retain(|(c, prefix), _| *c != client || !here(prefix));
                Answer::Created
            }
            Verb::Read { name } => {
                let key = (client, name.clone());
                if let Some(until) = self.absent.get(&key)
                    && now < *until
                {
                    return Answer::Content(None);
                }
                let found = self.truth.get(name).cloned();
                if found.is_none() && !faults.bucket && faults.negative_cache > Span::ZERO {
                    self.absent.insert(key, now + faults.negative_cache.0);
                }
                Answer::Content(found)
            }
            Verb::PutOwn { name, bytes } => {
                if self.full {
                    return Answer::Failed(fault(FaultKind::Full, "put", name));
                }
                self.absent.remove(&(client, name.clone()));
                self.truth.insert(name.clone(), bytes.clone());
                Answer::Done
            }
            Verb::List { prefix, after, max } => self.list(faults, now, client, prefix, after.as_ref(), *max),
            Verb::Delete { name } => {
                if let Some(bytes) = self.truth.remove(name) {
                    self.judge_delete(name, &bytes);
                }
                Answer::Done
            }
        }
    }

    /// Forgets every record at or below the second newest checkpoint, fences as well. How many.
    pub fn expire(&mut self) -> usize {
        let number = |name: &Name, folder: &str, ending: &str| {
            ha::names::number(name.leaf(), ending).filter(|_| name.as_str().starts_with(folder))
        };
        let floor = self.truth.keys().rev().filter_map(|n| number(n, "ckpt/", ".ok")).nth(1).unwrap_or(0);
        let before = self.truth.len();
        self.truth.retain(|name, _| number(name, "log/", ".json").is_none_or(|lsn| lsn > floor));
        let forgotten = before - self.truth.len();
        self.log_files -= forgotten;
        forgotten
    }

    fn judge_delete(&mut self, name: &Name, bytes: &[u8]) {
        if name.as_str().starts_with("log/") {
            self.log_files -= 1;
            let lsn = base::Lsn(ha::names::number(name.leaf(), ".json").unwrap_or(0));
            let kind = ha::record::decode(lsn, bytes).ok().and_then(|r| r.header).map(|h| h.kind);
            if !matches!(kind, Some(ha::record::Kind::Data | ha::record::Kind::Noop)) {
                self.misdeeds.push(format!("{name} was deleted, and it is {kind:?}"));
            }
        }
        if name.as_str().starts_with("terms/") || name.as_str() == "plane.json" {
            self.misdeeds.push(format!("{name} was deleted"));
        }
    }

    fn list(
        &mut self,
        faults: &StoreFaults,
        now: u64,
        client: usize,
        prefix: &Name,
        after: Option<&Name>,
        max: usize,
    ) -> Answer {
        let key = (client, prefix.clone());
        let cached = self.lists.get(&key).filter(|(until, _)| now < *until && !faults.bucket);
        let all = match cached {
            Some((_, names)) => names.clone(),
            None => {
                let below = format!("{prefix}/");
                let behind = self.truth.range::<Name, _>(prefix..).map(|(name, _)| name);
                // Names that sort between the folder and what lies in it (`log-2`, `log.1`) are passed over.
                let names: Vec<Name> = behind
                    .skip_while(|n| n.as_str() < below.as_str())
                    .take_while(|n| n.as_str().starts_with(&below))
                    .cloned()
                    .collect();
                if faults.list_cache > Span::ZERO {
                    self.lists.insert(key, (now + faults.list_cache.0, names.clone()));
                }
                names
            }
        };
        let mut names: Vec<Name> = all.into_iter().filter(|n| after.is_none_or(|a| n > a)).collect();
        let more = names.len() > max;
        names.truncate(max);
        Answer::Page { names, more }
    }

    /// A client that was started anew, or remounted, has no caches.
    pub fn forget_client(&mut self, client: usize) {
        self.absent.retain(|(c, _), _| *c != client);
        self.lists.retain(|(c, _), _| *c != client);
    }
}

/// A passing fault.
pub fn unreachable(verb: &Verb) -> Fault {
    Fault { kind: FaultKind::Unreachable, text: format!("no answer to {}", brief(verb)) }
}

/// A client has lost its permission.
pub fn denied_to(verb: &Verb) -> Fault {
    Fault { kind: FaultKind::Denied, text: format!("{}: permission denied", brief(verb)) }
}

fn fault(kind: FaultKind, what: &str, name: &Name) -> Fault {
    Fault { kind, text: format!("{what} {name}: no space left") }
}

/// A verb in few words, for transcripts.
pub fn brief(verb: &Verb) -> String {
    match verb {
        Verb::Create { name, .. } => format!("create {name}"),
        Verb::Read { name } => format!("read {name}"),
        Verb::PutOwn { name, .. } => format!("put {name}"),
        Verb::List { prefix, .. } => format!("list {prefix}"),
        Verb::Delete { name } => format!("delete {name}"),
    }
}
