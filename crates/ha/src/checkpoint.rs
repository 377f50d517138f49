//! Checkpoints: cut from the durable state, written in parts, read back, compared, and only then marked.

use std::sync::Arc;

use base::{Lsn, Mono, Span, Term, limits};

use crate::files::{self, OkFile, PartRef};
use crate::input::{Effect, Level, Point};
use crate::names;
use crate::record::Chain;
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Verb};

/// A plane with few changes gets one this often.
const QUIET_PERIOD: Span = Span::secs(300);
/// After a failure.
const RETRY: Span = Span::secs(30);
/// The host must come back with the parts within this time.
const CUT_BOUND: Span = Span::secs(300);

/// Checkpoints: what is known of them, and the one being written.
#[derive(Default)]
pub(crate) struct Checkpoints {
    /// Marks that are known, oldest first, each with when this process first saw it.
    pub(crate) known: Vec<(Lsn, Mono)>,
    /// The newest one's chain value, once read.
    pub(crate) newest: Option<Point>,
    pub(crate) job: CkptJob,
    pub(crate) last_at: Mono,
    pub(crate) retry_at: Mono,
    pub(crate) serial: u64,
}

#[derive(Default)]
pub(crate) enum CkptJob {
    #[default]
    Idle,
    /// The host encodes.
    Cutting {
        at: Point,
        fence_term: Term,
        data_term: Term,
        format: u32,
        since: Mono,
    },
    /// Parts are written and read back, one by one.
    Writing {
        ok: OkFile,
        parts: Vec<Arc<[u8]>>,
        next: usize,
        back: bool,
    },
    /// Is there a newer one meanwhile?
    Comparing {
        ok: OkFile,
        newest: Option<Lsn>,
    },
    Marking {
        ok: OkFile,
    },
}

impl Checkpoints {
    /// The newest checkpoint that is known; 0: none.
    pub(crate) fn floor(&self) -> Lsn {
        self.known.last().map_or(Lsn(0), |(lsn, _)| *lsn)
    }
}

impl Ha {
    /// A checkpoint is known to stand at this record.
    pub(crate) fn saw_floor(&mut self, floor: Lsn) {
        if let Err(at) = self.ckpt.known.binary_search_by_key(&floor, |(lsn, _)| *lsn) {
            let now = self.now();
            self.ckpt.known.insert(at, (floor, now));
        }
    }

    pub(crate) fn run_checkpoint(&mut self) {
        let now = self.at.now;
        if let CkptJob::Cutting { since, .. } = &self.ckpt.job
            && now.since(*since) > CUT_BOUND
        {
            self.ckpt.job = CkptJob::Idle;
        }
        let serving = self.serving();
        let Stage::Reign(reign) = &self.stage else {
            if !matches!(self.ckpt.job, CkptJob::Idle) {
                self.ckpt.job = CkptJob::Idle;
                self.ckpt.serial += 1;
            }
            return;
        };
        let due = reign.records_since >= self.cfg.checkpoint_records
            || reign.bytes_since >= limits::CHECKPOINT_BYTES
            || (reign.records_since > 0 && now.since(self.ckpt.last_at) >= QUIET_PERIOD);
        if !serving || !due || !matches!(self.ckpt.job, CkptJob::Idle) || now < self.ckpt.retry_at {
            return;
        }
        let Some(point) = self.log.have else { return };
        self.ckpt.job = CkptJob::Cutting {
            at: point,
            fence_term: self.log.fence_term,
            data_term: self.log.data_term,
            format: self.log.format,
            since: now,
        };
        self.ckpt.serial += 1;
        self.ckpt.last_at = now;
        if let Stage::Reign(reign) = &mut self.stage {
            reign.records_since = 0;
            reign.bytes_since = 0;
        }
        self.out.push(Effect::CutCheckpoint { floor: point.lsn });
    }

    pub(crate) fn checkpoint_cut(&mut self, floor: Lsn, parts: Vec<Arc<[u8]>>) {
        let CkptJob::Cutting { at, fence_term, data_term, format, .. } = self.ckpt.job else { return };
        if at.lsn != floor {
            return;
        }
        let ok = OkFile {
            floor,
            chain: at.chain,
            term: fence_term,
            data_term,
            format,
            folder: format!("{}-{}-{}", self.cfg.node, self.incarnation, self.ckpt.serial),
            parts: parts.iter().map(|p| PartRef { bytes: p.len() as u64, sum: Chain::sum(p) }).collect(),
        };
        self.ckpt.job = CkptJob::Writing { ok, parts, next: 0, back: false };
        self.ckpt_write();
    }

    fn ckpt_ask(&mut self, verb: Verb) {
        let serial = self.ckpt.serial;
        self.ask(Lane::Bulk, verb, Want::Ckpt(serial));
    }

