//! Whether the plane is still there.
//!
//! `plane.json` is created once and never deleted, and so is, for a long time, the last record of whoever rules. That
//! one is gone, or names another plane, means that somebody emptied the store (a hand, a rule that expires objects) or
//! put another plane in its place. A server that went on would write to a history of which nobody else has the
//! beginning. So it writes nothing, keeps what it has in memory, says so, and goes on when all is back.

use base::{Mono, Span};

use crate::beat::BeatFlow;
use crate::config::{PLANE_LOOKS, Store};
use crate::files::{self, PlaneFile};
use crate::input::Level;
use crate::names;
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Verb};

/// Between two looks while it is gone.
const AGAIN: Span = Span::secs(1);
/// What to do about it.
const NEXT_STEP: &str = "Nothing is written, and what this server has in memory is kept. Bring the files back, and it \
                         goes on; or stop all servers and bring a back-up back with `brownstone store restore`";

/// What is known of the plane's being there.
#[derive(Default)]
pub(crate) struct Anchor {
    looked_at: Mono,
    wanted: bool,
    /// Why the plane is not there.
    pub(crate) gone: Option<String>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Plane,
    /// The last record.
    Head,
    /// The term after the own one, when the last record is gone.
    Next,
}

impl Ha {
    /// It was just seen to be there.
    pub(crate) fn anchored(&mut self) {
        self.anchor.looked_at = self.at.now;
        self.anchor.wanted = false;
    }

    /// Something is missing that should be there.
    pub(crate) fn doubt_anchor(&mut self) {
        if self.now().since(self.anchor.looked_at) >= AGAIN && !self.anchor.wanted {
            self.anchor.wanted = true;
            self.beat_soon();
        }
    }

    /// Before a claim: as soon as the own file is not being written. One that is wanted already may wait after one that
    /// failed.
    pub(crate) fn look_for_plane_soon(&mut self) {
        if !self.anchor.wanted && !matches!(self.beat.flow, BeatFlow::Anchoring { .. }) {
            self.anchor.wanted = true;
            self.beat_soon();
            self.run_beat();
        }
    }

    /// Whether a look that began since then, or one poll before (that of the start serves a first claim), has found it.
    pub(crate) fn plane_seen_since(&self, when: Mono) -> bool {
        let looking = self.anchor.wanted || matches!(self.beat.flow, BeatFlow::Anchoring { .. });
        self.anchor.looked_at + self.cfg.poll >= when && !looking && self.anchor.gone.is_none()
    }

    pub(crate) fn is_anchored_since(&self, when: Mono) -> bool {
        self.anchor.looked_at >= when
    }

    /// Who rules looks now and then; who stands by, before it claims and when it misses the master's file or a record.
    pub(crate) fn anchor_is_due(&self) -> bool {
        let rules = matches!(self.stage, Stage::Reign(_));
        let late = rules && self.now().since(self.anchor.looked_at) >= PLANE_LOOKS;
        self.anchor.wanted || self.anchor.gone.is_some() || late
    }

    pub(crate) fn look_for_plane(&mut self, started: Mono) {
        self.anchored();
        self.look_for(started, Part::Plane, Verb::Read { name: names::plane() });
    }

    fn look_for(&mut self, started: Mono, part: Part, verb: Verb) {
        self.beat.flow = BeatFlow::Anchoring { started, part };
        self.ask(Lane::Beat, verb, Want::Anchor);
    }

    pub(crate) fn anchor_answer(&mut self, answer: Answer) {
        let BeatFlow::Anchoring { started, part } = self.beat.flow else { return };
        if let Answer::Failed(fault) | Answer::Unknown(fault) = &answer {
            self.note_trouble("looking for the plane", &fault.text);
            self.anchor.wanted = true;
            self.beat.flow = BeatFlow::Idle;
            self.beat.next_at = self.now() + Span::millis(250).min(self.cfg.beat);
            return;
        }
        match (part, answer) {
            (Part::Plane, Answer::Content(Some(bytes))) => self.plane_found(started, &bytes),
            (Part::Plane, Answer::Content(None)) => {
                self.plane_is_gone("plane.json is gone: the store was emptied".to_owned());
            }
            // Whoever took over may have pruned it: then its term stands, and ends this reign.
            (Part::Head, Answer::Content(None)) => {
                let next = base::Term(self.created.0 + 1);
                self.look_for(started, Part::Next, Verb::Read { name: names::term(next) });
            }
            (Part::Next, Answer::Content(None)) => {
                let head = self.log.have.map_or(base::Lsn(0), |p| p.lsn);
                self.plane_is_gone(format!("record {head}, the last one, is gone: the log was emptied"));
            }
            _ => self.plane_is_there(started),
        }
    }

    fn plane_found(&mut self, started: Mono, bytes: &[u8]) {
        let Some(own) = self.plane.clone() else { return };
        match files::from_bytes::<PlaneFile>(bytes) {
            Ok(found) if found.plane != own.plane || found.era != own.era => {
                return self.plane_is_gone(format!(
                    "plane.json names plane {} of era {}, not {} of era {}: another plane was put in its place",
                    found.plane, found.era, own.plane, own.era
                ));
            }
            Ok(_) => {}
            Err(why) => self.note_damage(names::plane().to_string(), format!("it cannot be read ({why})")),
        }
        // On a folder a record's absence may be a cached lie; there nothing expires by itself.
        let rules_bucket = self.cfg.store == Store::Bucket && matches!(self.stage, Stage::Reign(_));
        // The last record of the checkpoint that was loaded may be pruned.
        let head = self
            .log
            .have
            .filter(|point| rules_bucket && self.log.loaded.is_none_or(|loaded| loaded.lsn != point.lsn));
        match head {
            Some(point) => self.look_for(started, Part::Head, Verb::Read { name: names::record(point.lsn) }),
            None => self.plane_is_there(started),
        }
    }

    fn plane_is_there(&mut self, started: Mono) {
        if self.anchor.gone.take().is_some() {
            self.say(Level::Info, "the plane is there again");
        }
        self.begin_beat(started);
    }

    fn plane_is_gone(&mut self, what: String) {
        let why = format!("{what}. {NEXT_STEP}");
        self.note_trouble("looking for the plane", &why);
        let is_new = self.anchor.gone.is_none();
        self.anchor.gone = Some(why);
        self.beat.flow = BeatFlow::Idle;
        self.beat.again = false;
        self.beat.next_at = self.now() + AGAIN;
        if !is_new {
            return;
        }
        self.say(Level::Error, format!("the plane is gone: {what}"));
        match &mut self.stage {
            Stage::Reign(reign) => (reign.lease_from, reign.proof_base) = (None, None),
            Stage::Claim(_) => self.give_up_claim(&what),
            _ => {}
        }
    }
}
