//! Whether a request that a browser's cookie vouches for was meant by its user.

use std::str::FromStr;

/// Which requests of a session need its token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsrfMode {
    /// Nobody said yet: the first write decides.
    #[default]
    Unset,
    /// None.
    None,
    /// All but GET, HEAD and OPTIONS.
    Write,
    /// All.
    All,
}

impl FromStr for CsrfMode {
    type Err = ();

    /// `X-Csrf-Token-Required-For-Requests`, any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "all" => CsrfMode::All,
            "write" => CsrfMode::Write,
            "none" => CsrfMode::None,
            _ => return Err(()),
        })
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrfRefusal {
    /// No token came with it.
    #[error("X-CSRF-TOKEN header is required, containing token previously returned from server in cookie")]
    Missing,
    /// Another one did.
    #[error("X-CSRF-TOKEN header did not match expected CSRF token")]
    Wrong,
}

impl CsrfMode {
    /// Judges one request, and says which mode holds from now on.
    pub(super) fn judge(
        self,
        is_write: bool,
        given: Option<&str>,
        token: &str,
    ) -> Result<CsrfMode, CsrfRefusal> {
        let (needed, next) = match self {
            CsrfMode::All => (true, self),
            CsrfMode::Write => (is_write, self),
            CsrfMode::None => (false, self),
            CsrfMode::Unset if !is_write => (false, self),
            CsrfMode::Unset if given.is_some() => (true, CsrfMode::Write),
            CsrfMode::Unset => (false, CsrfMode::None),
        };
        match given {
            _ if !needed => Ok(next),
            None => Err(CsrfRefusal::Missing),
            Some(given) if given == token => Ok(next),
            Some(_) => Err(CsrfRefusal::Wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_write_of_a_session_decides_unless_the_client_did() {
        assert_eq!(CsrfMode::Unset.judge(true, None, "t"), Ok(CsrfMode::None));
        assert_eq!(CsrfMode::Unset.judge(true, Some("t"), "t"), Ok(CsrfMode::Write));
        assert_eq!(CsrfMode::Write.judge(true, None, "t"), Err(CsrfRefusal::Missing));
        assert_eq!(CsrfMode::Write.judge(true, Some("x"), "t"), Err(CsrfRefusal::Wrong));
        assert_eq!(CsrfMode::Write.judge(false, None, "t"), Ok(CsrfMode::Write));
        assert_eq!(CsrfMode::All.judge(false, None, "t"), Err(CsrfRefusal::Missing));
    }
}