    fn ckpt_write(&mut self) {
        let CkptJob::Writing { ok, parts, next, back } = &self.ckpt.job else { return };
        let Some(bytes) = parts.get(*next) else {
            let ok = ok.clone();
            self.ckpt.job = CkptJob::Comparing { ok, newest: None };
            return self.ckpt_compare(None);
        };
        let Some(name) = names::ckpt_part(ok.floor, &ok.folder, *next) else {
            return self.ckpt_abandon("bad name");
        };
        let verb = if *back { Verb::Read { name } } else { Verb::Create { name, bytes: bytes.clone() } };
        self.ckpt_ask(verb);
    }

    /// Has anybody marked a newer one meanwhile? Then this node is not what it believes.
    fn ckpt_compare(&mut self, after: Option<crate::verbs::Name>) {
        let after = after.or_else(|| self.ckpt.known.last().map(|(lsn, _)| names::ckpt_ok(*lsn)));
        let max = limits::LIST_PAGE_MAX;
        self.ckpt_ask(Verb::List { prefix: names::folder(names::Folder::Ckpt), after, max });
    }

    pub(crate) fn ckpt_answer(&mut self, serial: u64, answer: Answer) {
        if serial != self.ckpt.serial {
            return;
        }
        if let Answer::Failed(fault) = &answer {
            self.note_trouble("writing a checkpoint", &fault.text);
            return self.ckpt_abandon("the store failed");
        }
        match (std::mem::take(&mut self.ckpt.job), answer) {
            (
                CkptJob::Writing { ok, parts, next, back: false },
                Answer::Created | Answer::Exists | Answer::Unknown(_),
            ) => {
                self.ckpt.job = CkptJob::Writing { ok, parts, next, back: true };
                self.ckpt_write();
            }
            (CkptJob::Writing { ok, parts, next, back: true }, Answer::Content(found)) => {
                if found.as_ref() == parts.get(next) {
                    self.ckpt.job = CkptJob::Writing { ok, parts, next: next + 1, back: false };
                    self.ckpt_write();
                } else {
                    self.ckpt_abandon("a part does not read as it was written");
                }
            }
            (CkptJob::Comparing { ok, newest }, Answer::Page { names, more }) => {
                let seen = names.iter().filter_map(|n| names::number(n.leaf(), ".ok")).map(Lsn).max();
                let newest = newest.max(seen);
                if more && let Some(last) = names.last().cloned() {
                    self.ckpt.job = CkptJob::Comparing { ok, newest };
                    return self.ckpt_compare(Some(last));
                }
                self.ckpt_compared(ok, newest);
            }
            (CkptJob::Marking { ok }, Answer::Created) => {
                let point = Point { lsn: ok.floor, chain: ok.chain };
                self.ckpt.newest = Some(point);
                self.saw_floor(ok.floor);
                self.say(Level::Debug, format!("checkpoint {} stands, {} parts", ok.floor, ok.parts.len()));
                self.beat_soon();
            }
            (CkptJob::Marking { ok }, Answer::Exists | Answer::Unknown(_)) => {
                self.ckpt.job = CkptJob::Marking { ok: ok.clone() };
                self.ckpt_ask(Verb::Read { name: names::ckpt_ok(ok.floor) });
            }
            (CkptJob::Marking { ok }, Answer::Content(Some(bytes))) if bytes == files::to_bytes(&ok) => {
                self.ckpt.newest = Some(Point { lsn: ok.floor, chain: ok.chain });
                self.saw_floor(ok.floor);
            }
            _ => self.ckpt_abandon("it could not be finished"),
        }
    }

    /// The comparison that is due before a mark: my history must be the one that the newest mark names.
    fn ckpt_compared(&mut self, ok: OkFile, newest: Option<Lsn>) {
        if let Some(newest) = newest {
            self.saw_floor(newest);
            if !base::mutant::on(base::Mutant::MarkWithoutComparison) {
                return self.ckpt_abandon("another server has marked a newer checkpoint");
            }
        }
        if let (Some(point), Some((known, _))) = (self.ckpt.newest, self.ckpt.known.last())
            && point.lsn == *known
            && self.chain_at(point.lsn).is_some_and(|mine| mine != point.chain)
            // Due before a mark as well (clause 5).
            && !base::mutant::on(base::Mutant::MarkWithoutComparison)
        {
            self.say(Level::Error, "this server's history is not the one that the newest checkpoint names");
            self.ckpt_abandon("the histories differ");
            return self.depose("its history is not the plane's");
        }
        let name = names::ckpt_ok(ok.floor);
        let bytes = files::to_bytes(&ok);
        self.ckpt.job = CkptJob::Marking { ok };
        self.ckpt_ask(Verb::Create { name, bytes });
    }

    fn ckpt_abandon(&mut self, why: &str) {
        self.say(Level::Info, format!("a checkpoint was left unfinished: {why}"));
        self.ckpt.job = CkptJob::Idle;
        self.ckpt.serial += 1;
        self.ckpt.retry_at = self.now() + RETRY;
        if let Stage::Reign(reign) = &mut self.stage {
            // Still due.
            reign.records_since = reign.records_since.max(self.cfg.checkpoint_records);
        }
    }
}
