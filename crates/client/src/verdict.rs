//! Whether an answer, or its absence, ends a request or has it sent again: a plain function with a table.

use crate::request::Answer;
use crate::transport::Failure;

/// What may be done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeatable {
    /// A read: always.
    Read,
    /// A write with a key: always, it is done once.
    Keyed,
    /// A write without a key: only when it certainly was not done.
    IfNotDone,
}

/// What becomes of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// This is the answer.
    Final,
    /// Another server is the master, perhaps this one.
    Elsewhere(Option<String>),
    /// Somebody will serve it later.
    Later,
    /// It may have been done, and must not be sent again.
    OutcomeUnknown,
}

/// How the words of `X-HA-Role` are meant: a suspended master answers reads with what it last knew.
const MASTER: &str = "MASTER";
const SUSPENDED: &str = "SUSPENDED";

/// Judges an answer to a request that was meant for the master.
pub(crate) fn of_answer(answer: &Answer, repeatable: Repeatable) -> Verdict {
    // A server that does not say what it is, is taken as it is.
    let role = answer.header("x-ha-role").unwrap_or(MASTER);
    match (answer.status, role) {
        (401, _) => Verdict::Final,
        // "Unknown:" is said with the same status as "Not recorded:".
        (503, _) if says_unknown(answer) && repeatable == Repeatable::IfNotDone => Verdict::OutcomeUnknown,
        (503, _) => Verdict::Later,
        (_, MASTER) => Verdict::Final,
        // It was done, and who did it stands by since: the chair was handed over meanwhile, or by this very write.
        (200..=299, _) if repeatable != Repeatable::Read => Verdict::Final,
        (_, SUSPENDED) => Verdict::Later,
        // Standbys answer reads too, of a state that may be a moment old.
        _ => Verdict::Elsewhere(answer.header("x-ha-master").map(str::to_owned)),
    }
}

/// Judges that there was no answer.
pub(crate) fn of_failure(failure: &Failure, repeatable: Repeatable) -> Verdict {
    match (failure, repeatable) {
        (Failure::Lost(_) | Failure::Late(_), Repeatable::IfNotDone) => Verdict::OutcomeUnknown,
        _ => Verdict::Later,
    }
}

/// Whether a 503 leaves it open that the write was recorded: only these words rule it out.
pub(crate) fn says_unknown(answer: &Answer) -> bool {
    !answer.text().to_lowercase().contains("not recorded")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(status: u16, role: Option<&str>, body: &str) -> Answer {
        let mut headers = vec![("x-ha-master".to_owned(), "https://b:1/".to_owned())];
        headers.extend(role.map(|role| ("x-ha-role".to_owned(), role.to_owned())));
        Answer { status, status_line: status.to_string(), headers, body: Bytes::from(body.to_owned()) }
    }

    #[test]
    fn the_table_of_answers() {
        use Repeatable::{IfNotDone, Keyed, Read};
        let elsewhere = || Verdict::Elsewhere(Some("https://b:1/".to_owned()));
        let table = [
            (200, Some("MASTER"), "", Keyed, Verdict::Final),
            (404, Some("MASTER"), "", Keyed, Verdict::Final),
            (204, None, "", IfNotDone, Verdict::Final),
            (401, Some("STANDBY"), "", Keyed, Verdict::Final),
            (403, Some("MASTER"), "not entitled", IfNotDone, Verdict::Final),
            (403, Some("HOT_STANDBY"), "only against a primary", IfNotDone, elsewhere()),
            (200, Some("HOT_STANDBY"), "{}", Read, elsewhere()),
            (200, Some("HOT_STANDBY"), "{}", Keyed, Verdict::Final),
            (202, Some("HOT_STANDBY"), "{}", IfNotDone, Verdict::Final),
            (200, Some("SUSPENDED"), "{}", Read, Verdict::Later),
            (503, Some("SUSPENDED"), "Not recorded: the store", IfNotDone, Verdict::Later),
            (503, Some("MASTER"), "Not recorded: too many", IfNotDone, Verdict::Later),
            (503, Some("MASTER"), "Unknown: the store", IfNotDone, Verdict::OutcomeUnknown),
            (503, Some("MASTER"), "Unknown: the store", Keyed, Verdict::Later),
            (503, None, "", Read, Verdict::Later),
        ];
        for (status, role, body, repeatable, expected) in table {
            let given = answer(status, role, body);
            assert_eq!(of_answer(&given, repeatable), expected, "{status} {role:?} {body} {repeatable:?}");
        }
    }

    #[test]
    fn a_write_without_a_key_is_repeated_only_when_it_was_not_sent() {
        let text = || "why".to_owned();
        for (failure, for_writes) in [
            (Failure::NotReached(text()), Verdict::Later),
            (Failure::Untrusted(text()), Verdict::Later),
            (Failure::Lost(text()), Verdict::OutcomeUnknown),
            (Failure::Late(text()), Verdict::OutcomeUnknown),
        ] {
            assert_eq!(of_failure(&failure, Repeatable::IfNotDone), for_writes, "{failure:?}");
            assert_eq!(of_failure(&failure, Repeatable::Keyed), Verdict::Later, "{failure:?}");
        }
    }
}
