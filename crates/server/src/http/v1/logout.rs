//! `POST /v1/logout`: ends the session of a browser, in every role.

use api::shape::by_name;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use serde_json::{Map, Value};

use crate::http::answer::{Answer, json_with};
use crate::http::call::Call;
use crate::http::route::Kind::Text;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let logout = Route::post("/v1/logout", "End the session", logout)
        .exempt()
        .query("user?", Text, "Only if this is the login")
        .query("unauthorize?", Text, "Answer 401 with these words, so that a browser forgets the login")
        .ok(by_name::<String>());
    all.push(logout);
}

/// 401 when the page asks for that with `unauthorize`. A session's id is a secret, so it is not told here.
async fn logout(call: Call) -> Answer {
    let user = call.user();
    let mut map = Map::new();
    if !user.is_empty() {
        map.insert("currentUser".to_owned(), user.into());
    }
    let other = call.query_value("user").filter(|other| other != user);
    let (status, message) = match (other, call.query_value("unauthorize")) {
        (Some(other), _) => {
            let message = format!("Not logged in as {other}: nothing was done");
            map.insert("requestedUser".to_owned(), other.into());
            (StatusCode::FORBIDDEN, message)
        }
        (None, Some(text)) => (StatusCode::UNAUTHORIZED, text),
        (None, None) => (StatusCode::OK, format!("Logged out user {user}")),
    };
    map.insert("message".to_owned(), Value::String(message));
    let mut response = json_with(status, &map)?;
    let visitor = call.visitor().filter(|_| status != StatusCode::FORBIDDEN);
    if let Some((id, is_secure)) = visitor.and_then(|v| Some((v.login.session.as_ref()?, v.is_secure))) {
        let sessions = call.app.auth.sessions();
        sessions.close(id);
        if let Ok(cookie) = HeaderValue::from_str(&sessions.end_cookie(is_secure)) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}
