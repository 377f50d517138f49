//! Names with what proves them.

use std::collections::HashMap;
use std::fmt;

use argon2::{Argon2, PasswordVerifier};
use base::Secret;
use ring::digest::{Context, SHA256};

use super::hex;

/// What proves a user.
#[derive(Clone)]
pub enum Credential {
    /// The password itself, as `brooklyn.cfg` has it.
    Plain(Secret),
    /// `sha256(salt + password)` in hex.
    Sha256 {
        /// Before the password.
        salt: String,
        /// The hash.
        hash: String,
    },
    /// An argon2 hash in its standard text form: the plane's generated login.
    Argon2(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::Plain(_) => "Plain(******)",
            Credential::Sha256 { .. } => "Sha256(******)",
            Credential::Argon2(_) => "Argon2(******)",
        })
    }
}

impl Credential {
    /// Whether a check costs so much that it must not be done where requests are answered.
    pub fn is_slow(&self) -> bool {
        matches!(self, Credential::Argon2(_))
    }

    /// Whether this password is the right one. An empty one never is.
    pub fn verify(&self, password: &Secret) -> bool {
        if password.reveal().is_empty() {
            return false;
        }
        match self {
            Credential::Plain(right) => same(&sha256("", right.reveal()), &sha256("", password.reveal())),
            Credential::Sha256 { salt, hash } => {
                same(&sha256(salt, password.reveal()), &hash.to_ascii_lowercase())
            }
            Credential::Argon2(hash) => {
                let hash: &str = hash;
                Argon2::default().verify_password(password.reveal().as_bytes(), hash).is_ok()
            }
        }
    }
}

/// `sha256(salt + password)` in hex: what brooklyn.cfg holds and `generate-password` prints.
pub(crate) fn sha256(salt: &str, password: &str) -> String {
    let mut context = Context::new(&SHA256);
    context.update(salt.as_bytes());
    context.update(password.as_bytes());
    hex(context.finish())
}

/// Equal, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}

/// All users that may log in.
#[derive(Clone, Debug, Default)]
pub struct Users(HashMap<String, Credential>);

impl Users {
    /// Adds one.
    pub fn add(&mut self, name: impl Into<String>, credential: Credential) {
        self.0.insert(name.into(), credential);
    }

    /// What proves this user.
    pub fn get(&self, name: &str) -> Option<&Credential> {
        self.0.get(name)
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_credential_knows_its_password_and_no_other() {
        let hash = sha256("s4lt", "secret").to_ascii_uppercase();
        for right in
            [Credential::Plain(Secret::new("secret")), Credential::Sha256 { salt: "s4lt".into(), hash }]
        {
            assert!(right.verify(&Secret::new("secret")), "{right:?}");
            assert!(!right.verify(&Secret::new("Secret")), "{right:?}");
            assert!(!right.verify(&Secret::new("")), "{right:?}");
        }
        assert!(!Credential::Argon2("no hash at all".into()).verify(&Secret::new("x")));
    }
}
