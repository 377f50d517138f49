//! What a node remembers: of itself, of the others, of the log.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use base::{Incarnation, Lsn, Moment, Mono, NodeId, Rng, Span, Term, WallMs};

use crate::config::{Config, Mode};
use crate::files::{NodeFile, OkFile, PlaneFile, TermFile};
use crate::input::{Effect, Event, Level, Point};
use crate::record::Chain;
use crate::status::{Damage, Role};
use crate::verbs::{Lane, OpId, Verb};

/// The state machine of who manages. See [`Ha::step`].
pub struct Ha {
    pub(crate) cfg: Config,
    pub(crate) at: Moment,
    pub(crate) out: Vec<Effect>,
    pub(crate) rng: Rng,
    pub(crate) mode: Mode,
    pub(crate) priority: i64,
    pub(crate) plane: Option<PlaneFile>,
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
    /// Terms before the own one whose owners are still to be learnt, while a claim waits.
    pub(crate) claim_terms: Vec<Term>,
    /// Whether the wait for an old lease was said.
    pub(crate) still_said: bool,
    /// Since when the process is to end.
    pub(crate) stop_wanted: Option<Mono>,
}

/// How many different texts are said of one trouble.
const TROUBLES_SAID_MAX: usize = 8;

/// The store fails at things.
pub(crate) struct Trouble {
    pub(crate) since: Mono,
    pub(crate) last: Mono,
    pub(crate) text: String,
    said: Vec<String>,
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

/// Steps of the start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub(crate) enum Boot {
    /// `again`: the folder is known not to be empty.
    ReadPlane {
        again: bool,
    },
    /// Is the folder empty? The index of the folder that is listed.
    ListFolders(usize),
    CreatePlane,
    ReadOwn,
    /// The id was used on another running of a host, or from another data folder: does its file rise?
    WatchOwn(NodeFile, Mono),
    ListTerms,
    ReadTerm,
    ReadEnd,
    FirstBeat,
    /// The first full look round.
    FirstLook,
}

/// Steps of a claim, from the wish to serve on.
pub(crate) struct Claim {
    /// The term that is claimed.
    pub(crate) term: Term,
    /// Why, for people.
    pub(crate) why: String,
    /// When it began.
    pub(crate) since: Mono,
    pub(crate) step: ClaimStep,
    /// The bytes of the claim, to know it again after a lost reply.
    pub(crate) bytes: Arc<[u8]>,
    /// The start of the last beat that counts, while they carry each other on without a gap.
    pub(crate) lease_from: Option<Mono>,
    /// The fence that was sent: slot, bytes.
    pub(crate) fence: Option<(Lsn, Arc<[u8]>)>,
    /// The last term that wrote data before the fence.
    pub(crate) data_term: Term,
    /// When the fence was known to exist.
    pub(crate) fenced_at: Mono,
    /// When the owners of all earlier terms that matter were known by name.
    pub(crate) owners_known_at: Option<Mono>,
    /// When to try again what the store failed at.
    pub(crate) again_at: Option<Mono>,
    /// Rounds of validation, to keep them bounded.
    pub(crate) reloads: u32,
    /// Which mark the fence is compared with: 0 the newest, 1 the one before it.
    pub(crate) marks_back: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimStep {
    /// `terms/N` is being created (or read back).
    Create,
    /// The first CLAIMING beat is on its way.
    Beat,
    /// The log is read up to the highest head that anybody names.
    CatchUp,
    /// The fence is being created.
    Fence,
    /// The newest checkpoint is looked up and compared.
    Validate,
    /// Owners of earlier terms are watched until each has given up or been still.
    Still,
    /// `leader.json` is written.
    Hint,
}

/// A reign.
pub(crate) struct Reign {
    pub(crate) term: Term,
    /// When the last beat that counts began; `None` when the lease has lapsed and the slot must be proved.
    pub(crate) lease_from: Option<Mono>,
    /// While lapsed: the start of the last beat that counts, from which a proof may count.
    pub(crate) proof_base: Option<Mono>,
    /// The create that is on its way.
    pub(crate) outstanding: Option<Outstanding>,
    /// A file of another node could not be read; a noop must prove the slot.
    pub(crate) want_noop: bool,
    /// Records and bytes since the last checkpoint.
    pub(crate) records_since: u64,
    pub(crate) bytes_since: u64,
}

/// The one create that may be on its way.
pub(crate) struct Outstanding {
    pub(crate) lsn: Lsn,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) is_data: bool,
    /// The slot was read with somebody else's bytes, of a newer term.
    pub(crate) is_taken: bool,
    /// For a noop: the beat from which the lease counts when it lands.
    pub(crate) base: Option<Mono>,
    pub(crate) since: Mono,
    /// When to send it again, if it is not with the store now.
    pub(crate) again_at: Option<Mono>,
}

