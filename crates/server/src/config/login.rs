//! Who may log in, as the configuration says. Checking a password is `auth`'s.

use std::collections::BTreeMap;

use base::Secret;

use super::keys;
use super::layers::Layers;
use super::problem::{Origin, Problem};

/// Who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// Nobody set any user: the login that the plane generated at its first start.
    Generated,
    /// The users of the configuration.
    Users(BTreeMap<String, Password>),
    /// Everybody, without a password.
    Off,
    /// Nobody.
    Nobody,
}

/// A user's password, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// In clear.
    Plain(Secret),
    /// The hex of SHA-256 over salt and password.
    Salted {
        /// The salt.
        salt: String,
        /// The hash, in lower-case hex.
        sha256: String,
    },
}

const PREFIX: &str = "brooklyn.webconsole.security.user.";

/// Reads provider and users; what is wrong goes to the layers' errors and warnings.
pub(super) fn read(layers: &mut Layers) -> Login {
    let value = |name: &str| keys::find(name).and_then(|key| layers.get(key));
    let provider = value("brooklyn.webconsole.security.provider");
    let named = value("brooklyn.webconsole.security.users");
    let passwords = passwords(layers);
    if let Some((class, origin)) = provider {
        match class.rsplit('.').next().unwrap_or_default() {
            "AnyoneSecurityProvider" => return Login::Off,
            "BlackholeSecurityProvider" => return Login::Nobody,
            "ExplicitUsersSecurityProvider" => {}
            _ => {
                let text = format!(
                    "brooklyn.webconsole.security.provider: {class} is not in this release; there are \
                     ExplicitUsersSecurityProvider, AnyoneSecurityProvider and BlackholeSecurityProvider"
                );
                layers.errors.push(Problem { origin, text });
                return Login::Nobody;
            }
        }
    }
    let Some((names, origin)) = named else {
        warn_unlisted(layers, &passwords, &[]);
        return Login::Generated;
    };
    if names == "*" {
        return Login::Users(passwords);
    }
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    for name in names.iter().filter(|name| !passwords.contains_key(**name)) {
        let text = format!(
            "user {name} has no password and cannot log in: set {PREFIX}{name}.password, or the lines that \
             `brownstone generate-password --user {name}` prints"
        );
        layers.errors.push(Problem { origin: origin.clone(), text });
    }
    warn_unlisted(layers, &passwords, &names);
    Login::Users(passwords.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect())
}

/// A password wins over a hash, as in Brooklyn.
fn passwords(layers: &mut Layers) -> BTreeMap<String, Password> {
    let mut parts: BTreeMap<String, BTreeMap<&str, (String, Origin)>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for (rest, value, origin) in layers.below(PREFIX) {
        let split = rest.rsplit_once('.');
        let Some((user, part)) = split.filter(|(_, part)| ["password", "salt", "sha256"].contains(part)) else {
            let text = format!("unknown key {PREFIX}{rest}: ignored; a user has .password, or .salt and .sha256");
            unknown.push(Problem { origin: origin.clone(), text });
            continue;
        };
        let part = if part == "password" { "password" } else if part == "salt" { "salt" } else { "sha256" };
        parts.entry(user.to_owned()).or_default().insert(part, (value.to_owned(), origin.clone()));
    }
    layers.warnings.append(&mut unknown);
    let mut users = BTreeMap::new();
    for (user, mut parts) in parts {
        if let Some((password, _)) = parts.remove("password") {
            users.insert(user, Password::Plain(Secret::new(password)));
            continue;
        }
        match (parts.remove("salt"), parts.remove("sha256")) {
            (salt, Some((sha256, origin))) => {
                let sha256 = sha256.to_ascii_lowercase();
                if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                    let text = format!("{PREFIX}{user}.sha256 is not the hex of a SHA-256 (64 digits)");
                    layers.errors.push(Problem { origin, text });
                }
                let salt = salt.map(|(salt, _)| salt).unwrap_or_default();
                users.insert(user, Password::Salted { salt, sha256 });
            }
            (Some((_, origin)), None) => {
                let text = format!("{PREFIX}{user}.salt is set, but not {PREFIX}{user}.sha256");
                layers.errors.push(Problem { origin, text });
            }
            (None, None) => {}
        }
    }
    users
}

fn warn_unlisted(layers: &mut Layers, passwords: &BTreeMap<String, Password>, names: &[&str]) {
    for user in passwords.keys().filter(|user| !names.contains(&user.as_str())) {
        let origin = layers
            .below(PREFIX)
            .find(|(rest, _, _)| rest.rsplit_once('.').is_some_and(|(name, _)| name == user))
            .map_or(Origin::Default, |(_, _, origin)| origin.clone());
        let text = format!("user {user} is not in brooklyn.webconsole.security.users and cannot log in");
        layers.warnings.push(Problem { origin, text });
    }
}
