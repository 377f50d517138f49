//! Loading the state anew: the newest checkpoint that can be read, part by part; the log follows from there.

use std::sync::Arc;

use base::{Lsn, Term};

use crate::files::OkFile;
use crate::follow::{Job, NEXT_STEP, RETRY};
use crate::input::{Effect, Fold, Point};
use crate::names;
use crate::record::{Chain, FIRST_FORMAT};
use crate::state::{Ha, Want};
use crate::verbs::{Answer, Lane, Verb};

/// A checkpoint that is being loaded.
pub(crate) enum Reload {
    List {
        found: Vec<Lsn>,
    },
    /// Mark files to try, newest last.
    Ok {
        left: Vec<Lsn>,
        tries: u32,
    },
    Part {
        ok: OkFile,
        next: usize,
        tries: u32,
        left: Vec<Lsn>,
    },
}

impl Ha {
    fn reload_ask(&mut self, verb: Verb) {
        // An answer to an earlier reload, which was given up, must not be taken for this one's.
        self.log.serial += 1;
        self.ask(Lane::Log, verb, Want::Reload(self.log.serial));
    }

    pub(crate) fn begin_reload(&mut self) {
        self.log.job = Job::Reload(Reload::List { found: Vec::new() });
        self.list_marks(None);
    }

    fn list_marks(&mut self, after: Option<crate::verbs::Name>) {
        let max = base::limits::LIST_PAGE_MAX;
        self.reload_ask(Verb::List { prefix: names::folder(names::Folder::Ckpt), after, max });
    }

    fn reload_retry(&mut self, why: &str) {
        self.note_trouble("loading a checkpoint", why);
        self.log.job = Job::Wait(self.now() + RETRY);
        let since = *self.log.stuck_since.get_or_insert(self.at.now);
        if self.now().since(since) > self.cfg.timeout {
            self.follow_failed(format!("cannot load a checkpoint: {why}"), true);
        }
    }

    pub(crate) fn reload_answer(&mut self, serial: u64, answer: Answer) {
        if serial != self.log.serial {
            return;
        }
        let Job::Reload(job) = std::mem::replace(&mut self.log.job, Job::Idle) else { return };
        if let Answer::Failed(fault) | Answer::Unknown(fault) = &answer {
            return self.reload_retry(&fault.text.clone());
        }
        match (job, answer) {
            (Reload::List { mut found }, Answer::Page { names, more }) => {
                found.extend(names.iter().filter_map(|n| names::number(n.leaf(), ".ok")).map(Lsn));
                if more && let Some(last) = names.last().cloned() {
                    self.log.job = Job::Reload(Reload::List { found });
                    return self.list_marks(Some(last));
                }
                self.marks_listed(found);
            }
            (Reload::Ok { left, tries }, Answer::Content(found)) => {
                self.mark_read(left, tries, found.as_deref());
            }
            (Reload::Part { ok, next, tries, left }, Answer::Content(found)) => {
                self.part_read(ok, next, tries, left, found);
            }
            _ => {}
        }
    }

    fn marks_listed(&mut self, mut found: Vec<Lsn>) {
        // A floor that a node file names may be newer than a (cached) listing.
        found.extend(self.ckpt.known.iter().map(|(lsn, _)| *lsn));
        found.sort_unstable();
        found.dedup();
        for floor in &found {
            self.saw_floor(*floor);
        }
        if found.is_empty() {
            let Some(plane) = &self.plane else { return };
            let chain = Chain::genesis(&plane.plane, plane.era);
            self.out.push(Effect::Fold(Fold::Reset(Lsn(0))));
            self.log.fence_term = Term(0);
            self.log.data_term = Term(0);
            self.log.format = FIRST_FORMAT;
            self.loaded(Point { lsn: Lsn(0), chain });
        } else {
            self.read_mark(found, 0);
        }
    }

