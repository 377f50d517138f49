//! What a failure means: whether the request may have had an effect, whose trouble it is, and what to do. A plain
//! function of what came over the wire.

use ha::verbs::{Answer, Fault, FaultKind};

use super::seen::Seen;

/// What a failed request did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing.
    None,
    /// Nothing: there is no such object.
    Missing,
    /// Nothing: the name exists.
    Taken,
    /// Nothing: another request for the name was under way. To be sent again.
    Conflict,
    /// It may have done, or may still do, what it asks for.
    Maybe,
}

/// A request that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) outcome: Outcome,
    pub(super) fault: Fault,
}

impl Trouble {
    /// `why` is the client's own sentence, used where the service gave none.
    pub(super) fn judge(attempt: &str, object: &str, seen: Seen, why: &str) -> Trouble {
        let (outcome, kind, hint) = verdict(&seen);
        let said = match (seen.status, seen.code, seen.message) {
            (Some(status), Some(code), Some(message)) if !message.is_empty() => {
                format!("{status} {code}: {}", message.trim_end_matches('.'))
            }
            (Some(status), Some(code), _) => format!("{status} {code}"),
            (Some(status), None, _) => format!("status {status}, and no answer as S3 gives it"),
            (None, ..) => why.to_owned(),
        };
        let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        let text = format!("could not {attempt} {object}: {said}{hint}");
        Trouble { outcome, fault: Fault { kind, text } }
    }

    /// Not the shape that was expected; nothing was asked of the service.
    pub(super) fn unfit(text: String) -> Trouble {
        Trouble { outcome: Outcome::None, fault: Fault { kind: FaultKind::Unfit, text } }
    }

    pub(super) fn is_missing(&self) -> bool {
        self.outcome == Outcome::Missing
    }

    pub(super) fn may_have_effect(&self) -> bool {
        self.outcome == Outcome::Maybe
    }

    /// What it is to a change that needs no second look.
    pub(super) fn answer(self) -> Answer {
        if self.may_have_effect() { Answer::Unknown(self.fault) } else { Answer::Failed(self.fault) }
    }
}

type Verdict = (Outcome, FaultKind, Option<&'static str>);

/// What a service may not have.
const LACKS: Option<&str> = Some("this service lacks what a plane needs: PUT with If-None-Match");

/// Codes that name the trouble better than their status.
fn by_code(code: &str) -> Option<Verdict> {
    use FaultKind::{Denied, Full, Unfit, Unreachable};
    use Outcome::None as Nothing;
    Some(match code {
        "NoSuchKey" => (Outcome::Missing, Unfit, None),
        "PreconditionFailed" => (Outcome::Taken, Unfit, None),
        "ConditionalRequestConflict" | "OperationAborted" => (Outcome::Conflict, Unreachable, None),
        "NoSuchBucket" => (Nothing, Unfit, Some("create the bucket, or name one that is there")),
        "InvalidBucketName" => (Nothing, Unfit, Some("no bucket can have this name")),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
            (Nothing, Unfit, Some("name the region that the bucket is in"))
        }
        "InvalidAccessKeyId" | "XAdminUserNotFound" => {
            (Nothing, Denied, Some("the service does not know this identity"))
        }
        "SignatureDoesNotMatch" => {
            (Nothing, Denied, Some("the credential does not belong to the identity, or the region is wrong"))
        }
        "ExpiredToken" | "TokenRefreshRequired" | "InvalidToken" => {
            (Nothing, Denied, Some("the session token is over: give fresh credentials"))
        }
        "RequestTimeTooSkewed" => (Nothing, Denied, Some("set this machine's clock: it differs too much")),
        "AccessDenied" => (
            Nothing,
            Denied,
            Some("the key needs s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket here"),
        ),
        "QuotaExceeded" | "InsufficientStorage" | "InsufficientCapacity" | "XMinioStorageFull" => {
            (Nothing, Full, None)
        }
        "NotImplemented" | "MethodNotAllowed" => (Nothing, Unfit, LACKS),
        "SlowDown" | "ServiceUnavailable" | "RequestLimitExceeded" => {
            (Outcome::Maybe, Unreachable, Some("the service asks for fewer requests"))
        }
        _ => return None,
    })
}

/// Where the answer is none that S3 gives.
const NO_S3: Option<&str> = Some("is there a proxy in between, or is the endpoint not S3?");

