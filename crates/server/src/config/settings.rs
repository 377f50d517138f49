//! The configuration as types: what the rest of the server reads. Every problem is collected before any is
//! reported, so that a file is corrected once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::{NodeId, Span};
use ha::config::{Config as HaConfig, Mode};
use store::place::Place;

use super::address;
use super::keys;
use super::kind;
use super::layers::{Layers, Outside};
use super::login::{self, Login};
use super::problem::{BadConfig, Origin, Problem};
use super::tls::Tls;
use crate::http::PublicHeaders;

/// What is asked of the persisted state, with the word that `ha` does not know: keep nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persist {
    /// Go on with what is there, or begin.
    Auto,
    /// Go on with what is there, or refuse.
    Rebind,
    /// Begin an empty state.
    Clean,
    /// Keep nothing: the same code over a store in memory.
    Disabled,
}

/// Where and how the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Addresses of https.
    pub secure: Vec<SocketAddr>,
    /// Addresses of plain http; usually none.
    pub plain: Vec<SocketAddr>,
    /// The certificate of https.
    pub tls: Tls,
}

/// Everything that the configuration says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The release folder.
    pub home: PathBuf,
    /// What this server is asked to be.
    pub mode: Mode,
    /// What is asked of the state.
    pub persist: Persist,
    /// Where the plane's state is.
    pub store: Place,
    /// The longest that a sensor reading waits.
    pub persist_period: Span,
    /// Where managed processes have their run directories.
    pub base_dir: PathBuf,
    /// The catalog of a new plane.
    pub catalog: PathBuf,
    /// How often a standby looks (already at most a fifth of the timeout).
    pub poll: Span,
    /// How often a master beats.
    pub beat: Span,
    /// How long a master may be silent.
    pub timeout: Span,
    /// Whether AUTO follows the log.
    pub hot_standby: bool,
    /// The configured id.
    pub node_id: Option<NodeId>,
    /// Where clients reach this server.
    pub node_uri: String,
    /// Why that is so.
    pub node_uri_from: Origin,
    /// The configured priority, which one set at run time wins over.
    pub priority: i64,
    /// Whether the parent proves deaths.
    pub proof_of_death: bool,
    /// Whether servers tell each other to look.
    pub peer_link: bool,
    /// Whether a write is looked at twice.
    pub strict_ack: bool,
    /// What strangers see.
    pub public_headers: PublicHeaders,
    /// Whether the store must pass the gate.
    pub store_check: bool,
    /// How long what is pruned from the log is kept.
    pub history: Span,
    /// Where it listens.
    pub web: Web,
    /// Which kind of login there is.
    pub login: Login,
}

impl Settings {
    /// The ports were taken: a port 0 has become one, and so may this server's URI.
    pub fn ports_are_known(&mut self) {
        if matches!(self.node_uri_from, Origin::Derived(_)) {
            (self.node_uri, self.node_uri_from) = address::node_uri(None, &self.web);
        }
    }
}

/// What came of reading the configuration.
pub struct Loaded {
    /// What holds.
    pub settings: Settings,
    /// What it goes on in spite of.
    pub warnings: Vec<Problem>,
    /// Where every value comes from.
    pub layers: Layers,
}

/// Reads the configuration of the release in `home`.
pub fn load(home: &Path, outside: &Outside) -> Result<Loaded, BadConfig> {
    let (settings, layers) = read(home, outside);
    if !layers.errors.is_empty() {
        return Err(BadConfig(layers.errors));
    }
    let warnings = layers.warnings.clone();
    Ok(Loaded { settings, warnings, layers })
}

/// Reads it, good or bad: `config explain` shows what there is.
pub fn read(home: &Path, outside: &Outside) -> (Settings, Layers) {
    let mut layers = Layers::read(home, outside);
    check_all(&mut layers);
    let settings = Reader { layers: &mut layers, home }.settings();
    (settings, layers)
}

