//! What the rest of the server holds of the driver: it asks, and reads what is published, without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use crossbeam_channel::Sender;
use tokio::sync::{oneshot, watch};

use base::{Lsn, Mono, NodeId, limits};
use engine::input::{Caller, Command, RequestId, WriteKey};
use ha::config::Mode;
use ha::status::Role;
use node::interface::{Input, Response, View};

use super::clock;

/// How long an answer may take to leave before a drill ends the process.
const ANSWER_LEAVES: Duration = Duration::from_millis(50);

/// What reaches the driver's thread.
#[derive(Debug)]
pub(crate) enum Message {
    /// An input as it is.
    Input(Input),
    /// A request, with whom to answer.
    Ask {
        /// The input.
        input: Input,
        /// Its number.
        request: RequestId,
        /// Whom to answer.
        reply: oneshot::Sender<Response>,
    },
}

/// What handles and the driver share.
pub(crate) struct Shared {
    /// What readers see.
    pub(crate) view: ArcSwap<View>,
    /// Told at each publication.
    pub(crate) changed: watch::Sender<Lsn>,
    /// Requests that wait for their answer.
    pub(crate) waiting: AtomicUsize,
    /// Whether an end was asked for.
    pub(crate) stopping: AtomicBool,
    /// For how long requests are answered once it has come.
    serving: watch::Sender<Duration>,
    next_request: AtomicU64,
    queue: Sender<Message>,
}

impl Shared {
    pub(crate) fn new(view: View, queue: Sender<Message>) -> Arc<Shared> {
        Arc::new(Shared {
            changed: watch::Sender::new(view.lsn),
            view: ArcSwap::from_pointee(view),
            waiting: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            serving: watch::Sender::new(Duration::ZERO),
            next_request: AtomicU64::new(1),
            queue,
        })
    }
}

/// The way to the node. Cheap to clone; every method may be called from any thread or task.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>) -> Handle {
        Handle { shared }
    }

    /// One durable moment of the plane: the state, and who manages. Never waits.
    pub fn view(&self) -> Arc<View> {
        self.shared.view.load_full()
    }

    /// This node's own clock, by which leases are judged.
    pub fn now(&self) -> Mono {
        clock::now()
    }

    /// What this node is at this moment; a lease that ran out since the last publication counts.
    pub fn role(&self) -> Role {
        self.shared.view.load().status.role_at(self.now())
    }

    /// Asks the node for something and waits until the answer is durable, or certain not to come.
    pub async fn ask(&self, caller: Caller, key: Option<WriteKey>, command: Command) -> Response {
        let Some(_place) = Place::take(&self.shared) else { return Response::Overloaded };
        let request = RequestId(self.shared.next_request.fetch_add(1, Ordering::Relaxed));
        let (reply, answer) = oneshot::channel();
        let input = Input::Ask { request, caller, key, command };
        if self.shared.queue.send(Message::Ask { input, request, reply }).is_err() {
            // The driver has ended before it took the request.
            return Response::NotRecorded;
        }
        // A driver that ends drops what waits: it may have been sent to the store already.
        answer.await.unwrap_or(Response::Unknown).released_at(self.now())
    }

    /// Asks for another mode; says what this node was before.
    pub fn set_mode(&self, mode: Mode) -> Role {
        let before = self.role();
        self.send(Input::SetMode(mode));
        before
    }

    /// Asks for another priority; says what it was before.
    pub fn set_priority(&self, priority: i64) -> i64 {
        let before = self.shared.view.load().status.priority;
        self.send(Input::SetPriority(priority));
        before
    }

    /// Has the node look at the store now.
    pub fn nudge(&self) {
        self.send(Input::Nudge);
    }

    /// Tells the node that, by the master's word, the log reaches this far.
    pub fn told_head(&self, term: base::Term, lsn: Lsn) {
        self.send(Input::ToldHead { term, lsn });
    }

    /// Has the node forget the files of nodes that are gone: all, or one.
    pub fn clear_nodes(&self, which: Option<NodeId>) {
        self.send(Input::ClearNodes(which));
    }

    /// Lifts a pause of automatic fail-over at this node, because there is no master to record it.
    pub fn lift_pause(&self, by: String) {
        self.send(Input::LiftPause { by });
    }

    /// Ends this process as `kill -9` does, as soon as whoever asked for it can have been answered. Nothing is
    /// flushed, given up or said to anybody: that is what it is for.
    pub fn kill(&self) {
        let die = || {
            std::thread::sleep(ANSWER_LEAVES);
            let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::Signal::SIGKILL);
        };
        if std::thread::Builder::new().name("drill".to_owned()).spawn(die).is_err() {
            tracing::error!("no thread for a drill");
        }
    }

    /// Ends the server gracefully. Asked once more, it does not serve any longer either.
    pub fn stop(&self) {
        self.stop_serving_for(Duration::ZERO);
    }

    /// The same; requests are answered for so long afterwards.
    pub fn stop_serving_for(&self, serving: Duration) {
        self.shared.serving.send_replace(serving);
        self.shared.stopping.store(true, Ordering::Relaxed);
        self.send(Input::Stop);
    }

    /// Comes back when requests need not be answered any more by a server that has ended.
    pub async fn served(&self) {
        let mut serving = self.shared.serving.subscribe();
        let asked = *serving.borrow();
        // Its sender is held here, so this ends by the clock or because somebody asked again.
        let _ = tokio::time::timeout(asked, serving.wait_for(Duration::is_zero)).await;
    }

    /// Whether an end was asked for.
    pub fn stopping(&self) -> bool {
        self.shared.stopping.load(Ordering::Relaxed)
    }

    /// Tells of every publication: the value is the position of the newest view, and it is marked as changed
    /// also when only the status did.
    pub fn changed(&self) -> watch::Receiver<Lsn> {
        self.shared.changed.subscribe()
    }

    /// The queue has room for all that is not a request, and the driver never waits: this returns at once.
    pub(crate) fn send(&self, input: Input) {
        // An error means that the driver has ended, and with it the process does.
        let _ = self.shared.queue.send(Message::Input(input));
    }
}

/// A place among the requests that may wait at once; given back when the request is answered or given up.
struct Place<'a>(&'a Shared);

impl<'a> Place<'a> {
    fn take(shared: &'a Shared) -> Option<Place<'a>> {
        let before = shared.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Place(shared);
        // Requests whose clients have gone still stand in the queue.
        let room = before < limits::CORE_QUEUE_MAX && shared.queue.len() < limits::CORE_QUEUE_MAX;
        room.then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
