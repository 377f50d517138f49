//! The own node file: read, written, and then a look for a newer term before it counts.

use base::{Lsn, Mono, Span, Term};

use crate::anchor::Part;
use crate::boot::Boot;
use crate::config::{BUCKET_OWN_READS, IDLE_BEAT, Store};
use crate::files::{self, FileRole, NodeFile};
use crate::input::{Exit, Level};
use crate::names;
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, FaultKind, Lane, Verb};

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
    /// The serial of the orders in it.
    pub(crate) confirmed_orders: u64,
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
    /// Is the plane still there?
    Anchoring {
        started: Mono,
        part: Part,
    },
    Writing {
        started: Mono,
        role: crate::files::FileRole,
        term: Term,
        orders: u64,
    },
    /// Written; waits for a look round begun after it.
    Looking {
        started: Mono,
    },
}

impl Ha {
    /// Whether this node writes its file at all.
    pub(crate) fn beats(&self) -> bool {
        match &self.stage {
            Stage::Boot(step) => *step == Boot::FirstBeat || *step == Boot::FirstLook,
            Stage::Ended => false,
            _ => true,
        }
    }

    pub(crate) fn rules(&self) -> bool {
        matches!(self.stage, Stage::Claim(_) | Stage::Reign(_))
    }

    /// Write the own file as soon as possible: something in it has changed.
    pub(crate) fn beat_soon(&mut self) {
        self.beat.again = true;
    }

    /// What this node honestly is, for its file.
    pub(crate) fn file_role(&self) -> FileRole {
        match &self.stage {
            Stage::Boot(_) => FileRole::Initializing,
            Stage::Claim(claim) if self.created == claim.term => FileRole::Claiming,
            Stage::Claim(_) | Stage::Follow => match self.standby_role() {
                crate::status::Role::HotStandby => FileRole::HotStandby,
                crate::status::Role::HotBackup => FileRole::HotBackup,
                crate::status::Role::Standby => FileRole::Standby,
                crate::status::Role::Failed => FileRole::Failed,
                _ => FileRole::Initializing,
            },
            Stage::Reign(_) if self.serving() => FileRole::Master,
            Stage::Reign(_) => FileRole::Suspended,
            Stage::Disabled => FileRole::Failed,
            Stage::Ending(end) if end.exit => FileRole::Terminated,
            Stage::Ending(_) => FileRole::Standby,
            Stage::Ended => FileRole::Terminated,
        }
    }

    pub(crate) fn run_beat(&mut self) {
        if matches!(self.beat.flow, BeatFlow::Looking { .. }) && !self.rules() {
            self.beat.flow = BeatFlow::Idle;
        }
        if !self.beats() || self.beat.flow != BeatFlow::Idle {
            return;
        }
        if !(self.beat.again || self.now() >= self.beat.next_at) {
            return;
        }
        self.beat.again = false;
        let started = self.now();
        if self.anchor_is_due() {
            self.look_for_plane(started);
        } else {
            self.begin_beat(started);
        }
    }

    pub(crate) fn begin_beat(&mut self, started: Mono) {
        if !self.own_file_is_due() {
            return self.write_beat(started);
        }
        if let Some(name) = names::node(&self.cfg.node) {
            self.beat.flow = BeatFlow::Reading { started };
            self.ask(Lane::Beat, Verb::Read { name }, Want::Beat);
        }
    }

    /// Whether the own file is read before this beat: on a folder always; on a bucket before the first ones of a
    /// life and every tenth, and whenever the last write is not known to have been the last to land.
    fn own_file_is_due(&self) -> bool {
        self.cfg.store == Store::Folder
            || self.beat.confirmed < 2
            || self.beat.sent != self.beat.confirmed
            || self.beat.sent.is_multiple_of(BUCKET_OWN_READS)
    }

    pub(crate) fn beat_answer(&mut self, answer: Answer) {
        if let Answer::Failed(fault) | Answer::Unknown(fault) = &answer {
            self.note_unwritten("writing the own node file", fault);
            // A beat may find room that a record does not (the store's reserve): whether records do is seen by one.
            if fault.kind == FaultKind::Full
                && let Stage::Reign(reign) = &mut self.stage
            {
                reign.want_noop = true;
            }
            self.beat.flow = BeatFlow::Idle;
            self.beat.next_at = self.now() + Span::millis(250).min(self.cfg.beat);
            return;
        }
        match (self.beat.flow, answer) {
            (BeatFlow::Reading { started }, Answer::Content(found)) => self.own_file_read(started, found.as_deref()),
            (BeatFlow::Proving { .. }, Answer::Content(None)) => self.exit(Exit::Failed(
                "the store went back in time: this server's last durable record is not there any more. Nothing is \
                 written to it until an operator has looked; start the server again when it is sound"
                    .to_owned(),
            )),
            (BeatFlow::Proving { started }, _) => self.write_beat(started),
            (BeatFlow::Writing { started, role, term, orders }, Answer::Done) => {
                self.beat_written(started, role, term, orders);
            }
            _ => {}
        }
    }

    /// How far this server has the log. Until it has all that an earlier life had, that: where the store has lost the end of the
    /// log, it is known by nothing else.
    fn head_to_show(&self) -> Lsn {
        let have = self.log.have.map_or(Lsn(0), |p| p.lsn);
        let cold = matches!(self.stage, Stage::Follow) && !self.wants_state();
        if cold { have } else { have.max(self.log.had) }
    }