/// Every key against its kind; a bad value counts as not set, so that one slip does not cause other errors.
fn check_all(layers: &mut Layers) {
    for key in keys::KEYS {
        if let Some((value, origin)) = layers.get(key)
            && let Err(wrong) = key.kind.check(&value)
        {
            layers.errors.push(Problem { origin, text: format!("{}: {wrong}", key.name) });
        }
    }
}

pub(super) struct Reader<'a> {
    layers: &'a mut Layers,
    pub(super) home: &'a Path,
}

impl Reader<'_> {
    /// The value if it is set and good, else the default if there is one.
    pub(super) fn get(&self, name: &str) -> Option<(String, Origin)> {
        let key = keys::find(name)?;
        let (value, origin) = self.layers.get(key)?;
        if key.kind.check(&value).is_ok() {
            return Some((value, origin));
        }
        (!key.default.is_empty()).then(|| (key.default.to_owned(), Origin::Default))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|(value, _)| value)
    }

    fn flag(&self, name: &str) -> bool {
        self.text(name).and_then(|value| kind::flag(&value)).unwrap_or(false)
    }

    fn number<T: std::str::FromStr + Default>(&self, name: &str) -> T {
        self.text(name).and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    fn period(&self, name: &str) -> Option<Span> {
        self.text(name).and_then(|value| value.parse().ok())
    }

    pub(super) fn word(&self, name: &str, words: &[&'static str]) -> &'static str {
        self.text(name).and_then(|value| kind::word(words, &value)).unwrap_or_default()
    }

    pub(super) fn path(&self, name: &str, base: &Path) -> Option<PathBuf> {
        self.text(name).and_then(|value| self.layers.path(&value, base))
    }

    /// What holds for a name of a family of keys.
    pub(super) fn property(&self, name: &str) -> Option<String> {
        self.layers.property(name)
    }

    /// The names of a family that go on with one more part.
    pub(super) fn property_names(&self, family: &str) -> Vec<String> {
        let parts = self.layers.names().filter_map(|name| name.strip_prefix(family));
        parts.filter(|part| !part.contains('.')).map(str::to_owned).collect()
    }

    pub(super) fn error(&mut self, name: &str, text: String) {
        let origin = self.get(name).map_or(Origin::Default, |(_, origin)| origin);
        self.layers.errors.push(Problem { origin, text });
    }

    fn settings(mut self) -> Settings {
        let data = self.home.join("data");
        let base_dir = self.path("brooklyn.base.dir", self.home).unwrap_or_else(|| self.home.to_owned());
        let mut store = self.place(&base_dir, &data.join("persisted-state"));
        let timeout = self.period("brooklyn.ha.heartbeatTimeout").unwrap_or(Span::secs(30));
        let poll = self.period("brooklyn.ha.pollPeriod").unwrap_or(Span::secs(1));
        let wished = self.period("brownstone.ha.heartbeatPeriod");
        let (poll, beat) = HaConfig::times(poll, timeout, wished);
        self.judge_times(timeout, beat);
        if let Place::Bucket(bucket) = &mut store {
            // A request that takes longer than a beat is given up before the next one is due.
            bucket.patience = Some(Duration::from_millis(beat.as_millis() * 9 / 10));
        }
        let strict_ack = match self.text("brownstone.ha.strictAck") {
            Some(_) => self.flag("brownstone.ha.strictAck"),
            None => store.kind() == ha::config::Store::Folder,
        };
        let login = login::read(self.layers);
        let web = self.web(login);
        let configured = self.get("brownstone.ha.nodeUri");
        let (node_uri, node_uri_from) = address::node_uri(configured, &web);
        Settings {
            home: self.home.to_owned(),
            mode: self.word("highAvailabilityMode", keys::MODES).parse().unwrap_or(Mode::Auto),
            persist: match self.word("persistMode", keys::PERSIST_MODES) {
                "REBIND" => Persist::Rebind,
                "CLEAN" => Persist::Clean,
                "DISABLED" => Persist::Disabled,
                _ => Persist::Auto,
            },
            store,
            persist_period: self.period("persistPeriod").unwrap_or(Span::secs(1)),
            catalog: self
                .path("default.catalog.location", self.home)
                .unwrap_or_else(|| self.home.join("etc/default.catalog.bom")),
            base_dir: self.path("onbox.base.dir", self.home).unwrap_or_else(|| data.join("managed")),
            poll,
            beat,
            timeout,
            hot_standby: self.flag("brooklyn.experimental.feature.defaultStandbyIsHot"),
            node_id: self.text("brownstone.ha.nodeId").map(NodeId::new),
            node_uri,
            node_uri_from,
            priority: self.number("brownstone.ha.priority"),
            proof_of_death: self.flag("brownstone.ha.proofOfDeath"),
            peer_link: self.flag("brownstone.ha.peerLink"),
            strict_ack,
            public_headers: match self.word("brownstone.ha.publicHeaders", &["full", "role", "none"]) {
                "role" => PublicHeaders::Role,
                "none" => PublicHeaders::None,
                _ => PublicHeaders::Full,
            },
            store_check: self.flag("brownstone.store.check"),
            history: self.period("brownstone.store.history").unwrap_or(Span::ZERO),
            web,
            login,
        }
    }

    /// Times that no lease can be kept with are refused; the lease is 4/5 of the timeout.
    fn judge_times(&mut self, timeout: Span, beat: Span) {
        const SHORTEST: Span = Span::millis(500);
        if timeout < SHORTEST {
            let text = format!(
                "brooklyn.ha.heartbeatTimeout: {timeout} is shorter than {SHORTEST}; 2s is safe on a folder"
            );
            self.error("brooklyn.ha.heartbeatTimeout", text);
        } else if beat > timeout.scaled(1, 2) {
            let text = format!(
                "brownstone.ha.heartbeatPeriod: {beat} is more than half of brooklyn.ha.heartbeatTimeout ({timeout}): \
                 one late beat would end the lease; at most a quarter is sensible"
            );
            self.error("brownstone.ha.heartbeatPeriod", text);
        }
    }

    fn web(&mut self, login: Login) -> Web {
        let configured = self.text("org.ops4j.pax.web.listening.addresses");
        let addresses =
            configured.and_then(|value| kind::addresses(&value).ok()).filter(|list| !list.is_empty());
        let addresses = addresses.unwrap_or_else(|| match login {
            // Nobody asks for a password: only this host may come.
            Login::Off => vec![IpAddr::from(Ipv4Addr::LOCALHOST)],
            _ => vec![IpAddr::from(Ipv6Addr::UNSPECIFIED)],
        });
        let at = |port: u16| addresses.iter().map(|ip| SocketAddr::new(*ip, port)).collect::<Vec<_>>();
        let (mut secure, mut plain) = (Vec::new(), Vec::new());
        if self.flag("org.osgi.service.http.secure.enabled") {
            secure = at(self.number("org.osgi.service.http.port.secure"));
        }
        if self.flag("org.osgi.service.http.enabled") {
            plain = at(self.number("org.osgi.service.http.port"));
        }
        if secure.is_empty() && plain.is_empty() {
            let text = "org.osgi.service.http.secure.enabled: neither https nor http is enabled, so nobody could \
                        reach this server; set it to true";
            self.error("org.osgi.service.http.secure.enabled", text.to_owned());
        }
        if !plain.is_empty()
            && plain.first().map(SocketAddr::port) == secure.first().map(SocketAddr::port)
            && plain.first().is_some_and(|a| a.port() != 0)
        {
            let text = "org.osgi.service.http.port: http and https cannot share a port".to_owned();
            self.error("org.osgi.service.http.port", text);
        }
        Web { secure, plain, tls: self.tls() }
    }
}
