//! What a node remembers: of itself, of the others, of the log.

use std::collections::{BTreeMap, VecDeque};

use base::{Incarnation, Lsn, Moment, Mono, NodeId, Rng, Term, WallMs};

use crate::anchor::Anchor;
use crate::beat::Beat;
use crate::boot::Boot;
use crate::checkpoint::Checkpoints;
use crate::claim::Claim;
use crate::config::{Config, Mode};
use crate::counts::Counts;
use crate::ending::Ending;
use crate::files::PlaneFile;
use crate::follow::Follow;
use crate::input::{Effect, Event, Level};
use crate::look::Look;
use crate::orders::Ordered;
use crate::peer::Peer;
use crate::prune::Prune;
use crate::reign::Reign;
use crate::status::{Damage, Role};
use crate::terms::Terms;
use crate::trouble::Trouble;
use crate::verbs::{Lane, OpId, Verb};
use crate::watch::Watch;

/// The state machine of who manages. See [`Ha::step`].
pub struct Ha {
    pub(crate) cfg: Config,
    pub(crate) at: Moment,
    pub(crate) out: Vec<Effect>,
    pub(crate) rng: Rng,
    pub(crate) mode: Mode,
    pub(crate) priority: i64,
    pub(crate) ordered: Ordered,
    pub(crate) plane: Option<PlaneFile>,
    pub(crate) anchor: Anchor,
    pub(crate) incarnation: Incarnation,
    pub(crate) stage: Stage,
    /// While starting: when to ask again.
    pub(crate) boot_wait: Option<Mono>,
    pub(crate) peers: BTreeMap<NodeId, Peer>,
    pub(crate) terms: Terms,
    pub(crate) beat: Beat,
    pub(crate) look: Look,
    pub(crate) watch: Watch,
    pub(crate) log: Follow,
    pub(crate) ckpt: Checkpoints,
    pub(crate) prune: Prune,
    /// The last term that this life created.
    pub(crate) created: Term,
    pub(crate) asked: BTreeMap<OpId, Want>,
    pub(crate) next_op: u64,
    pub(crate) damage: Vec<Damage>,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) history: VecDeque<(Role, WallMs)>,
    pub(crate) counts: Counts,
    /// Since when the process is to end.
    pub(crate) stop_wanted: Option<Mono>,
}

/// Where a node is in its life.
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub(crate) enum Stage {
    /// Learning what plane this is and what it was itself.
    Boot(Boot),
    /// Standing by (in whatever mode).
    Follow,
    /// Has created a term and does not serve yet, or is about to create one.
    Claim(Claim),
    /// Rules.
    Reign(Reign),
    /// Was switched off at run time.
    Disabled,
    /// On its way out.
    Ending(Ending),
    /// Nothing more is done.
    Ended,
}

/// Who waits for an answer of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Boot,
    Beat,
    Anchor,
    Look,
    Claim(Term),
    /// The fence or its read back.
    Fence(Term, Lsn),
    /// What comes after a record that the fence has met.
    Rest(Term),
    /// The last record that was folded, before the fence.
    LastRecord(Term, Lsn),
    Validate(Term),
    /// An append or noop of this term, or its read back.
    Slot(Term, Lsn),
    SlotRead(Term, Lsn),
    /// The hint and node files, after the slot was answered for.
    Floor(Term, Lsn),
    /// A record that is followed, by the number of the request.
    Record(u64, Lsn),
    Reload(u64),
    Ckpt(u64),
    Prune,
    End,
    /// A look at a node that may be gone, and the removal of its file.
    ClearLook(NodeId),
    Clear,
}

impl Ha {
    pub(crate) fn now(&self) -> Mono {
        self.at.now
    }

    pub(crate) fn ask(&mut self, lane: Lane, verb: Verb, want: Want) {
        self.next_op += 1;
        let op = OpId(self.next_op);
        self.asked.insert(op, want);
        self.out.push(Effect::Store { op, lane, verb });
    }

    pub(crate) fn say(&mut self, level: Level, text: impl Into<String>) {
        self.out.push(Effect::Event(Event { level, text: text.into() }));
    }

    pub(crate) fn note_damage(&mut self, file: impl Into<String>, what: impl Into<String>) {
        let damage = Damage { file: file.into(), what: what.into() };
        if !self.damage.contains(&damage) && self.damage.len() < 1000 {
            self.say(Level::Error, format!("damaged: {}: {}", damage.file, damage.what));
            self.damage.push(damage);
        }
    }

    /// Whether this node keeps the folded state.
    pub(crate) fn wants_state(&self) -> bool {
        match self.stage {
            Stage::Claim(_) | Stage::Reign(_) => true,
            Stage::Follow => match self.mode {
                Mode::HotStandby | Mode::HotBackup => true,
                Mode::Auto | Mode::Master => self.cfg.hot_standby,
                Mode::Standby | Mode::Disabled => false,
            },
            _ => false,
        }
    }

    /// Whether this node may be elected as things stand.
    pub(crate) fn electable(&self) -> bool {
        matches!(self.mode, Mode::Auto | Mode::Master | Mode::Standby | Mode::HotStandby | Mode::Disabled)
            && self.log.failed.is_none()
            && self.anchor.gone.is_none()
    }
}
