//! Starting the driver with its threads.

use std::io;
use std::sync::Arc;
use std::thread;

use base::limits;
use crossbeam_channel::bounded;
use ha::input::Exit;
use model::Surroundings;
use node::Node;
use node::interface::{Config, Input};
use store::Store;
use store::lanes::Lanes;
use tokio::sync::oneshot;

use super::Prover;
use super::errands::Errands;
use super::handle::{Handle, Message, Shared};
use super::nudges::Nudges;
use super::run::Driver;
use super::works::Works;
use crate::data::Memory;
use crate::keys::PeerKey;
use crate::peer::Links;

/// Room in the queue for what is no request: answers of the store, outcomes, nudges. The bound is not met: lanes
/// and executor have few answers under way at once, and wait here rather than drop one.
const OTHERS_MAX: usize = 1024;

/// What the driver is made of.
pub struct Parts {
    /// The node's configuration.
    pub config: Config,
    /// The plane's store.
    pub store: Arc<dyn Store>,
    /// What the data folder remembers.
    pub memory: Memory,
    /// Who is told of claims.
    pub prover: Box<dyn Prover>,
    /// What blueprints are compiled among, the catalog apart: that is in the state.
    pub surroundings: Arc<Surroundings>,
    /// Where files of the catalog's bundles come from.
    pub bundles: Arc<dyn exec::Bundles>,
    /// The key to sign nudges with; `None`: none are sent.
    pub peer: Option<PeerKey>,
    /// The links to other servers; `None`: there are none.
    pub links: Option<Arc<Links>>,
}

/// The driver, running.
pub struct Running {
    /// The way to it.
    pub handle: Handle,
    /// Why it ended, once it has.
    pub exit: oneshot::Receiver<Exit>,
}

/// Starts the thread; the node begins at once.
pub fn start(parts: Parts) -> io::Result<Running> {
    let (queue, inbox) = bounded::<Message>(limits::CORE_QUEUE_MAX + OTHERS_MAX);
    let host = parts.config.host.clone();
    let node = Node::new(parts.config);
    let shared = Shared::new(node.first_view(), queue);
    let handle = Handle::new(Arc::clone(&shared));

    let to_node = handle.clone();
    let lanes = Lanes::start(&parts.store, move |op, answer| to_node.send(Input::Stored { op, answer }))?;
    let works = Works::start(host, Arc::clone(&shared), handle.clone(), parts.bundles)?;
    let errands = Errands::start(parts.memory, handle.clone(), parts.surroundings)?;
    let nudges = Nudges::start(parts.peer)?;

    let (ended, exit) = oneshot::channel();
    let driver = Driver::new(node, shared, inbox, lanes, works, errands, nudges, parts.links, parts.prover);
    thread::Builder::new().name("driver".to_owned()).spawn(move || {
        let why = driver.run();
        // Nobody listens when the process is ending already.
        let _ = ended.send(why);
    })?;
    Ok(Running { handle, exit })
}
