//! The `Authorization: Basic` header, with Brooklyn's words for what is wrong with one.

use base::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A name and a password that somebody claims.
pub(super) struct Basic {
    /// The name.
    pub(super) user: String,
    /// The password.
    pub(super) password: Secret,
}

impl Basic {
    /// Reads the header. Brooklyn skips six letters, whatever they are; so does this.
    pub(super) fn parse(header: &[u8]) -> Result<Basic, &'static str> {
        let coded = header.get(6..).filter(|rest| !rest.is_empty()).ok_or("too short")?;
        // Brooklyn's decoder skips what is no base64, and then misses the colon; its word is kept.
        let plain = STANDARD.decode(coded.trim_ascii()).map_err(|_| "no colon after decoding")?;
        let plain = String::from_utf8(plain).map_err(|_| "no colon after decoding")?;
        let (user, password) = plain.split_once(':').ok_or("no colon after decoding")?;
        Ok(Basic { user: user.to_owned(), password: Secret::new(password) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_read_as_brooklyn_reads_them() {
        let ok = Basic::parse(b"bAsIc YWRtaW46YTpi").unwrap();
        assert_eq!((ok.user.as_str(), ok.password.reveal()), ("admin", "a:b"));
        assert_eq!(Basic::parse(b"Basic").err(), Some("too short"));
        assert_eq!(Basic::parse(b"Basic YWRtaW4=").err(), Some("no colon after decoding"));
        assert_eq!(Basic::parse(b"Bearer abc.def").err(), Some("no colon after decoding"));
    }
}