/// Steps of a graceful end.
pub(crate) struct Ending {
    pub(crate) since: Mono,
    /// The term that is given up, if this node ruled.
    pub(crate) term: Option<Term>,
    pub(crate) step: EndStep,
    /// Whether the process ends after it (else: the node goes on as a standby).
    pub(crate) exit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndStep {
    Beat,
    Mark,
}

/// Another node.
pub(crate) struct Peer {
    /// The highest that was read of it.
    pub(crate) file: NodeFile,
    /// When (incarnation, term, beat) last rose, by this node's clock.
    pub(crate) rose: Mono,
    /// When it was last read, whatever it said.
    pub(crate) read: Mono,
    /// The wall clock here at that rise, for people.
    pub(crate) wall: WallMs,
    /// The sum of bytes that could not be read as a node file, and whether the slot was proved since.
    pub(crate) unreadable: Option<(Chain, bool)>,
}

/// The newest term.
#[derive(Default)]
pub(crate) struct Terms {
    pub(crate) newest: Term,
    /// Its owner, once known.
    pub(crate) owner: Option<NodeId>,
    /// Its claim, once read.
    pub(crate) claim: Option<TermFile>,
    /// Why it is over, once that is known.
    pub(crate) over: Option<String>,
    /// Owners of all terms that were heard of since the last data term.
    pub(crate) owners: BTreeMap<Term, (NodeId, Incarnation)>,
}

/// The own node file.
pub(crate) struct Beat {
    /// The number of the last beat that was sent.
    pub(crate) sent: u64,
    /// The number of the last one that is known to be durable.
    pub(crate) confirmed: u64,
    /// When that was known.
    pub(crate) written_at: Mono,
    pub(crate) flow: BeatFlow,
    pub(crate) next_at: Mono,
    /// Beat again as soon as the one under way is through.
    pub(crate) again: bool,
    /// What the last confirmed file said.
    pub(crate) confirmed_role: Option<crate::files::FileRole>,
    pub(crate) confirmed_term: Term,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BeatFlow {
    Idle,
    Reading {
        started: Mono,
    },
    /// The own file is older than it should be: does my last durable record still stand?
    Proving {
        started: Mono,
    },
    Writing {
        started: Mono,
        role: crate::files::FileRole,
        term: Term,
    },
    /// Written; waits for a look round begun after it.
    Looking {
        started: Mono,
    },
}

/// Look rounds: one at a time.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) round: Option<Round>,
    pub(crate) next_at: Mono,
    /// When all nodes were last listed.
    pub(crate) listed_at: Option<Mono>,
    /// A round is wanted at once.
    pub(crate) wanted: bool,
    /// The next one must list and read all.
    pub(crate) wanted_full: bool,
}

pub(crate) struct Round {
    pub(crate) started: Mono,
    pub(crate) full: bool,
    pub(crate) queue: VecDeque<Target>,
    pub(crate) failed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Leader,
    List(Option<crate::verbs::Name>),
    Node(NodeId),
    Term(Term),
}

/// How long the master has been still, by this node's own clock and reads.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) quiet: Span,
    /// The last read that succeeded.
    pub(crate) mark: Option<Mono>,
    /// When the last sign of life was taken into account.
    pub(crate) sign: Option<Mono>,
    /// Since when this node wants to claim, and until when it holds off.
    pub(crate) candidate: Option<Mono>,
    pub(crate) hold_until: Mono,
    pub(crate) failures: u32,
}

