//! A connected server's place among the links. A server that connects anew may be there before its older connection is
//! known to have ended: the newest one counts, and the end of an older one takes nothing from it.

use std::sync::atomic::Ordering;

use base::{Lsn, NodeId};

use super::{Connected, Links};

/// A peer is known as connected, through this connection or a newer one, until this is dropped.
pub(super) struct Place<'a> {
    links: &'a Links,
    node: &'a NodeId,
    connection: u64,
}

impl<'a> Place<'a> {
    pub(super) fn take(links: &'a Links, node: &'a NodeId) -> Place<'a> {
        let connection = links.connections.fetch_add(1, Ordering::Relaxed);
        let mut all = links.all();
        // What the older connection said of it still holds.
        let applied = all.get(node).map_or(Lsn(0), |before| before.applied);
        all.insert(node.clone(), Connected { connection, applied });
        Place { links, node, connection }
    }

    /// It has read this far.
    pub(super) fn note(&self, applied: Lsn) {
        if let Some(own) = self.links.all().get_mut(self.node).filter(|c| c.connection == self.connection) {
            own.applied = applied;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = self.links.all();
        if all.get(self.node).is_some_and(|c| c.connection == self.connection) {
            all.remove(self.node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;
    use crate::keys::{LinkTls, PlaneKeys};

    #[test]
    fn an_older_connection_that_ends_late_takes_nothing_from_the_newer_one() {
        let home = tempfile::tempdir().unwrap();
        let data = Data::open(home.path()).unwrap();
        let keys = PlaneKeys::open(&store::mem::MemStore::new(), &data, false).unwrap();
        let (own, node) = (NodeId::new("a"), NodeId::new("b"));
        let tls = LinkTls::make(&keys.authority, &own).unwrap();
        let links = Links::new(own, tls);
        let older = Place::take(&links, &node);
        older.note(Lsn(7));
        let newer = Place::take(&links, &node);
        assert_eq!((links.applied(&node), links.connected()), (Some(Lsn(7)), 1));
        newer.note(Lsn(9));
        older.note(Lsn(8));
        drop(older);
        assert_eq!((links.applied(&node), links.connected()), (Some(Lsn(9)), 1));
        drop(newer);
        assert_eq!((links.applied(&node), links.connected()), (None, 0));
    }
}
