//! The one function: a moment and an input in, effects out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base::{Incarnation, Lsn, Moment, Mono, Rng, Span, Term};

use crate::ahead::Ahead;
use crate::anchor::Anchor;
use crate::beat::{Beat, BeatFlow};
use crate::boot::Boot;
use crate::checkpoint::Checkpoints;
use crate::config::{Config, Mode};
use crate::counts::Counts;
use crate::follow::{Follow, Job};
use crate::input::{Effect, Input, Level};
use crate::look::Look;
use crate::orders::Ordered;
use crate::prune::Prune;
use crate::record::FIRST_FORMAT;
use crate::state::{Ha, Stage, Want};
use crate::terms::Terms;
use crate::verbs::{Answer, OpId};
use crate::watch::Watch;

impl Ha {
    /// A node that has not begun yet; its first input is [`Input::Start`].
    pub fn new(cfg: Config) -> Ha {
        let incarnation = Incarnation(1 + cfg.incarnation_seen.0.max(cfg.wall_secs));
        Ha {
            rng: Rng::from_seed(cfg.seed),
            mode: cfg.mode,
            priority: cfg.priority,
            ordered: Ordered::default(),
            cfg,
            at: Moment::default(),
            out: Vec::new(),
            plane: None,
            anchor: Anchor::default(),
            incarnation,
            stage: Stage::Boot(Boot::ReadPlane { again: false }),
            boot_wait: None,
            peers: BTreeMap::new(),
            terms: Terms::default(),
            beat: Beat {
                sent: 0,
                confirmed: 0,
                written_at: Mono(0),
                flow: BeatFlow::Idle,
                next_at: Mono(0),
                again: false,
                confirmed_role: None,
                confirmed_term: Term(0),
                confirmed_orders: 0,
            },
            look: Look::default(),
            watch: Watch::default(),
            log: Follow {
                have: None,
                fence_term: Term(0),
                data_term: Term(0),
                format: FIRST_FORMAT,
                had: Lsn(0),
                target: Lsn(0),
                told: Lsn(0),
                job: Job::Idle,
                ahead: Ahead::default(),
                serial: 0,
                uncertain: false,
                mismatches: BTreeSet::new(),
                recent: VecDeque::new(),
                loaded: None,
                ready: false,
                failed: None,
                stuck_since: None,
            },
            ckpt: Checkpoints::default(),
            prune: Prune::default(),
            created: Term(0),
            asked: BTreeMap::new(),
            next_op: 0,
            damage: Vec::new(),
            trouble: None,
            history: VecDeque::new(),
            counts: Counts::default(),
            stop_wanted: None,
        }
    }

    /// One step. Effects are appended to `out` and must be carried out in order.
    pub fn step(&mut self, at: Moment, input: Input, out: &mut Vec<Effect>) {
        // A clock that seems to go back would make a lease longer: it is held.
        self.at = Moment { now: self.at.now.max(at.now), wall: at.wall };
        match input {
            Input::Start => self.boot_begin(),
            Input::Wake => {}
            Input::Answer { op, answer } => self.answered(op, answer),
            Input::Append { ops } => self.append(ops),
            Input::FoldFailed { lsn, why } => self.fold_failed(lsn, why),
            Input::FoldDamaged { file, what } => self.note_damage(file, what),
            Input::CheckpointCut { floor, parts } => self.checkpoint_cut(floor, parts),
            Input::SetMode(mode) => self.set_mode(mode),
            Input::SetPriority(priority) => {
                self.priority = priority;
                self.out.push(Effect::KeepPriority(priority));
                self.beat_soon();
            }
            Input::Nudge => self.look_now(),
            Input::ToldHead { term, lsn } => self.told_head(term, lsn),
            Input::ClearNodes(which) => self.clear_nodes(which.as_ref()),
            Input::Orders(orders) => self.learn_orders(&orders),
            Input::LiftPause { by } => self.lift_pause(by),
            Input::HandOver { to, by } => self.hand_over(to.as_ref(), by),
            Input::Stop => self.stop(),
        }
        self.run();
        self.note_role();
        if !matches!(self.stage, Stage::Ended) {
            let at = self.next_wake();
            self.out.push(Effect::WakeAt(at));
        }
        out.append(&mut self.out);
    }