/// The log as it was folded.
pub(crate) struct Follow {
    /// The last record folded; `None`: this node holds no state.
    pub(crate) have: Option<Point>,
    /// The term of the last valid fence, and the last term that wrote data.
    pub(crate) fence_term: Term,
    pub(crate) data_term: Term,
    /// Up to where the log is known to reach.
    pub(crate) target: Lsn,
    pub(crate) job: Job,
    /// Counts requests of reloads.
    pub(crate) serial: u64,
    /// The last record was damaged: what follows decides the chain.
    pub(crate) uncertain: bool,
    /// Where `prev` did not fit before a reload; what does not fit again after it is judged.
    pub(crate) mismatches: BTreeSet<Lsn>,
    /// Chain values of the last records, oldest first; the last belongs to `have`.
    pub(crate) recent: VecDeque<Chain>,
    /// Where the state was loaded from.
    pub(crate) loaded: Option<Point>,
    /// The highest record that was ever folded in this life, whatever was dropped since.
    pub(crate) highest: Lsn,
    /// Whether the target was reached since the state was loaded.
    pub(crate) ready: bool,
    /// Why the log cannot be followed, and whether it may pass by itself.
    pub(crate) failed: Option<FollowFailed>,
    /// Since when the next record cannot be had.
    pub(crate) stuck_since: Option<Mono>,
}

pub(crate) struct FollowFailed {
    pub(crate) why: String,
    pub(crate) passing: bool,
}

/// What is being read of the log.
pub(crate) enum Job {
    Idle,
    /// A record; how often it was read already.
    Record {
        lsn: Lsn,
        tries: u32,
    },
    /// Wait before the next try.
    Wait(Mono),
    Reload(Reload),
}

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

/// Pruning of what two checkpoints cover.
#[derive(Default)]
pub(crate) struct Prune {
    pub(crate) job: PruneJob,
    pub(crate) next_at: Mono,
    /// Records up to here were looked at in this life.
    pub(crate) done_to: Lsn,
}

#[derive(Default)]
pub(crate) enum PruneJob {
    #[default]
    Idle,
    /// Listing the log up to a floor.
    List {
        upto: Lsn,
        folder: u64,
    },
    /// Reading (only data and noops are deleted) and deleting, one by one; `last`: another page follows.
    Record {
        upto: Lsn,
        folder: u64,
        queue: VecDeque<crate::verbs::Name>,
        last: Option<crate::verbs::Name>,
    },
    /// Listing checkpoints below a floor.
    ListCkpt {
        upto: Lsn,
    },
    Ckpt {
        upto: Lsn,
        queue: VecDeque<crate::verbs::Name>,
    },
}

/// Who waits for an answer of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Boot,
    Beat,
    Look,
    Claim(Term),
    /// The fence or its read back.
    Fence(Term, Lsn),
    ValidateList(Term),
    /// An append or noop of this term, or its read back.
    Slot(Term, Lsn),
    SlotRead(Term, Lsn),
    Log(Lsn),
    Reload(u64),
    Ckpt(u64),
    Prune,
    End,
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

    /// The store failed at something; each text is said once while the trouble lasts.
    pub(crate) fn note_trouble(&mut self, what: &str, why: &str) {
        let text = format!("{what}: {why}");
        let now = self.now();
        let trouble = self.trouble.get_or_insert_with(|| Trouble {
            since: now,
            last: now,
            text: String::new(),
            said: Vec::new(),
        });
        trouble.last = now;
        trouble.text.clone_from(&text);
        if trouble.said.len() < TROUBLES_SAID_MAX && !trouble.said.contains(&text) {
            trouble.said.push(text.clone());
            self.say(Level::Warn, format!("the store gives trouble: {text}"));
        }
    }

    /// The store has answered. The trouble is over when it has failed at nothing for a while.
    pub(crate) fn trouble_over(&mut self) {
        let now = self.now();
        if let Some(trouble) = self.trouble.take_if(|t| now.since(t.last) >= Span::secs(2)) {
            let lasted = trouble.last.since(trouble.since);
            self.say(Level::Info, format!("the store answers again; there was trouble for {lasted}"));
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
    }
}
