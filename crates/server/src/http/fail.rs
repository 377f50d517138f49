//! Every refusal passes here on its way out: one place says which status, which body, which headers.

use api::ApiError;
use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use engine::effect::Refusal;
use serde_json::Value;
use tracing::warn;

use super::answer::{JSON, bare, raw};
use crate::auth;

/// What Brooklyn lists in each `Allow`, whatever the resource really has.
pub const ALL_VERBS: &str = "DELETE,POST,GET,PUT,OPTIONS,HEAD";

/// Why there is no answer.
#[derive(Debug)]
pub enum Fail {
    /// A status without a body: how Brooklyn's framework refuses.
    Bare(StatusCode),
    /// A status with words.
    Said(ApiError),
    /// The same, and worth another try.
    Later {
        /// The words.
        error: ApiError,
        /// After how many seconds.
        after_secs: u64,
    },
    /// No login, or a wrong one.
    Login {
        /// Why.
        why: auth::Refused,
        /// Whether a browser may show its own login box for it.
        prompt: bool,
    },
}

impl Fail {
    /// A status with words.
    pub fn said(status: StatusCode, message: impl Into<String>) -> Fail {
        Fail::Said(ApiError::new(status.as_u16(), message))
    }

    /// 404 with words.
    pub fn not_found(message: impl Into<String>) -> Fail {
        Fail::said(StatusCode::NOT_FOUND, message)
    }

    /// 400 with words.
    pub fn bad(message: impl Into<String>) -> Fail {
        Fail::said(StatusCode::BAD_REQUEST, message)
    }

    /// 400 with words and something for programs.
    pub fn bad_with(message: impl Into<String>, data: Value) -> Fail {
        Fail::Said(ApiError { data: Some(data), ..ApiError::new(400, message) })
    }

    /// 403 with words.
    pub fn forbidden(message: impl Into<String>) -> Fail {
        Fail::said(StatusCode::FORBIDDEN, message)
    }

    /// 503 with words.
    pub fn later(message: impl Into<String>) -> Fail {
        Fail::Later { error: ApiError::new(503, message), after_secs: 1 }
    }

    /// 500: a defect of ours, so it goes to the log too.
    pub fn inside(message: impl Into<String>) -> Fail {
        let message = message.into();
        warn!(message, "a request failed inside");
        Fail::said(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// As an answer.
    pub fn respond(self) -> Response {
        match self {
            Fail::Bare(status) => {
                let mut response = bare(status);
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    response.headers_mut().insert(ALLOW, HeaderValue::from_static(ALL_VERBS));
                }
                response
            }
            Fail::Said(error) => said(&error),
            Fail::Later { error, after_secs } => {
                let mut response = said(&error);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after_secs));
                response
            }
            Fail::Login { why, prompt } => login(&why, prompt),
        }
    }
}

fn said(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.error).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    raw(status, JSON, serde_json::to_vec(error).unwrap_or_default())
}

fn login(why: &auth::Refused, prompt: bool) -> Response {
    if *why == auth::Refused::Busy {
        return Fail::later(why.to_string()).respond();
    }
    let mut response = Response::new(Body::from(why.to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=iso-8859-1"));
    if let auth::Refused::Throttled(secs) = why {
        headers.insert(RETRY_AFTER, HeaderValue::from(*secs));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        return response;
    }
    // A page that shows a login of its own asks for the second form: browsers do not know `X-Basic`.
    let challenge = if prompt { r#"BASIC realm="brooklyn""# } else { r#"X-Basic realm="brooklyn""# };
    headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

impl From<Refusal> for Fail {
    fn from(refusal: Refusal) -> Fail {
        let message = refusal.to_string();
        match refusal {
            Refusal::NotFound(_) => Fail::not_found(message),
            Refusal::Conflict(_) => Fail::said(StatusCode::CONFLICT, message),
            Refusal::Invalid(_) => Fail::bad(message),
            Refusal::KeyReused(_) => Fail::said(StatusCode::UNPROCESSABLE_ENTITY, message),
            Refusal::Overloaded(_) | Refusal::Stale(_) => Fail::later(message),
        }
    }
}
