//! `POST /v1/logout`: ends the session of a browser, in every role.

use api::shape::by_name;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use crate::http::answer::{Answer, bare, empty, json_with};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::Text;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let logout = Route::post("/v1/logout", "End the session", logout)
        .exempt()
        .query("user?", Text, "Only if this is the login")
        .query("unauthorize?", Text, "Answer 401 with these words, so that a browser forgets the login")
        .ok(by_name::<String>());
    all.push(logout);
    all.extend([
        Route::post(
            "/v1/logout/unauthorize",
            "Answers 401, so that a browser forgets the login",
            unauthorize,
        )
        .exempt()
        .answers(StatusCode::UNAUTHORIZED, Nothing),
        Route::post("/v1/logout/{user}", "End the session, if it is of this user", logout_user)
            .exempt()
            .answers(StatusCode::OK, Nothing),
    ]);
}

/// 401 when the page asks for that with `unauthorize`. A session's id is a secret, so it is not told here.
async fn logout(call: Call) -> Answer {
    let user = call.user();
    let mut map = Map::new();
    if !user.is_empty() {
        map.insert("currentUser".to_owned(), user.into());
    }
    let asked = call.query_value("user");
    if let Some(asked) = &asked {
        map.insert("requestedUser".to_owned(), asked.clone().into());
    }
    let other = asked.filter(|other| other != user);
    let (status, message) = match (other, call.query_value("unauthorize")) {
        (Some(other), _) => {
            let message = format!("Not logged in as {other}: nothing was done");
            (StatusCode::FORBIDDEN, message)
        }
        (None, Some(text)) => (StatusCode::UNAUTHORIZED, text),
        (None, None) => (StatusCode::OK, format!("Logged out user {user}")),
    };
    map.insert("message".to_owned(), Value::String(message));
    let response = json_with(status, &map)?;
    Ok(if status == StatusCode::FORBIDDEN { response } else { ended(&call, response) })
}

async fn unauthorize(call: Call) -> Answer {
    Ok(ended(&call, bare(StatusCode::UNAUTHORIZED)))
}

async fn logout_user(call: Call) -> Answer {
    let other = call.param("user");
    if other != call.user() {
        return Err(Fail::forbidden(format!("Not logged in as {other}: nothing was done")));
    }
    Ok(ended(&call, empty()))
}

/// Ends the session, if there is one.
fn ended(call: &Call, mut response: Response) -> Response {
    let session = call.visitor().and_then(|v| Some((v.login.session.as_ref()?, v.is_secure)));
    if let Some((id, is_secure)) = session {
        let sessions = call.app.auth.sessions();
        sessions.close(id);
        if let Ok(cookie) = HeaderValue::from_str(&sessions.end_cookie(is_secure)) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