    /// A beat that I never sent means that I went back in time, or that the id is in use twice.
    fn own_file_read(&mut self, started: Mono, found: Option<&[u8]>) {
        if found.is_none() && self.beat.confirmed > 0 && !self.is_anchored_since(started) {
            return self.look_for_plane(started);
        }
        let Some(Ok(file)) = found.map(files::from_bytes::<NodeFile>) else {
            // Removed by `states/clear`, a cached absence, or torn: written anew.
            return self.write_beat(started);
        };
        if file.uid == self.cfg.uid {
            if self.went_back_in_time(&file) {
                return;
            }
            if file.beat < self.beat.confirmed {
                self.say(
                    Level::Warn,
                    "the own node file shows an older beat; looking whether the store went back",
                );
                if let Some(point) = self.log.have.filter(|p| p.lsn.0 > 0) {
                    self.beat.flow = BeatFlow::Proving { started };
                    self.ask(Lane::Beat, Verb::Read { name: names::record(point.lsn) }, Want::Beat);
                    return;
                }
            }
        } else if file.incarnation >= self.incarnation && !file.ended {
            let why = format!(
                "node id {} is in use twice: a server on host {} ({}) writes its file too. Give one of them another \
                 brownstone.ha.nodeId",
                self.cfg.node, file.host, file.uri
            );
            return self.exit(Exit::BadConfig(why));
        }
        self.write_beat(started);
    }

    /// The own file shows a beat of this very life that it has not sent: nothing more is done.
    pub(crate) fn went_back_in_time(&mut self, file: &NodeFile) -> bool {
        let back = file.uid == self.cfg.uid && file.beat > self.beat.sent;
        if back {
            let why = format!(
                "nodes/{}.json shows beat {} of this very server, which has sent {}: this machine went back in time \
                 (restored from a snapshot?). Start the server again",
                self.cfg.node, file.beat, self.beat.sent
            );
            self.exit(Exit::Failed(why));
        }
        back
    }

    fn write_beat(&mut self, started: Mono) {
        let (Some(plane), Some(name)) = (self.plane.clone(), names::node(&self.cfg.node)) else { return };
        self.beat.sent += 1;
        let role = self.file_role();
        let term = self.created;
        let why = match &self.log.failed {
            Some(failed) => failed.why.clone(),
            None if role == FileRole::Suspended => self.why(),
            None if matches!(self.stage, Stage::Disabled) => "it was disabled by an operator".to_owned(),
            None => String::new(),
        };
        let file = NodeFile {
            plane: plane.plane,
            era: plane.era,
            node: self.cfg.node.clone(),
            incarnation: self.incarnation,
            uid: self.cfg.uid.clone(),
            term,
            follows: self.terms.newest,
            role,
            beat: self.beat.sent,
            lease_ms: self.cfg.lease().as_millis(),
            head: self.head_to_show(),
            floor: self.ckpt.floor(),
            ended: role == FileRole::Terminated,
            uri: self.cfg.uri.clone(),
            version: self.cfg.version.clone(),
            priority: self.priority,
            home: self.cfg.home.clone(),
            boot: self.cfg.boot.clone(),
            host: self.cfg.host.clone(),
            at: self.at.wall,
            why,
            // Servers that follow no log learn them here.
            orders: if base::mutant::on(base::Mutant::OrdersNotTold) {
                base::Orders::default()
            } else {
                self.ordered.newest.clone()
            },
            hand_over: self.ordered.handed.clone(),
            formats: self.cfg.formats,
        };
        self.beat.flow = BeatFlow::Writing { started, role, term, orders: file.orders.serial };
        self.ask(Lane::Beat, Verb::PutOwn { name, bytes: files::to_bytes(&file) }, Want::Beat);
    }

    fn beat_written(&mut self, started: Mono, role: FileRole, term: base::Term, orders: u64) {
        self.beat.confirmed = self.beat.sent;
        self.beat.written_at = self.now();
        if role == FileRole::Master && self.beat.confirmed_role != Some(role) {
            // Whoever waits to follow this server, or to tell who rules now, need not wait for its next look.
            self.nudge_all();
        } else if role.stands_by() && self.beat.confirmed_role != Some(role) {
            // The master lists the servers only now and then, and may be asked for a successor at once.
            self.nudge_ruler();
        }
        self.beat.confirmed_role = Some(role);
        self.beat.confirmed_term = term;
        self.beat.confirmed_orders = orders;
        if self.rules() && base::mutant::on(base::Mutant::BeatWithoutLook) {
            // A newer term may have come meanwhile (clause 10).
            self.beat.flow = BeatFlow::Idle;
            self.lease_beat(started);
        } else if self.rules() {
            // It counts only when a look for a newer term, begun after the write, succeeds too.
            self.beat.flow = BeatFlow::Looking { started };
            self.look.wanted = true;
        } else {
            self.beat.flow = BeatFlow::Idle;
        }
        let period = if self.rules() { self.cfg.beat } else { IDLE_BEAT };
        self.beat.next_at = started + period;
    }

    /// Whether a round that began then saw the world after the last write of the own file.
    pub(crate) fn beat_look_is_fresh(&self, round_started: Mono) -> bool {
        round_started >= self.beat.written_at
    }

    /// A look round that began after the write has ended well and has shown no newer term.
    pub(crate) fn beat_counts(&mut self) {
        if let BeatFlow::Looking { started } = self.beat.flow {
            self.beat.flow = BeatFlow::Idle;
            self.lease_beat(started);
        }
    }
}
