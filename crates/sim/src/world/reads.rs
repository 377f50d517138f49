//! What servers show: compared with what was acknowledged, and with each other.

use std::sync::Arc;

use base::EntityId;
use ha::status::Role;
use node::interface::View;

use super::{APP, World, mix};
use crate::check::Rule;

/// Every so many records the states that nodes show are compared: a difference stays, and the end compares all.
const HASH_EVERY: u64 = 32;

impl World {
    /// What a master shows at this moment. Asked again only when it shows something else or more was acknowledged.
    pub(super) fn check_read(&mut self, node: usize) {
        let acknowledged = self.checker.elements.len();
        let server = &mut self.servers[node];
        let shown = server.view.as_ref().map(|v| (v.version, acknowledged));
        if std::mem::replace(&mut server.read, shown) == shown {
            return;
        }
        let Some(root) = server.view.as_ref().and_then(|v| v.root.clone()) else {
            let text = format!("{} says MASTER and shows no state", server.id);
            return self.checker.wrong(Rule::Fresh, text);
        };
        let who = server.id.to_string();
        let app = root.entity(&EntityId::new(APP));
        self.checker.fresh(&who, self.now, |sensor| app.is_some_and(|e| e.sensor(sensor).is_some()));
    }

    pub(super) fn published(&mut self, node: usize, view: Arc<View>) {
        let before = self.servers[node].view.as_ref().filter(|v| v.root.is_some()).map(|v| v.lsn);
        let moved = view.root.is_some() && before != Some(view.lsn);
        if moved && view.lsn.0 > 0 && !self.store.has_record(view.lsn) {
            let text =
                format!("{} shows record {}, which is not in the store", self.servers[node].id, view.lsn);
            self.checker.wrong(Rule::Durable, text);
        }
        if view.root.is_some() && self.newer_at.is_some_and(|slot| view.lsn >= slot) {
            let text = format!("{} shows record {} of a newer release", self.servers[node].id, view.lsn);
            self.checker.wrong(Rule::Format, text);
        }
        if moved
            && view.lsn.0.is_multiple_of(HASH_EVERY)
            && let Some(root) = &view.root
        {
            let hash = root.hash();
            self.digest = mix(self.digest, hash ^ view.lsn.0);
            let who = format!("{} (life {})", self.servers[node].id, self.servers[node].life);
            self.checker.state(&who, view.lsn, hash);
        }
        if view.status.role == Some(Role::Master) {
            self.checker.says_master(view.status.term, node);
        } else if moved {
            self.note_read_early(&view);
        }
        self.servers[node].view = Some(view.clone());
        self.tell_head(node, &view);
    }
}
