//! A reign: the head that runs ahead of the disk, and what waits for it to land.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use base::{Lsn, Mono, Orders, Term, limits};
use engine::Root;
use engine::Step;
use engine::effect::{Effect as Want, Outcome, WorkKey};
use engine::input::{Caller, Command, Input as Happened, Reign, RequestId};
use ha::config::Persist;
use ha::input::{Event, Exit, Input as HaInput, Level, LostAppend};

use crate::chair::lifted;
use crate::interface::{Effect, Response};
use crate::step::Node;
use crate::timers::Timers;

/// The request of what this node asks of itself: its answer goes nowhere.
pub(crate) const NOBODY: RequestId = RequestId(0);

/// What one input changed, and what is to happen once that is durable.
struct Unit {
    ops: Vec<Arc<str>>,
    bytes: usize,
    wants: Vec<Want>,
    /// The head after it.
    root: Root,
}

/// The state of a reign.
pub(crate) struct Reigning {
    term: Term,
    head: Root,
    /// The record on its way: its units' wishes, and the head that it makes durable.
    flight: Option<(Vec<Want>, Root)>,
    behind: VecDeque<Unit>,
    behind_bytes: usize,
    /// When the units behind must be sent; `None`: at once.
    not_before: Option<Mono>,
    timers: Timers,
}

impl Reigning {
    /// What runs ahead of the disk.
    pub(crate) fn head(&self) -> &Root {
        &self.head
    }

    /// What was ordered about the chair, as it stands at the head.
    pub(crate) fn orders(&self) -> &Orders {
        self.head.orders()
    }

    /// Whether a record is on its way.
    pub(crate) fn is_sent(&self) -> bool {
        self.flight.is_some()
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.flight.is_some() || !self.behind.is_empty()
    }

    pub(crate) fn next_wake(&self) -> Option<Mono> {
        let timer = self.timers.next();
        let batch = if self.behind.is_empty() || self.flight.is_some() { None } else { self.not_before };
        timer.into_iter().chain(batch).min()
    }
}

impl Node {
    /// This node serves from now on. The engine's first input of a reign says so.
    pub(crate) fn serve(&mut self, term: Term, why: String, out: &mut Vec<Effect>) {
        let nothing = || Root::empty().with_externals(self.config.externals.clone());
        let head = self.durable.clone().unwrap_or_else(nothing);
        self.durable = Some(head.clone());
        self.version += 1;
        self.reign = Some(Reigning {
            term,
            head,
            flight: None,
            behind: VecDeque::new(),
            behind_bytes: 0,
            not_before: None,
            timers: Timers::default(),
        });
        let mut first = Vec::new();
        if self.config.ha.persist == Persist::Clean && !std::mem::replace(&mut self.cleaned, true) {
            let caller = Caller { user: "persistMode CLEAN".to_owned(), ..Caller::default() };
            first.push(Happened::Command { request: NOBODY, caller, key: None, command: Command::Reset });
        }
        let node = self.config.ha.node.to_string();
        let seed = self.config.seed ^ term.0.rotate_left(32);
        first.push(Happened::TookOver(Reign { term, node, host: self.config.host.clone(), why, seed }));
        first.extend(self.ha.lifted_by().map(|by| lifted(by.to_owned())));
        for input in first {
            if let Err(why) = self.happened(input, out) {
                // A master that cannot begin its reign must not look like one.
                out.push(Effect::Exit(Exit::Failed(why)));
            }
        }
    }

    /// Somebody asks: only a master with a valid lease takes it on.
    pub(crate) fn asked(&mut self, request: RequestId, input: Happened, out: &mut Vec<Effect>) {
        let stays = self.stop_by.is_none() && self.handing.is_none();
        let serving = self.ha.serving_term(self.at.now).is_some() && stays;
        let response = match &self.reign {
            Some(reign) if serving && reign.behind_bytes < 4 * limits::RECORD_BYTES_MAX => None,
            Some(_) if serving => Some(Response::Overloaded),
            _ => Some(self.refusal()),
        };
        match response {
            Some(response) => out.push(Effect::Answer { request, response }),
            None => {
                if let Err(why) = self.happened(input, out) {
                    out.push(Effect::Answer { request, response: Response::Broken(why) });
                }
            }
        }
    }

    pub(crate) fn worked(&mut self, key: WorkKey, outcome: Outcome, out: &mut Vec<Effect>) {
        // Work of an earlier reign reports to nobody: its tasks were marked as interrupted.
        if self.reign.as_ref().is_some_and(|r| r.term == key.term) {
            self.happened(Happened::Work { key, outcome }, out).ok();
        }
    }

    pub(crate) fn fire_timers(&mut self, out: &mut Vec<Effect>) {
        let now = self.at.now;
        let Some(reign) = &mut self.reign else { return };
        for id in reign.timers.take_due(now) {
            self.happened(Happened::Timer(id), out).ok();
        }
    }

