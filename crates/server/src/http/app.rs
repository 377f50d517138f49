//! What all requests share.

use std::sync::Arc;

use arc_swap::ArcSwap;
use ring::hmac;
use store::Store;

use super::budget::Budgets;
use super::events::{self, Hub};
use super::memo::Memo;
use super::nudge::NudgeGate;
use super::own::Own;
use super::places::{Capacity, Places};
use super::plane::Plane;
use super::writes::Pending;
use crate::auth::{Auth, AuthOptions};
use crate::bundles::BundleStore;
use crate::metrics::Metrics;
use crate::peer::Links;

/// What the `X-HA-*` headers show before login (`brownstone.ha.publicHeaders`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublicHeaders {
    /// All of them.
    #[default]
    Full,
    /// The role alone.
    Role,
    /// Nothing.
    None,
}

/// What the wire is told when it starts.
pub struct Options {
    /// The release.
    pub version: String,
    /// The commit that it was built from, if that is known.
    pub commit: Option<String>,
    /// What unknown visitors see.
    pub public_headers: PublicHeaders,
    /// Who may log in.
    pub auth: AuthOptions,
    /// The plane's key: what nudges between servers are signed with. Without it they are refused.
    pub nudge_key: Option<Vec<u8>>,
    /// The links to other servers, where they are kept.
    pub links: Option<Arc<Links>>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What blueprints are compiled among, the catalog apart: that is in the state.
    pub surroundings: model::Surroundings,
    /// Files of the catalog's bundles.
    pub bundles: BundleStore,
    /// The plane's store, for what is read when somebody asks.
    pub store: Arc<dyn Store>,
    /// What is told of the server itself.
    pub own: Own,
    /// How many connections there may be.
    pub capacity: Capacity,
}

/// What all requests share.
pub struct App {
    pub(super) plane: Arc<dyn Plane>,
    pub(super) auth: Auth,
    pub(super) version: String,
    pub(super) commit: Option<String>,
    pub(super) public_headers: PublicHeaders,
    pub(super) nudge_key: Option<hmac::Key>,
    pub(super) nudges: NudgeGate,
    pub(super) links: Option<Arc<Links>>,
    pub(super) pending: Pending,
    pub(super) memo: Memo,
    pub(super) started: base::WallMs,
    pub(super) metrics: Arc<Metrics>,
    pub(super) bundles: BundleStore,
    pub(super) store: Arc<dyn Store>,
    /// Whose turn it is to read the history: a store that hangs holds one thread, not many.
    pub(super) history_turn: Arc<tokio::sync::Mutex<()>>,
    /// Whose turn it is to add to the catalog: what is read must still be so when it is written.
    pub(super) adding: Arc<tokio::sync::Mutex<()>>,
    /// Whose turn it is to have the whole state in one piece: it takes as much memory as the state.
    pub(super) exporting: tokio::sync::Mutex<()>,
    pub(super) own: Own,
    pub(super) hub: Arc<Hub>,
    pub(super) places: Arc<Places>,
    pub(super) budgets: Budgets,
    surroundings: ArcSwap<model::Surroundings>,
}

impl App {
    /// What blueprints are compiled among, with the catalog of this state.
    pub(super) fn surroundings(&self, root: &engine::Root) -> model::Surroundings {
        self.surroundings.load().with_catalog(root.catalog())
    }

    /// Puts it together; nothing is opened yet.
    pub fn new(plane: Arc<dyn Plane>, options: Options) -> Arc<App> {
        Arc::new(App {
            started: plane.wall(),
            plane,
            auth: Auth::new(options.auth),
            version: options.version,
            commit: options.commit,
            public_headers: options.public_headers,
            nudge_key: options.nudge_key.map(|key| hmac::Key::new(hmac::HMAC_SHA256, &key)),
            nudges: NudgeGate::default(),
            links: options.links,
            pending: Pending::default(),
            memo: Memo::default(),
            metrics: options.metrics,
            bundles: options.bundles,
            store: options.store,
            history_turn: Arc::default(),
            adding: Arc::default(),
            exporting: tokio::sync::Mutex::default(),
            surroundings: ArcSwap::from_pointee(options.surroundings),
            own: options.own,
            hub: Arc::default(),
            places: Arc::new(Places::new(options.capacity)),
            budgets: Budgets::default(),
        })
    }

    /// Finds out what happens for those who follow, until the node ends. To be run once, beside the listeners.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + use<> {
        events::watch(Arc::clone(&self.plane), Arc::clone(&self.hub))
    }

    /// The configuration was read again.
    pub(super) fn put_surroundings(&self, surroundings: model::Surroundings) {
        self.surroundings.store(Arc::new(surroundings));
    }
}
