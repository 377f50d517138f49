//! Every configuration key that this release honours: one table, from which the reading, the warnings, `config
//! explain` and the reference page are made.

use super::kind::Kind;

/// The file of `etc/` that a key belongs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `org.apache.brooklyn.osgilauncher.cfg`.
    Launcher,
    /// `brooklyn.cfg`.
    Brooklyn,
    /// `org.ops4j.pax.web.cfg`.
    Web,
}

impl Place {
    /// All of them, in the order in which they are read.
    pub const ALL: [Place; 3] = [Place::Launcher, Place::Brooklyn, Place::Web];

    /// The file's name below `etc/`.
    pub fn file(self) -> &'static str {
        match self {
            Place::Launcher => "org.apache.brooklyn.osgilauncher.cfg",
            Place::Brooklyn => "brooklyn.cfg",
            Place::Web => "org.ops4j.pax.web.cfg",
        }
    }
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name, as it is written.
    pub name: &'static str,
    /// What its value must look like.
    pub kind: Kind,
    /// What holds when nobody sets it, as it would be written; empty: nothing.
    pub default: &'static str,
    /// Where it belongs.
    pub place: Place,
    /// What it is for, in one line.
    pub about: &'static str,
}

const fn key(
    place: Place,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Key {
    Key { name, kind, default, place, about }
}

use Kind::{Address, File, Flag, Id, Number, Period, Port, Secret, Text, Uri, Words};
use Place::{Brooklyn, Launcher, Web};

/// The words of `highAvailabilityMode`.
pub const MODES: &[&str] = &["AUTO", "MASTER", "STANDBY", "HOT_STANDBY", "HOT_BACKUP", "DISABLED"];
/// The words of `persistMode`.
pub const PERSIST_MODES: &[&str] = &["AUTO", "REBIND", "CLEAN", "DISABLED"];

/// The table, sorted as it is shown.
pub const KEYS: &[Key] = &[
    key(Launcher, "highAvailabilityMode", Words(MODES), "AUTO", "what this server is asked to be"),
    key(Launcher, "persistMode", Words(PERSIST_MODES), "AUTO", "what is asked of the persisted state"),
    key(
        Launcher,
        "persistenceDir",
        File,
        "${brooklyn.persistence.dir}",
        "the plane's folder, shared by its servers; or s3://CONTAINER/PATH; with persistenceLocation CONTAINER/PATH",
    ),
    key(
        Launcher,
        "persistenceLocation",
        Text,
        "${brooklyn.persistence.location.spec}",
        "a location of brooklyn.cfg (aws-s3, s3): the plane's state is in its bucket, which persistenceDir names",
    ),
    key(
        Launcher,
        "persistPeriod",
        Period,
        "1s",
        "the longest that a sensor reading nobody waits for stays unrecorded (on a folder at most 0.2s)",
    ),
    key(
        Launcher,
        "ignorePersistenceErrors",
        Flag,
        "true",
        "accepted; what cannot be read is always named, and never keeps a server from serving the rest",
    ),
    key(Launcher, "ignoreCatalogErrors", Flag, "true", "whether a catalog with errors lets the server start"),
    key(
        Launcher,
        "globalBrooklynPropertiesFile",
        File,
        "~/.brooklyn/brooklyn.properties",
        "read after etc/, and wins over it",
    ),
    key(
        Launcher,
        "localBrooklynPropertiesFile",
        File,
        "",
        "read after the global properties, and wins over them",
    ),
    key(
        Launcher,
        "default.catalog.location",
        File,
        "${karaf.etc}/default.catalog.bom",
        "the catalog of a new plane",
    ),
    key(Brooklyn, "brooklyn.base.dir", File, "${karaf.home}", "where a relative persistenceDir lies"),
    key(
        Brooklyn,
        "onbox.base.dir",
        File,
        "/tmp/brooklyn-${user.name}",
        "where processes that are managed on this host have their run directories",
    ),
    key(
        Brooklyn,
        "brooklyn.persistence.dir",
        File,
        "${karaf.data}/persisted-state",
        "the plane's folder where persistenceDir is not set",
    ),
    key(
        Brooklyn,
        "brooklyn.persistence.location.spec",
        Text,
        "",
        "the object store where persistenceLocation is not set",
    ),
    key(
        Brooklyn,
        "brooklyn.ha.pollPeriod",
        Period,
        "1s",
        "how often a standby looks at the master (at least five times in each heartbeatTimeout)",
    ),
    key(Brooklyn, "brooklyn.ha.heartbeatTimeout", Period, "30s", "how long a master may be silent"),
    key(
        Brooklyn,
        "brooklyn.experimental.feature.defaultStandbyIsHot",
        Flag,
        "true",
        "whether AUTO follows the log while it stands by",
    ),
    key(
        Brooklyn,
        "brooklyn.webconsole.security.provider",
        Text,
        "",
        "who may log in: ExplicitUsersSecurityProvider, AnyoneSecurityProvider or BlackholeSecurityProvider",
    ),
    key(
        Brooklyn,
        "brooklyn.webconsole.security.users",
        Text,
        "",
        "the users, separated by commas, or * for all that have a password; empty: the generated login",
    ),
    key(
        Brooklyn,
        "brownstone.ha.heartbeatPeriod",
        Period,
        "",
        "how often a master beats (min(1s, timeout / 4))",
    ),
    key(Brooklyn, "brownstone.ha.nodeId", Id, "", "this server's id (made once and kept in data/)"),
    key(Brooklyn, "brownstone.ha.nodeUri", Uri, "", "where clients reach this server"),
    key(
        Brooklyn,
        "brownstone.ha.priority",
        Number,
        "0",
        "its priority in elections; one set at run time wins",
    ),
    key(
        Brooklyn,
        "brownstone.ha.proofOfDeath",
        Flag,
        "true",
        "whether the parent process ends the term of a server that it saw die",
    ),
    key(
        Brooklyn,
        "brownstone.ha.peerLink",
        Flag,
        "true",
        "whether servers tell each other to look at the store",
    ),
    key(
        Brooklyn,
        "brownstone.ha.strictAck",
        Flag,
        "",
        "whether a write is acknowledged only after a look that nothing was pruned below it (true on a folder, false \
         on a bucket)",
    ),
    key(
        Brooklyn,
        "brownstone.ha.forward",
        Words(&["refuse"]),
        "refuse",
        "what a server that is not master does with a write",
    ),
    key(
        Brooklyn,
        "brownstone.ha.publicHeaders",
        Words(&["full", "role", "none"]),
        "full",
        "what the X-HA-* headers show before login",
    ),
    key(
        Brooklyn,
        "brownstone.store.check",
        Flag,
        "true",
        "whether the store must pass a short check when the server starts",
    ),
    key(
        Brooklyn,
        "brownstone.store.history",
        Period,
        "7d",
        "how long pruned records are kept in packs, for restoring a moment of the past; 0: not at all",
    ),
    key(Web, "org.osgi.service.http.secure.enabled", Flag, "true", "whether https is served"),
    key(Web, "org.osgi.service.http.port.secure", Port, "8443", "the port of https"),
    key(Web, "org.osgi.service.http.enabled", Flag, "false", "whether plain http is served besides"),
    key(Web, "org.osgi.service.http.port", Port, "8081", "the port of plain http"),
    key(
        Web,
        "org.ops4j.pax.web.listening.addresses",
        Address,
        "",
        "the addresses to listen on, separated by commas (all; loopback where login is off)",
    ),
    key(
        Web,
        "org.ops4j.pax.web.ssl.cert.file",
        File,
        "",
        "a PEM file with the certificate chain (one that the plane's own authority signs)",
    ),
    key(
        Web,
        "org.ops4j.pax.web.ssl.key.file",
        File,
        "",
        "a PEM file with the private key (that of the certificate chain)",
    ),
    key(Web, "org.ops4j.pax.web.ssl.keystore", File, "", "a key store in one file: PKCS#12 or PEM"),
    key(
        Web,
        "org.ops4j.pax.web.ssl.keystore.type",
        Words(&["PEM", "PKCS12", "JKS"]),
        "PEM",
        "the key store's form (PKCS12 where its name ends in .p12 or .pfx)",
    ),
    key(Web, "org.ops4j.pax.web.ssl.password", Secret, "", "the password of a PKCS#12 key store"),
    key(
        Web,
        "org.ops4j.pax.web.ssl.keypassword",
        Secret,
        "",
        "the private key's password, which must be that of the key store",
    ),
];

/// Families of keys, by how their names begin: they are other rooms' to read (users, locations, entitlements).
pub const FAMILIES: &[&str] = &[
    "brooklyn.external.",
    "brooklyn.webconsole.security.user.",
    "brooklyn.entitlements.",
    "brooklyn.location.",
    "brooklyn.locations.",
];

/// Keys of Apache Brooklyn that this release has no use for: said so, with no other name guessed for them.
pub const WITHOUT_EFFECT: &[&str] = &[
    "brooklyn.ha.timeoutForInactiveNodeRemovalOnStartup",
    "brooklyn.persistence.dir.required",
    "brooklyn.persistence.backups.dir",
    "brooklyn.webconsole.security.https.required",
    "brownstone.localhost.ssh",
    "brownstone.secrets.keyFile",
    "brownstone.secrets.oldKeyFiles",
];

/// Families that Apache Brooklyn has and this release does not act on: said so, not called unknown.
pub const NOT_YET: &[&str] = &[
    "brooklyn.webconsole.",
    "brooklyn.persistence.",
    "brooklyn.catalog.",
    "brooklyn.osgi.",
    "brooklyn.ssh.",
    "brooklyn.logbook.",
    "brooklyn.security.",
    "brooklyn.ha.",
    "brooklyn.experimental.feature.",
    "brownstone.localhost.",
    "brownstone.secrets.",
    "rebind.failureMode.",
    "persister.",
    "org.apache.brooklyn.",
    "org.ops4j.pax.web.",
    "org.osgi.service.http.",
    "felix.",
    "service.",
];

/// The key of this name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once_and_its_default_is_a_good_value() {
        for (i, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..i].iter().all(|k| k.name != key.name), "{} stands twice", key.name);
            assert!(!key.about.is_empty());
            if !key.default.is_empty() {
                assert_eq!(key.kind.check(key.default), Ok(()), "{}", key.name);
            }
        }
    }
}
