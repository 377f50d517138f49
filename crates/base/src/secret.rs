//! A value that cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A password, key or token. `Debug` and `Display` never show it; whoever needs the text says so by calling
/// [`Secret::reveal`], which a reviewer can search for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Never pass it to a log, an error or a list.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(******)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("******")
    }
}

/// Parts of a key's name that make its value secret (`brooklyn-rest-api.md` 2.10).
pub const SENSITIVE_TOKENS: [&str; 7] =
    ["password", "passwd", "credential", "secret", "private", "access.cert", "access.key"];

/// Whether a key of this name holds a secret by Brooklyn's default tokens.
pub fn is_sensitive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SENSITIVE_TOKENS.iter().any(|t| name.contains(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        let s = Secret::new("hunter2");
        assert!(!format!("{s} {s:?}").contains("hunter2"));
        assert_eq!(s.reveal(), "hunter2");
    }

    #[test]
    fn names_are_judged_without_case() {
        assert!(is_sensitive_name("DB_PASSWORD"));
        assert!(is_sensitive_name("aws.access.key"));
        assert!(!is_sensitive_name("user.name"));
    }
}
