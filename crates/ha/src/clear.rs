//! `ha/states/clear`: the files of servers that are gone are removed.
//!
//! Only of those: a file that is removed under a server that lives is back with its next beat, but an NFS client that
//! looked meanwhile goes on believing for a minute that it does not exist, and sees no beat of that server. So each
//! file is read anew before it is judged, and time in which nobody read it tells nothing.

use std::sync::Arc;

use base::NodeId;

use crate::names;
use crate::peer::Peer;
use crate::state::{Ha, Want};
use crate::verbs::{Answer, Lane, Verb};

impl Ha {
    /// Looks at all others, or at this one, to forget those that are gone.
    pub(crate) fn clear_nodes(&mut self, which: Option<&NodeId>) {
        let known: Vec<NodeId> =
            self.peers.keys().filter(|id| which.is_none_or(|which| which == *id)).cloned().collect();
        for id in known {
            if let Some(name) = names::node(&id) {
                self.ask(Lane::Look, Verb::Read { name }, Want::ClearLook(id));
            }
        }
    }

    pub(crate) fn clear_looked(&mut self, id: &NodeId, answer: Answer) {
        match answer {
            Answer::Content(Some(bytes)) => self.clear_found(id, &bytes),
            // Removed by somebody else. Whoever lives is known again by the next listing.
            Answer::Content(None) if self.may_be_cleared(id) => self.forget(id),
            Answer::Failed(fault) | Answer::Unknown(fault) => {
                self.note_trouble("forgetting servers that are gone", &fault.text);
            }
            _ => {}
        }
    }

    fn clear_found(&mut self, id: &NodeId, bytes: &Arc<[u8]>) {
        self.saw_node_bytes(id, bytes);
        if self.may_be_cleared(id)
            && let Some(name) = names::node(id)
        {
            self.ask(Lane::Bulk, Verb::Delete { name }, Want::Clear);
            self.forget(id);
        }
    }

    fn forget(&mut self, id: &NodeId) {
        self.say(crate::input::Level::Info, format!("server {id} is gone and is forgotten"));
        self.peers.remove(id);
    }

    /// Whoever owns a term that is not over is spared, whatever its file says: a claimant waits for it.
    fn may_be_cleared(&self, id: &NodeId) -> bool {
        let owns = self.terms.over.is_none() && self.terms.owner.as_ref() == Some(id);
        !owns && self.peers.get(id).is_some_and(|peer| self.is_gone(peer))
    }

    fn is_gone(&self, peer: &Peer) -> bool {
        let patience = self.silence_of(peer.file.role).max(peer.file.lease_outlived());
        peer.has_ended() || peer.was_unchanged(patience)
    }
}
