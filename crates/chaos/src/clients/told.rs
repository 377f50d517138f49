//! What an answer says of a write, as the documents have it.

use super::http::{Answer, Failed};
use crate::history::Told;

/// What is known after an answer; an answer that no document names is told as it is.
pub(super) fn told(answer: &Result<Answer, Failed>) -> Result<Told, String> {
    match answer {
        Err(Failed::NotSent) => Ok(Told::Refused),
        Err(Failed::NoAnswer) => Ok(Told::Unknown),
        Ok(answer) => match answer.status {
            200..=299 => Ok(Told::Recorded),
            // Not the master.
            403 => Ok(Told::Refused),
            // The two that say that it may have happened: `docs/idempotent-writes.md`.
            503 if answer.body.contains("Unknown:") || answer.body.contains("was begun") => Ok(Told::Unknown),
            503 if answer.retry_after => Ok(Told::Refused),
            status => Err(format!("{status}: {}", answer.body)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_meaning() {
        let answer = |status, retry_after, body: &str| {
            Ok(Answer { status, role: None, term: None, retry_after, body: body.into() })
        };
        assert_eq!(told(&answer(204, false, "")), Ok(Told::Recorded));
        assert_eq!(told(&answer(403, false, "")), Ok(Told::Refused));
        assert_eq!(told(&answer(503, true, "Unknown: the store")), Ok(Told::Unknown));
        assert_eq!(told(&answer(503, true, "suspended")), Ok(Told::Refused));
        assert_eq!(told(&Err(Failed::NoAnswer)), Ok(Told::Unknown));
        assert_eq!(told(&Err(Failed::NotSent)), Ok(Told::Refused));
        assert!(told(&answer(503, false, "")).is_err());
        assert!(told(&answer(500, false, "")).is_err());
    }
}
