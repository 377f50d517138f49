//! The link between servers: each that does not rule holds one connection to the master, over the same port as the
//! web, with certificates of the plane on both ends.
//!
//! It carries two things. *Heads*: the master says how far the log reaches, so a standby reads new records at once and
//! not at its next look. *Looks*: "look at the store now", after a graceful end. The other way goes how far each standby
//! has read, for whoever asks how much it lags.
//!
//! The store stays the only judge. Nothing that is said here is a sign of life, a vote or a proof; with the link cut,
//! or lying, nothing but speed changes.

mod dial;
mod host;
mod wire;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Lsn, NodeId};
use tokio::sync::watch;

use crate::driver::Handle;
use crate::keys::LinkTls;

pub use dial::keep as keep_link;

/// This server's end of all its links.
pub struct Links {
    node: NodeId,
    tls: LinkTls,
    /// Counts the times that others were asked to look.
    looks: watch::Sender<u64>,
    /// How far those who are connected have read.
    applied: Mutex<BTreeMap<NodeId, Lsn>>,
}

impl Links {
    /// For this node, with its certificate.
    pub fn new(node: NodeId, tls: LinkTls) -> Arc<Links> {
        Arc::new(Links { node, tls, looks: watch::Sender::new(0), applied: Mutex::default() })
    }

    /// Asks all who are connected to look at the store. Never waits.
    pub fn look(&self) {
        self.looks.send_modify(|n| *n += 1);
    }

    /// How far a server has read, if it is connected and has said so.
    pub fn applied(&self, node: &NodeId) -> Option<Lsn> {
        self.applied.lock().unwrap_or_else(PoisonError::into_inner).get(node).copied()
    }

    /// How many are connected.
    pub fn connected(&self) -> usize {
        self.applied.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn note(&self, node: &NodeId, applied: Option<Lsn>) {
        let mut all = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        match applied {
            Some(lsn) => all.insert(node.clone(), lsn),
            None => all.remove(node),
        };
    }
}

/// What a link needs of the server that it belongs to.
#[derive(Clone)]
pub struct Ends {
    /// This server's links.
    pub links: Arc<Links>,
    /// Its node.
    pub node: Handle,
}
