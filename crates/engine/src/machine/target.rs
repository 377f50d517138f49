//! How a machine is logged in to: from the flags of the location that gave it, read anew each time
//! (`brooklyn-blueprints.md` 9.5).

use base::{EntityId, Secret, Span};
use model::compile::location_reference;
use model::config;
use model::spec::{ConfigMap, ConfigValue, LocationKind, LocationSpec};
use model::value::{Coerced, ValueType};

use super::obtain::machines_of;
use super::{Try, fail};
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{HostKeys, SshLogin, SshTarget};
use crate::place::{LocationRef, MachineRef, Reach};
use crate::state::Root;

/// The keys that are tried where a location names none.
const DEFAULT_KEYS: &str = "~/.ssh/id_ed25519:~/.ssh/id_ecdsa:~/.ssh/id_rsa:~/.ssh/id_dsa";
const KNOWN_HOSTS: &str = "~/.ssh/known_hosts";
const SSH_TRIES: i64 = 4;
const SSH_TRIES_TIMEOUT: Span = Span::secs(120);
const CONNECT_TIMEOUT: Span = Span::secs(30);

/// The flags that count for a machine: of the location that gave it, of those that it is a part of, its own. The
/// nearest word counts. Expressions are read where the location was given.
#[derive(Clone)]
pub(super) struct Flags<'a> {
    all: ConfigMap,
    root: &'a Root,
    /// Whose location it is; `None`: the `localhost` that nobody lists.
    owner: Option<&'a EntityId>,
}

impl<'a> Flags<'a> {
    pub(super) fn none(root: &'a Root, owner: Option<&'a EntityId>) -> Self {
        Self { all: ConfigMap::new(), root, owner }
    }

    /// The same with what counts before it.
    pub(super) fn with(&self, nearer: &ConfigMap) -> Self {
        let mut all = self.all.clone();
        all.extend(nearer.iter().map(|(name, value)| (name.clone(), value.clone())));
        Self { all, ..*self }
    }

    fn read(&self, name: &str, value_type: ValueType) -> Try<Coerced> {
        self.all.get(name).map_or(Ok(Coerced::Null), |value| self.read_value(name, value_type, value))
    }

    pub(super) fn read_value(&self, name: &str, value_type: ValueType, value: &ConfigValue) -> Try<Coerced> {
        match self.owner {
            Some(owner) => self.root.resolve_at(owner, name, value_type, value).or_else(unreadable),
            None => config::resolve(name, value_type, value).or_else(unreadable),
        }
    }

    pub(super) fn text(&self, name: &str) -> Try<Option<String>> {
        Ok(self.read(name, ValueType::Text)?.text().filter(|t| !t.trim().is_empty()))
    }

    pub(super) fn flag(&self, name: &str) -> Try<bool> {
        Ok(matches!(self.read(name, ValueType::Bool)?, Coerced::Bool(true)))
    }

    pub(super) fn number(&self, name: &str) -> Try<Option<i64>> {
        Ok(match self.read(name, ValueType::Int)? {
            Coerced::Int(n) => Some(n),
            _ => None,
        })
    }

    /// The first of several.
    pub(super) fn first(&self, name: &str) -> Try<Option<String>> {
        Ok(match self.read(name, ValueType::List)? {
            Coerced::List(list) => list.first().and_then(|v| v.as_str()).map(str::to_owned),
            _ => None,
        })
    }

    fn span(&self, name: &str, otherwise: Span) -> Try<Span> {
        Ok(match self.read(name, ValueType::Duration)? {
            Coerced::Duration(Some(span)) if span > Span(0) => span,
            _ => otherwise,
        })
    }

    /// A secret, which a record may only refer to: then this server's own configuration has it.
    fn secret(&self, name: &str) -> Try<Option<Secret>> {
        let given = self.all.get(name).map(ConfigValue::given);
        let Some(reference) = given.and_then(location_reference) else {
            return Ok(self.text(name)?.map(Secret::new));
        };
        match self.root.externals.location_secret(reference) {
            Some(secret) => Ok(Some(secret)),
            None => fail(format!(
                "the {name} of a location is to stand in brooklyn.cfg as brooklyn.location.{reference}, and this \
                 server's has no such property: add it here as on the other servers, and start this one again"
            )),
        }
    }