    fn read_mark(&mut self, left: Vec<Lsn>, tries: u32) {
        let Some(floor) = left.last().copied() else {
            let why = format!("no checkpoint can be read, and the log below may be pruned; {NEXT_STEP}");
            return self.reload_retry(&why);
        };
        self.log.job = Job::Reload(Reload::Ok { left, tries });
        self.reload_ask(Verb::Read { name: names::ckpt_ok(floor) });
    }

    fn mark_read(&mut self, mut left: Vec<Lsn>, tries: u32, found: Option<&[u8]>) {
        let Some(floor) = left.last().copied() else { return };
        match found.map(crate::files::from_bytes::<OkFile>) {
            Some(Ok(ok)) if ok.format > self.cfg.formats => {
                let why = format!(
                    "checkpoint {floor} has format {}, and this release knows up to {}; start a release that knows it",
                    ok.format, self.cfg.formats
                );
                self.follow_failed(why, false);
            }
            Some(Ok(ok)) => {
                self.out.push(Effect::Fold(Fold::Reset(ok.floor)));
                self.read_part(ok, 0, 0, left);
            }
            // A floor without its mark: look again, then fail by name; never start empty.
            None => {
                let name = names::ckpt_ok(floor);
                self.reload_retry(&format!("{name} is named and cannot be found; {NEXT_STEP}"));
            }
            Some(Err(_)) if tries == 0 => self.read_mark(left, 1),
            Some(Err(why)) => {
                self.note_damage(names::ckpt_ok(floor).to_string(), format!("{why}; the one before is used"));
                left.pop();
                self.read_mark(left, 0);
            }
        }
    }

    fn read_part(&mut self, ok: OkFile, next: usize, tries: u32, left: Vec<Lsn>) {
        if next >= ok.parts.len() {
            self.log.fence_term = ok.term;
            self.log.data_term = ok.data_term;
            self.log.format = ok.format;
            self.ckpt.newest = Some(Point { lsn: ok.floor, chain: ok.chain });
            return self.loaded(Point { lsn: ok.floor, chain: ok.chain });
        }
        match names::ckpt_part(ok.floor, &ok.folder, next) {
            Some(name) => {
                self.log.job = Job::Reload(Reload::Part { ok, next, tries, left });
                self.reload_ask(Verb::Read { name });
            }
            None => self.reload_retry(&format!("checkpoint {} names no sound folder", ok.floor)),
        }
    }

    fn part_read(
        &mut self,
        ok: OkFile,
        next: usize,
        tries: u32,
        mut left: Vec<Lsn>,
        found: Option<Arc<[u8]>>,
    ) {
        let sound = found.as_ref().is_some_and(|b| Chain::sum(b) == ok.parts[next].sum);
        if !sound && tries == 0 {
            return self.read_part(ok, next, 1, left);
        }
        let name = names::ckpt_part(ok.floor, &ok.folder, next).map_or_else(String::new, |n| n.to_string());
        let since = self.log.stuck_since.unwrap_or(self.at.now);
        if found.is_none() && self.now().since(since) <= self.cfg.timeout {
            // Pruned meanwhile, or a cached absence: a fresh listing names a newer checkpoint.
            return self.reload_retry(&format!("{name} cannot be found"));
        }
        if !sound && left.len() > 1 {
            // The log since the one before is kept: going back there loses nothing.
            self.note_damage(
                name,
                "its sum does not fit; the checkpoint before it and the log since are used",
            );
            left.pop();
            return self.read_mark(left, 0);
        }
        if !sound {
            self.note_damage(
                name.clone(),
                "its sum does not fit; what can be read of it is used, the rest is missing here",
            );
        }
        if let Some(bytes) = found {
            self.out.push(Effect::Fold(Fold::Load { file: name, bytes }));
        }
        self.read_part(ok, next + 1, 0, left);
    }

    fn loaded(&mut self, point: Point) {
        self.log.job = Job::Idle;
        self.log.recent.clear();
        self.log.uncertain = false;
        self.log.loaded = Some(point);
        self.log.mismatches.retain(|lsn| *lsn > point.lsn);
        self.advance(point.lsn, point.chain);
        self.beat_soon();
    }
}