    /// Everything that time or an earlier change makes due. Each of these does nothing when nothing is due.
    fn run(&mut self) {
        if matches!(self.stage, Stage::Ended) {
            return;
        }
        self.run_boot();
        self.run_lease();
        self.run_beat();
        self.run_look();
        self.run_log();
        self.run_watch();
        self.run_claim();
        self.run_formats();
        self.run_reign();
        self.run_checkpoint();
        self.run_prune();
        self.run_ending();
    }

    fn answered(&mut self, op: OpId, answer: Answer) {
        // An answer for something that is not wanted any more (an earlier stage) falls through below.
        let Some(want) = self.asked.remove(&op) else { return };
        if !matches!(answer, Answer::Unknown(_) | Answer::Failed(_)) {
            self.trouble_over();
        }
        match want {
            Want::Boot => self.boot_answer(answer),
            Want::Beat => self.beat_answer(answer),
            Want::Anchor => self.anchor_answer(answer),
            Want::Look => self.look_answer(answer),
            Want::Claim(term) => self.claim_answer(term, answer),
            Want::Fence(term, lsn) => self.fence_answer(term, lsn, answer),
            Want::Rest(term) => self.rest_answer(term, answer),
            Want::LastRecord(term, lsn) => self.last_record_answer(term, lsn, answer),
            Want::Validate(term) => self.validate_answer(term, answer),
            Want::Slot(term, lsn) => self.slot_answer(term, lsn, answer),
            Want::SlotRead(term, lsn) => self.slot_read(term, lsn, answer),
            Want::Floor(term, lsn) => self.floor_answer(term, lsn, answer),
            Want::Record(serial, lsn) => self.record_answer(serial, lsn, answer),
            Want::Reload(serial) => self.reload_answer(serial, answer),
            Want::Ckpt(serial) => self.ckpt_answer(serial, answer),
            Want::Prune => self.prune_answer(answer),
            Want::End => self.end_answer(answer),
            Want::ClearLook(id) => self.clear_looked(&id, answer),
            Want::Clear => {}
        }
    }

    fn next_wake(&self) -> Mono {
        let mut at = self.now() + Span::secs(10);
        let mut due = |when: Option<Mono>| {
            if let Some(when) = when {
                at = at.min(when);
            }
        };
        due(self.boot_wake());
        due(self.lease_until());
        due((self.beat.flow == BeatFlow::Idle && self.beats()).then_some(self.beat.next_at));
        due((self.look.round.is_none() && self.looks()).then_some(self.look.next_at));
        due(self.log_wake());
        due(self.watch_wake());
        due(self.claim_wake());
        due(self.reign_wake());
        due((self.prunes()).then_some(self.prune.next_at));
        due(self.ending_wake());
        at.max(self.now() + Span(1))
    }

    /// `POST /v1/server/ha/state` and its kin.
    fn set_mode(&mut self, mode: Mode) {
        let before = std::mem::replace(&mut self.mode, mode);
        self.say(Level::Info, format!("asked to be {mode:?} (was {before:?})"));
        match (&self.stage, mode) {
            (Stage::Ended | Stage::Ending(_) | Stage::Boot(_), _) => {}
            (Stage::Reign(_) | Stage::Claim(_), Mode::Auto | Mode::Master) => {}
            (Stage::Reign(_) | Stage::Claim(_), _) => {
                self.give_up_term(&format!("it was asked to be {mode:?}"));
            }
            (_, Mode::Disabled) => self.disable(),
            (Stage::Disabled, _) => {
                self.stage = Stage::Follow;
                self.look.wanted_full = true;
            }
            (Stage::Follow, Mode::Master) => self.begin_claim("it was asked to be master".to_owned()),
            (Stage::Follow, _) => {}
        }
        if matches!(self.stage, Stage::Follow) && !self.wants_state() {
            self.drop_state();
        }
        // The state word follows the mode at once; a log that could not be followed gets another try.
        self.log.failed = None;
        self.beat_soon();
    }

    pub(crate) fn disable(&mut self) {
        self.drop_state();
        self.stage = Stage::Disabled;
        self.beat_soon();
    }
}
