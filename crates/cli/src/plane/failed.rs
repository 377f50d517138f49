//! How a command ends that did not succeed, and the exit codes that scripts may rely on.

use client::{Answer, Failure, GaveUp, Reason};

/// The end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) code: Code,
    pub(crate) why: String,
}

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Refused, or it went wrong.
    Refused = 1,
    /// The line makes no sense.
    Usage = 2,
    /// No server could be reached.
    Unreachable = 3,
    /// Not logged in, or not entitled.
    Unauthorised = 4,
}

impl Failed {
    pub(crate) fn refused(why: impl Into<String>) -> Failed {
        Failed { code: Code::Refused, why: why.into() }
    }

    pub(crate) fn usage(why: impl Into<String>) -> Failed {
        Failed { code: Code::Usage, why: why.into() }
    }

    /// An answer that is a refusal.
    pub(crate) fn of_answer(answer: &Answer) -> Failed {
        let message = answer.message();
        let message = message.trim();
        let why = match answer.status {
            401 => "the login was refused; give another one with --user, or `brownstone login`".to_owned(),
            _ if message.is_empty() => answer.status_line.clone(),
            _ => message.to_owned(),
        };
        let code = if matches!(answer.status, 401 | 403) { Code::Unauthorised } else { Code::Refused };
        Failed { code, why }
    }
}

impl From<GaveUp> for Failed {
    fn from(gave_up: GaveUp) -> Failed {
        let code = match gave_up.reason {
            Reason::NoServer | Reason::NoMaster => Code::Unreachable,
            Reason::OutcomeUnknown => Code::Refused,
        };
        let mut why = gave_up.to_string();
        if let Some(hint) = hint(&why) {
            why.push('\n');
            why.push_str(hint);
        }
        Failed { code, why }
    }
}

/// What to do about what libraries say in their words.
fn hint(why: &str) -> Option<&'static str> {
    let hints = [
        (
            "UnknownIssuer",
            "The servers' certificate is of an authority that this host does not know: give its file with --ca-file (a \
             server keeps it in data/ca.pem)",
        ),
        (
            "Expired",
            "The certificate is out of date, or this host's clock is wrong: compare `date` here and there; a server makes \
             a new one of its own when it is started",
        ),
        (
            "NotValidForName",
            "The certificate is for another name: reach the server as its certificate and nodeUri have it",
        ),
        ("invalid HTTP version", "That may be a port for TLS: write https:// before the address"),
        ("corrupt message", "That may be a port without TLS: write http:// before the address"),
    ];
    hints.into_iter().find(|(words, _)| why.contains(words)).map(|(_, hint)| hint)
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Failed {
        let code = match failure {
            Failure::NotReached(_) | Failure::Untrusted(_) => Code::Unreachable,
            Failure::Lost(_) | Failure::Late(_) => Code::Refused,
        };
        Failed { code, why: failure.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let body = body.as_bytes().to_vec().into();
        Answer { status, status_line: format!("{status} Words"), headers: Vec::new(), body }
    }

    #[test]
    fn what_was_refused_is_told_apart_from_who_was() {
        for (status, body, code, why) in [
            (404, r#"{"message":"no such thing","error":404}"#, Code::Refused, "no such thing"),
            (404, "", Code::Refused, "404 Words"),
            (403, r#"{"message":"not entitled","error":403}"#, Code::Unauthorised, "not entitled"),
        ] {
            assert_eq!(Failed::of_answer(&answer(status, body)), Failed { code, why: why.to_owned() });
        }
        assert_eq!(Failed::of_answer(&answer(401, "")).code, Code::Unauthorised);
    }
}
