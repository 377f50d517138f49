//! What a scene waits for: what servers show, and what lies in the store.

use base::{Lsn, Span, Term, WallMs};
use ha::files::{self, NodeFile};
use ha::names;
use ha::status::Role;

use super::World;
use crate::check::asked::Verdict;

impl World {
    /// A client was told that what it wanted is recorded.
    pub(crate) fn is_acknowledged(&self, index: usize) -> bool {
        matches!(self.checker.asked[index].answered, Some((_, Verdict::Recorded(_))))
    }

    /// A client was told something.
    pub(crate) fn is_answered(&self, index: usize) -> bool {
        self.checker.asked[index].answered.is_some()
    }

    /// A server says MASTER.
    pub(crate) fn is_master(&self, node: usize) -> bool {
        self.says_master(node)
    }

    /// What a server says of why it is what it is.
    pub(crate) fn why(&self, node: usize) -> &str {
        self.servers[node].view.as_ref().map_or("", |v| &v.status.why)
    }

    /// The record up to which a server has folded the log.
    pub(crate) fn applied(&self, node: usize) -> Lsn {
        self.servers[node].view.as_ref().map_or(Lsn(0), |v| v.status.applied)
    }

    /// One server stands by and has all that another has.
    pub(crate) fn follows(&self, node: usize, other: usize) -> bool {
        let role = self.servers[node].view.as_ref().and_then(|v| v.status.role);
        role == Some(Role::HotStandby) && self.applied(node) == self.applied(other)
    }

    /// What lies in a server's own file.
    pub(crate) fn file(&self, node: usize) -> Option<NodeFile> {
        let bytes = self.store.truth().get(&names::node(&self.servers[node].id)?)?;
        files::from_bytes(bytes).ok()
    }

    /// Whether nothing of a server is on its way.
    pub(crate) fn is_idle(&self, node: usize) -> bool {
        let server = &self.servers[node];
        server.lanes.values().all(std::collections::VecDeque::is_empty)
            && server.busy.values().all(|busy| *busy == 0)
    }

    /// All servers that run.
    pub(crate) fn up(&self) -> Vec<usize> {
        (0..self.servers.len()).filter(|node| self.servers[*node].up).collect()
    }

    /// Whether a server has met all others.
    pub(crate) fn knows_all(&self, node: usize) -> bool {
        let view = self.servers[node].view.as_ref();
        view.is_some_and(|v| v.status.nodes.len() == self.servers.len())
    }

    /// Whether a server knows of a pause.
    pub(crate) fn knows_pause(&self, node: usize) -> bool {
        self.servers[node].view.as_ref().is_some_and(|v| v.status.orders.pause.is_some())
    }

    /// Whether somebody has created this term.
    pub(crate) fn has_term(&self, term: Term) -> bool {
        self.store.truth().contains_key(&names::term(term))
    }

    /// What a server's wall clock shows in so long.
    pub(crate) fn wall_in(&self, node: usize, span: Span) -> WallMs {
        WallMs(self.wall(node).0 + span.as_millis())
    }

    /// The number of the last beat that the store has of a server.
    pub(crate) fn beat(&self, node: usize) -> u64 {
        self.file(node).map_or(0, |file| file.beat)
    }

    /// The names of all that lies in the store.
    pub(crate) fn lies_there(&self) -> Vec<&str> {
        self.store.truth().keys().map(ha::verbs::Name::as_str).collect()
    }

    /// Whether a record stands in the log now.
    pub(crate) fn stands(&self, lsn: Lsn) -> bool {
        self.store.truth().contains_key(&names::record(lsn))
    }

    /// Whether a server's file and the term's were written by a release from before the sums.
    pub(crate) fn is_unsummed(&self, node: usize, term: Term) -> bool {
        let own = names::node(&self.servers[node].id);
        own.into_iter().chain([names::term(term)]).all(|name| {
            self.store.truth().get(&name).is_some_and(|bytes| files::sum(bytes) == files::Sum::Missing)
        })
    }

    /// Checkpoints whose marks stand now.
    pub(crate) fn marks(&self) -> Vec<Lsn> {
        let marks = self.store.truth().keys().filter_map(|name| names::number(name.leaf(), ".ok"));
        marks.map(Lsn).collect()
    }
}