    /// Steps the engine on the head. A panic drops the step and fails that one input.
    pub(crate) fn happened(&mut self, input: Happened, out: &mut Vec<Effect>) -> Result<(), String> {
        let Some(reign) = &mut self.reign else { return Ok(()) };
        let moment = self.at;
        let urgent = !matches!(input, Happened::Work { outcome: Outcome::Output(_), .. });
        let head = &reign.head;
        let stepped = catch_unwind(AssertUnwindSafe(|| engine::step(head, moment, input)));
        let Ok(Step { root, changes, effects }) = stepped else {
            let why = "the engine failed on this input; nothing was changed".to_owned();
            out.push(Effect::Event(Event { level: Level::Error, text: why.clone() }));
            return Err(why);
        };
        let ops: Vec<Arc<str>> = changes.iter().map(|change| Arc::from(change.encode())).collect();
        let bytes = ops.iter().map(|op| op.len() + 18).sum();
        reign.head = root.clone();
        // An answer always waits for a record of its own; a timer that changed nothing needs none.
        let replies = effects.iter().any(|e| matches!(e, Want::Reply { .. }));
        if ops.is_empty() && !replies && !reign.is_busy() {
            self.release(effects, self.durable_at, out);
            return Ok(());
        }
        if urgent {
            reign.not_before = None;
        } else if reign.behind.is_empty() {
            reign.not_before = Some(self.at.now + self.config.reading_delay);
        }
        let (early, effects) = leave_early(effects);
        reign.behind_bytes += bytes;
        reign.behind.push_back(Unit { ops, bytes, wants: effects, root });
        if !early.is_empty() {
            self.release(early, self.durable_at, out);
        }
        Ok(())
    }

    /// Sends the units behind as one record, if the slot is free and their time has come.
    pub(crate) fn pump(&mut self, out: &mut Vec<Effect>) {
        while self.sends()
            && let Some(reign) = &mut self.reign
        {
            let leaves = self.stop_by.is_some() || self.handing.is_some();
            let due = reign.not_before.is_none_or(|at| self.at.now >= at) || leaves;
            if reign.flight.is_some()
                || reign.behind.is_empty()
                || !due
                || !self.ha.ready_to_append(self.at.now)
            {
                return;
            }
            let (mut ops, mut wants, mut bytes) = (Vec::new(), Vec::new(), 0);
            let mut root = reign.head.clone();
            while let Some(unit) = reign.behind.front() {
                if bytes > 0 && bytes + unit.bytes > limits::RECORD_BYTES_MAX {
                    break;
                }
                let Some(unit) = reign.behind.pop_front() else { break };
                bytes += unit.bytes;
                reign.behind_bytes -= unit.bytes;
                // In the order in which it was done.
                if base::mutant::on(base::Mutant::BatchOutOfOrder) {
                    ops.splice(0..0, unit.ops);
                } else {
                    ops.extend(unit.ops);
                }
                wants.extend(unit.wants);
                root = unit.root;
            }
            reign.flight = Some((wants, root));
            self.ha_step(HaInput::Append { ops }, out);
        }
    }

    /// The record in flight is durable: show it, then answer and act.
    pub(crate) fn landed(&mut self, lsn: Lsn, out: &mut Vec<Effect>) {
        let Some((wants, root)) = self.reign.as_mut().and_then(|r| r.flight.take()) else { return };
        self.durable = Some(root);
        self.version += 1;
        self.durable_at = lsn;
        self.stale = true;
        self.publish(out);
        self.landed_while_handing();
        self.release(wants, lsn, out);
    }

    fn release(&mut self, wants: Vec<Want>, lsn: Lsn, out: &mut Vec<Effect>) {
        for want in wants {
            match want {
                Want::Reply { request: NOBODY, .. } => {}
                Want::Reply { request, reply } => {
                    let until = self.ha.lease_until().unwrap_or_default();
                    let response = Response::Recorded { reply, lsn, until }.released_at(self.at.now);
                    out.push(Effect::Answer { request, response });
                }
                Want::Run { key, machine, work } => out.push(Effect::Run { key, machine, work }),
                Want::HandOver { to, by } => self.begin_hand_over(to, by),
                Want::Cancel { key } => out.push(Effect::CancelWork(key)),
                Want::Warn { text } => out.push(Effect::Event(Event { level: Level::Warn, text })),
                Want::Timer { id, at } => {
                    if let Some(reign) = &mut self.reign {
                        reign.timers.set(id, at);
                    }
                }
            }
        }
    }

    /// The record in flight is lost with the slot.
    pub(crate) fn lost(&mut self, how: LostAppend, out: &mut Vec<Effect>) {
        let Some((wants, _)) = self.reign.as_mut().and_then(|r| r.flight.take()) else { return };
        let response = match how {
            LostAppend::NotRecorded => Response::NotRecorded,
            LostAppend::Unknown => Response::Unknown,
        };
        refuse(wants, &response, out);
    }

    /// The reign is over: what was never sent is certainly not recorded; the head is dropped.
    pub(crate) fn demoted(&mut self, out: &mut Vec<Effect>) {
        self.handing = None;
        let Some(reign) = self.reign.take() else { return };
        // The head goes with the slot: the only roll-back there is.
        if base::mutant::on(base::Mutant::HeadKept) {
            self.durable = Some(reign.head.clone());
        }
        if let Some((wants, _)) = reign.flight {
            refuse(wants, &Response::Unknown, out);
        }
        for unit in reign.behind {
            refuse(unit.wants, &Response::NotRecorded, out);
        }
        out.push(Effect::DropWork);
    }
}

/// Nothing leaves before its record (clauses 8, 14): what a mutant lets out all the same, and the rest.
fn leave_early(wants: Vec<Want>) -> (Vec<Want>, Vec<Want>) {
    let (answers, acts) = (
        base::mutant::on(base::Mutant::AnswerBeforeDurable),
        base::mutant::on(base::Mutant::ActsBeforeDurable),
    );
    if !answers && !acts {
        return (Vec::new(), wants);
    }
    wants.into_iter().partition(|want| match want {
        Want::Reply { .. } => answers,
        Want::Run { .. } => acts,
        _ => false,
    })
}

fn refuse(wants: Vec<Want>, response: &Response, out: &mut Vec<Effect>) {
    for want in wants {
        if let Want::Reply { request, .. } = want
            && request != NOBODY
        {
            out.push(Effect::Answer { request, response: response.clone() });
        }
    }
}
