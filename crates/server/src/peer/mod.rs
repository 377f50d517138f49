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
mod place;
mod wire;
mod words;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// Those who are connected, each by its newest connection.
    connected: Mutex<BTreeMap<NodeId, Connected>>,
    /// Numbers connections.
    connections: AtomicU64,
}

/// A server that is connected.
struct Connected {
    /// Which of its connections: an older one that ends late says nothing about this one.
    connection: u64,
    /// How far it has read.
    applied: Lsn,
}

impl Links {
    /// For this node, with its certificate.
    pub fn new(node: NodeId, tls: LinkTls) -> Arc<Links> {
        Arc::new(Links {
            node,
            tls,
            looks: watch::Sender::new(0),
            connected: Mutex::default(),
            connections: AtomicU64::new(0),
        })
    }

    /// Asks all who are connected to look at the store. Never waits.
    pub fn look(&self) {
        self.looks.send_modify(|n| *n += 1);
    }

    /// How far a server has read, if it is connected and has said so.
    pub fn applied(&self, node: &NodeId) -> Option<Lsn> {
        self.all().get(node).map(|c| c.applied)
    }

    /// How many are connected.
    pub fn connected(&self) -> usize {
        self.all().len()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<NodeId, Connected>> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
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
