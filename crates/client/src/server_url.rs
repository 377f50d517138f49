//! The address of a server, in one spelling, so that two ways of writing it are one server.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// `https://host:port`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerUrl(String);

/// An address that no server can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given}: {why}; a server's address looks like https://host:8443")]
pub struct BadServerUrl {
    given: String,
    why: String,
}

impl ServerUrl {
    /// The address of a path on this server.
    pub fn with(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServerUrl {
    type Err = BadServerUrl;

    fn from_str(given: &str) -> Result<Self, BadServerUrl> {
        let bad = |why: String| BadServerUrl { given: given.to_owned(), why };
        if given.trim().contains(char::is_whitespace) {
            return Err(bad("there is a blank in it, and commas stand between several servers".to_owned()));
        }
        let url = Url::parse(given).map_err(|e| bad(e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(format!("the scheme is `{}`, and must be http or https", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // Not repeated: the address holds a password.
            let why = "a login does not belong into an address".to_owned();
            return Err(BadServerUrl { given: "https://...@...".to_owned(), why });
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("a server's address has no query and no fragment".to_owned()));
        }
        Ok(ServerUrl(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_one_spelling() {
        for given in ["https://Host:8443", "https://host:8443/", "https://host:8443//"] {
            assert_eq!(given.parse::<ServerUrl>().map(|u| u.to_string()), Ok("https://host:8443".to_owned()));
        }
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused_and_a_password_in_it_not_repeated() {
        for (given, why) in [
            ("host:8443", "scheme is `host`"),
            ("https://one:8443 https://two:8443", "commas stand between several"),
            ("ftp://host", "must be http or https"),
            ("8443", "relative URL"),
            ("https://host/?a=1", "no query"),
        ] {
            let said = given.parse::<ServerUrl>().unwrap_err().to_string();
            assert!(said.contains(why) && said.contains(given), "{given}: {said}");
        }
        let said = "https://admin:hush@host".parse::<ServerUrl>().unwrap_err().to_string();
        assert!(said.contains("a login does not belong") && !said.contains("hush"), "{said}");
    }
}
