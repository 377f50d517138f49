//! The loop.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use base::{Moment, Mono, Span};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use engine::effect::Work;
use engine::input::RequestId;
use ha::input::{Event, Exit, Level};
use ha::verbs::{Answer, Fault, FaultKind};
use node::Node;
use node::interface::{Effect, Input, Response};
use store::lanes::Lanes;
use tokio::sync::oneshot;
use tracing::{debug, error, info, warn};

use super::errands::{Errand, Errands};
use super::handle::{Message, Shared};
use super::nudges::Nudges;
use super::works::Works;
use super::{Prover, clock};
use crate::peer::Links;

/// The timer behind `recv_timeout` stands still while the host sleeps: look at the clock this often at least.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How long small files may take at the end.
const ERRANDS_END: Duration = Duration::from_secs(1);

pub(super) struct Driver {
    node: Node,
    shared: Arc<Shared>,
    inbox: Receiver<Message>,
    lanes: Lanes,
    works: Works,
    errands: Errands,
    nudges: Nudges,
    links: Option<Arc<Links>>,
    prover: Box<dyn Prover>,
    /// Whom to answer.
    waiting: HashMap<RequestId, oneshot::Sender<Response>>,
    /// Answers that came at once, for effects that could not even be begun.
    at_once: VecDeque<Input>,
    wake: Mono,
    exit: Option<Exit>,
}

impl Driver {
    #[expect(clippy::too_many_arguments, reason = "each is a part of its own, handed over once")]
    pub(super) fn new(
        node: Node,
        shared: Arc<Shared>,
        inbox: Receiver<Message>,
        lanes: Lanes,
        works: Works,
        errands: Errands,
        nudges: Nudges,
        links: Option<Arc<Links>>,
        prover: Box<dyn Prover>,
    ) -> Driver {
        Driver {
            node,
            shared,
            inbox,
            lanes,
            works,
            errands,
            nudges,
            links,
            prover,
            waiting: HashMap::new(),
            at_once: VecDeque::new(),
            wake: Mono(0),
            exit: None,
        }
    }

    /// Runs until the node wants to end, and says why.
    pub(super) fn run(mut self) -> Exit {
        let mut out = Vec::new();
        self.feed(Input::Start, &mut out);
        let exit = loop {
            if let Some(exit) = self.exit.take() {
                break exit;
            }
            let now = clock::now();
            let due = now >= self.wake;
            if due {
                // A step always says when the next one is due.
                self.wake = now + Span::secs(1);
                self.feed(Input::Wake, &mut out);
            }
            // After a timer only what waits already: one that is due again and again starves nobody.
            let wait = if due { Span::ZERO } else { self.wake.since(now) };
            match self.inbox.recv_timeout(Duration::from_micros(wait.0).min(LONGEST_WAIT)) {
                Ok(message) => self.take(message, &mut out),
                Err(RecvTimeoutError::Timeout) => {}
                // The driver holds a sender itself, so this cannot be.
                Err(RecvTimeoutError::Disconnected) => break Exit::Failed("the queue is closed".to_owned()),
            }
        };
        self.end();
        exit
    }

    fn take(&mut self, message: Message, out: &mut Vec<Effect>) {
        match message {
            Message::Input(input) => self.feed(input, out),
            Message::Ask { input, request, reply } => {
                self.waiting.insert(request, reply);
                self.feed(input, out);
            }
        }
    }

    /// Steps the node and carries out what it wants, and again with what could be answered at once.
    fn feed(&mut self, input: Input, out: &mut Vec<Effect>) {
        self.at_once.push_back(input);
        while let Some(input) = self.at_once.pop_front() {
            let at = Moment { now: clock::now(), wall: clock::wall() };
            // A broken step leaves a state that nobody can trust: end loudly, never hang silently.
            let stepped = catch_unwind(AssertUnwindSafe(|| self.node.step(at, input, out)));
            if let Err(panic) = stepped {
                self.exit = Some(Exit::Failed(format!("a defect in the core: {}", text_of(&*panic))));
                return;
            }
            for effect in out.drain(..) {
                carry_out(self, effect);
            }
            if self.exit.is_some() {
                return;
            }
        }
    }

    fn end(self) {
        // Whoever still waits learns that the outcome is unknown.
        drop(self.waiting);
        drop(self.lanes);
        self.nudges.finish();
        self.errands.finish(ERRANDS_END);
        self.works.shutdown();
    }
}

fn carry_out(driver: &mut Driver, effect: Effect) {
    match effect {
        Effect::Store { op, lane, verb } => {
            if let Err(full) = driver.lanes.submit(op, lane, verb) {
                let fault = Fault { kind: FaultKind::Unreachable, text: full.to_string() };
                driver.at_once.push_back(Input::Stored { op, answer: Answer::Failed(fault) });
            }
        }
        Effect::WakeAt(at) => driver.wake = at,
        Effect::Publish(view) => {
            let lsn = view.lsn;
            driver.shared.view.store(view);
            driver.shared.changed.send_replace(lsn);
        }
        Effect::Answer { request, response } => {
            if let Some(reply) = driver.waiting.remove(&request) {
                // An error means that the client has gone.
                let _ = reply.send(response);
            }
        }
        Effect::Run { key, work: Work::Children { blueprint, params }, .. } => {
            if let Some(outcome) = driver.errands.compile(key.clone(), blueprint, params) {
                driver.at_once.push_back(Input::Worked { key, outcome });
            }
        }
        Effect::Run { key, machine, work } => {
            if let Some(outcome) = driver.works.run(key.clone(), machine, work) {
                driver.at_once.push_back(Input::Worked { key, outcome });
            }
        }
        Effect::CancelWork(key) => driver.works.cancel(&key),
        Effect::DropWork => driver.works.drop_all(),
        Effect::EncodeCheckpoint { floor, root } => {
            driver.errands.run(Errand::Encode { floor, root: Box::new(root) });
        }
        Effect::TellProver { term, incarnation } => driver.prover.claims(term, incarnation),
        Effect::KeepIncarnation(life) => driver.errands.run(Errand::KeepIncarnation(life)),
        Effect::KeepPriority(priority) => driver.errands.run(Errand::KeepPriority(priority)),
        Effect::Nudge(uris) => {
            if let Some(links) = &driver.links {
                links.look();
            }
            // Who has no link, or one that is broken and does not know it yet, hears it this way.
            driver.nudges.run(uris);
        }
        Effect::Event(event) => log(&event),
        Effect::Exit(exit) => driver.exit = Some(exit),
    }
}

/// What `ha` says is logged under its name: it has no logger of its own.
fn log(event: &Event) {
    let text = &event.text;
    match event.level {
        Level::Debug => debug!(target: "brownstone_ha", "{text}"),
        Level::Info => info!(target: "brownstone_ha", "{text}"),
        Level::Warn => warn!(target: "brownstone_ha", "{text}"),
        Level::Error => error!(target: "brownstone_ha", "{text}"),
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
