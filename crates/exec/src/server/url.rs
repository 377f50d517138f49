//! Addresses as they may be shown: without a login and without a query, either of which may hold a secret.

use reqwest::Url;

/// Reads an address.
pub(crate) fn parse(url: &str) -> Result<Url, String> {
    // Not repeated in the error: what cannot be read cannot be cleaned of secrets either.
    Url::parse(url).map_err(|error| format!("the address is not one: {error}"))
}

/// The address for people.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Either fails only for addresses that have no login.
    let _no_login = shown.set_username("").and_then(|()| shown.set_password(None));
    shown.set_fragment(None);
    if shown.query().is_some() {
        shown.set_query(Some("..."));
    }
    shown.into()
}

/// An error of the client with what lies behind it, without the address.
pub(crate) fn reasons(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        let shown_as = |text: &str| shown(&parse(text).unwrap());
        assert_eq!(shown_as("http://me:pw@host:81/a?token=s#f"), "http://host:81/a?...");
        assert_eq!(shown_as("file:///etc/motd"), "file:///etc/motd");
        assert!(!parse("http://me:pw@:x").unwrap_err().contains("pw"));
    }
}