fn verdict(seen: &Seen) -> Verdict {
    use FaultKind::{Denied, Full, Unfit, Unreachable};
    use Outcome::None as Nothing;
    if let Some(verdict) = seen.code.as_deref().and_then(by_code) {
        return verdict;
    }
    match seen.status {
        None if seen.sent => (Outcome::Maybe, Unreachable, None),
        None => (Nothing, Unreachable, None),
        // It was carried out as far as the status says, but what came with it is not S3's.
        Some(200..=299) => (Outcome::Maybe, Unfit, NO_S3),
        Some(300..=399) => (Nothing, Unfit, Some("name the region that the bucket is in")),
        Some(401 | 403) => (Nothing, Denied, NO_S3.filter(|_| seen.code.is_none())),
        Some(409) => (Outcome::Conflict, Unreachable, None),
        Some(412) => (Outcome::Taken, Unfit, None),
        Some(408) => (Outcome::Maybe, Unreachable, None),
        Some(429) => (Nothing, Unreachable, Some("the service asks for fewer requests")),
        Some(507) => (Nothing, Full, None),
        Some(501) => (Nothing, Unfit, LACKS),
        // A gateway in between may have given up a request that the service goes on with.
        Some(500..) => (Outcome::Maybe, Unreachable, None),
        Some(_) => (Nothing, Unfit, NO_S3.filter(|_| seen.code.is_none())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: Option<u16>, code: Option<&str>) -> (Outcome, FaultKind) {
        let seen = Seen { sent: true, status, code: code.map(str::to_owned), message: None };
        let trouble = Trouble::judge("create", "s3://b/log/1", seen, "reset");
        assert!(trouble.fault.text.starts_with("could not create s3://b/log/1: "), "{trouble:?}");
        (trouble.outcome, trouble.fault.kind)
    }

    #[test]
    fn each_answer_of_a_service_has_one_meaning() {
        use FaultKind::{Denied, Full, Unfit, Unreachable};
        for (status, code, expected) in [
            (412, Some("PreconditionFailed"), (Outcome::Taken, Unfit)),
            (412, None, (Outcome::Taken, Unfit)),
            (501, Some("NotImplemented"), (Outcome::None, Unfit)),
            (409, Some("ConditionalRequestConflict"), (Outcome::Conflict, Unreachable)),
            (409, Some("OperationAborted"), (Outcome::Conflict, Unreachable)),
            (409, None, (Outcome::Conflict, Unreachable)),
            (408, None, (Outcome::Maybe, Unreachable)),
            (429, None, (Outcome::None, Unreachable)),
            (404, Some("NoSuchKey"), (Outcome::Missing, Unfit)),
            (404, Some("NoSuchBucket"), (Outcome::None, Unfit)),
            // A proxy's page is no word about the object.
            (404, None, (Outcome::None, Unfit)),
            (200, None, (Outcome::Maybe, Unfit)),
            (403, Some("SignatureDoesNotMatch"), (Outcome::None, Denied)),
            (403, Some("RequestTimeTooSkewed"), (Outcome::None, Denied)),
            (400, Some("AuthorizationHeaderMalformed"), (Outcome::None, Unfit)),
            (400, Some("ExpiredToken"), (Outcome::None, Denied)),
            (301, None, (Outcome::None, Unfit)),
            (507, None, (Outcome::None, Full)),
            (503, Some("SlowDown"), (Outcome::Maybe, Unreachable)),
            (500, Some("InternalError"), (Outcome::Maybe, Unreachable)),
            (502, None, (Outcome::Maybe, Unreachable)),
            (503, None, (Outcome::Maybe, Unreachable)),
            (504, None, (Outcome::Maybe, Unreachable)),
            (503, Some("ServiceUnavailable"), (Outcome::Maybe, Unreachable)),
            (503, Some("RequestLimitExceeded"), (Outcome::Maybe, Unreachable)),
            (501, None, (Outcome::None, Unfit)),
            (405, Some("MethodNotAllowed"), (Outcome::None, Unfit)),
            (301, Some("PermanentRedirect"), (Outcome::None, Unfit)),
            (400, None, (Outcome::None, Unfit)),
            (400, Some("InvalidToken"), (Outcome::None, Denied)),
            (401, None, (Outcome::None, Denied)),
            (403, None, (Outcome::None, Denied)),
            (403, Some("AccessDenied"), (Outcome::None, Denied)),
            (403, Some("InvalidAccessKeyId"), (Outcome::None, Denied)),
            (403, Some("QuotaExceeded"), (Outcome::None, Full)),
            (507, Some("InsufficientStorage"), (Outcome::None, Full)),
            (507, Some("XMinioStorageFull"), (Outcome::None, Full)),
        ] {
            assert_eq!(judged(Some(status), code), expected, "{status} {code:?}");
        }
        assert_eq!(judged(None, None), (Outcome::Maybe, Unreachable));
        let never = Trouble::judge("read", "s3://b/x", Seen::default(), "refused");
        assert_eq!(never.outcome, Outcome::None);
    }
}
