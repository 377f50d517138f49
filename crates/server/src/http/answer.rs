//! Forms of an answer. Brooklyn writes texts raw even where it calls them JSON; only some are quoted.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::fail::Fail;

/// What a handler gives back.
pub type Answer = Result<Response, Fail>;

/// The media type of JSON.
pub const JSON: &str = "application/json";
/// The media type of plain text.
pub const TEXT: &str = "text/plain";

/// JSON with this status.
pub fn json_with<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    Ok(raw(status, JSON, written(body)?))
}

/// The bytes of JSON.
pub fn written<T: Serialize>(body: &T) -> Result<Vec<u8>, Fail> {
    serde_json::to_vec(body)
        .map_err(|error| Fail::inside(format!("the answer cannot be written as JSON: {error}")))
}

/// JSON with 200.
pub fn json<T: Serialize>(body: &T) -> Answer {
    json_with(StatusCode::OK, body)
}

/// Bytes as they are.
pub fn raw(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// A status alone.
pub fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// 200 with nothing.
pub fn empty() -> Response {
    bare(StatusCode::OK)
}

/// 204.
pub fn no_content() -> Response {
    bare(StatusCode::NO_CONTENT)
}

/// A result as Brooklyn writes the result of a call: texts raw, nothing for null, JSON for the rest.
pub fn result(status: StatusCode, value: &Value) -> Answer {
    match value {
        Value::Null => Ok(bare(status)),
        Value::String(text) => Ok(raw(status, JSON, text.clone())),
        other => json_with(status, other),
    }
}

/// Adds a `Location`.
pub fn at(mut response: Response, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}