    /// What proves who asks, in the order in which it is tried.
    fn logins(&self) -> Try<Vec<SshLogin>> {
        let passphrase = self.secret("privateKeyPassphrase")?;
        let password = self.secret("password")?;
        let (data, files) = (self.secret("privateKeyData")?, self.text("privateKeyFile")?);
        let mut logins = Vec::new();
        if let Some(pem) = &data {
            logins.push(SshLogin::KeyData { pem: pem.clone(), passphrase: passphrase.clone() });
        }
        let none_given = data.is_none() && password.is_none();
        let files = files.or_else(|| none_given.then(|| DEFAULT_KEYS.to_owned())).unwrap_or_default();
        logins.extend(
            files
                .split(':')
                .map(str::trim)
                .filter(|f| !f.is_empty())
                .map(|path| SshLogin::KeyFile { path: path.to_owned(), passphrase: passphrase.clone() }),
        );
        logins.extend(password.map(SshLogin::Password));
        Ok(logins)
    }

    /// How a machine with these flags is logged in to.
    pub(super) fn ssh_target(&self, reach: &Reach) -> Try<SshTarget> {
        let Reach::Ssh { address, port, user } = reach else {
            return fail("this host is not reached over SSH");
        };
        Ok(SshTarget {
            address: address.clone(),
            port: *port,
            user: user.clone(),
            logins: self.logins()?,
            host_keys: self.host_keys()?,
            connect_timeout: self.span("connectTimeout", CONNECT_TIMEOUT)?,
            tries: u32::try_from(self.number("sshTries")?.unwrap_or(SSH_TRIES).max(1)).unwrap_or(u32::MAX),
            tries_timeout: self.span("sshTriesTimeout", SSH_TRIES_TIMEOUT)?,
        })
    }

    fn host_keys(&self) -> Try<HostKeys> {
        let given = self.text("strictHostKeyChecking")?.unwrap_or_default().to_ascii_lowercase();
        let file = self.text("knownHosts")?.unwrap_or_else(|| KNOWN_HOSTS.to_owned());
        let known = |add| Ok(HostKeys::Known { file, add });
        match given.as_str() {
            "" | "false" | "no" | "off" => Ok(HostKeys::Any),
            "accept-new" => known(true),
            "true" | "yes" | "ask" => known(false),
            other => fail(format!("strictHostKeyChecking is true, false or accept-new, not '{other}'")),
        }
    }
}

impl Draft {
    pub(super) fn ssh_target(&self, machine: &MachineRef) -> Try<SshTarget> {
        self.flags_of(machine)?.ssh_target(&machine.reach)
    }

    pub(super) fn flags_of<'a>(&'a self, machine: &'a MachineRef) -> Try<Flags<'a>> {
        let Some(from) = &machine.from else { return Ok(Flags::none(&self.root, None)) };
        let Some(chain) = self.root.location_chain(from) else {
            return fail(format!("a location of entity {} is not there any more", from.owner));
        };
        let flags = chain
            .iter()
            .fold(Flags::none(&self.root, Some(&from.owner)), |flags, spec| flags.with(&spec.flags));
        let machines = chain.last().map_or(Ok(Vec::new()), |spec| machines_of(spec, &flags))?;
        let own = machines.iter().find(|(m, _)| m.is_same_machine(&machine.reach));
        Ok(own.map_or_else(|| flags.clone(), |(_, own)| flags.with(own)))
    }
}

impl Root {
    /// A location with those that it is a part of, outermost first.
    pub(super) fn location_chain(&self, of: &LocationRef) -> Option<Vec<&LocationSpec>> {
        let mut specs = self.entity(&of.owner)?.def.locations.as_deref()?;
        let mut chain = Vec::new();
        for part in &of.path {
            let spec = specs.get(*part as usize)?;
            specs = parts_of(spec);
            chain.push(spec);
        }
        Some(chain)
    }

    pub(super) fn location(&self, of: &LocationRef) -> Option<&LocationSpec> {
        self.location_chain(of)?.pop()
    }
}

/// The locations that a location consists of.
pub(super) fn parts_of(spec: &LocationSpec) -> &[LocationSpec] {
    match &spec.kind {
        LocationKind::Single(one) => std::slice::from_ref(one),
        LocationKind::Multi(many) => many,
        LocationKind::Localhost | LocationKind::Byon { .. } => &[],
    }
}
