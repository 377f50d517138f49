//! What the wire needs of the node below it, and nothing more: a test gives it a node over a store in memory.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base::{Lsn, Mono, NodeId, WallMs};
use engine::input::{Caller, Command, WriteKey};
use ha::config::Mode;
use ha::status::Role;
use node::interface::{Response, View};
use tokio::sync::watch;

use crate::driver::{Handle, clock};

/// The answer to a write, when it comes.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// A node as the wire sees it. No method waits, but for the future of `ask`.
pub trait Plane: Send + Sync + 'static {
    /// The newest durable moment.
    fn view(&self) -> Arc<View>;
    /// This node's clock, by which leases are judged.
    fn now(&self) -> Mono;
    /// The wall clock, to show.
    fn wall(&self) -> WallMs;
    /// Asks for something; the answer is durable, or certain not to come.
    fn ask(&self, caller: Caller, key: Option<WriteKey>, command: Command) -> Asked<'_>;
    /// Asks for another mode; says what the node was before.
    fn set_mode(&self, mode: Mode) -> Role;
    /// Asks for another priority; says what it was before.
    fn set_priority(&self, priority: i64) -> i64;
    /// Has the node look at the store now.
    fn nudge(&self);
    /// Has the node forget the files of nodes that are gone: all, or one.
    fn clear_nodes(&self, which: Option<NodeId>);
    /// Lifts a pause of automatic fail-over at this node, because there is no master to record it.
    fn lift_pause(&self, by: String);
    /// Ends the server as by kill -9, a moment from now.
    fn kill(&self);
    /// Ends the server gracefully; requests are answered for so long afterwards.
    fn stop(&self, serving: Duration);
    /// Whether an end was asked for.
    fn stopping(&self) -> bool;
    /// Tells of every publication.
    fn changed(&self) -> watch::Receiver<Lsn>;
}

impl Plane for Handle {
    fn view(&self) -> Arc<View> {
        Handle::view(self)
    }

    fn now(&self) -> Mono {
        Handle::now(self)
    }

    fn wall(&self) -> WallMs {
        clock::wall()
    }

    fn ask(&self, caller: Caller, key: Option<WriteKey>, command: Command) -> Asked<'_> {
        Box::pin(Handle::ask(self, caller, key, command))
    }

    fn set_mode(&self, mode: Mode) -> Role {
        Handle::set_mode(self, mode)
    }

    fn set_priority(&self, priority: i64) -> i64 {
        Handle::set_priority(self, priority)
    }

    fn nudge(&self) {
        Handle::nudge(self);
    }

    fn clear_nodes(&self, which: Option<NodeId>) {
        Handle::clear_nodes(self, which);
    }

    fn lift_pause(&self, by: String) {
        Handle::lift_pause(self, by);
    }

    fn kill(&self) {
        Handle::kill(self);
    }

    fn stop(&self, serving: Duration) {
        Handle::stop_serving_for(self, serving);
    }

    fn stopping(&self) -> bool {
        Handle::stopping(self)
    }

    fn changed(&self) -> watch::Receiver<Lsn> {
        Handle::changed(self)
    }
}
