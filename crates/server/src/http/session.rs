//! Cookies and tokens of browsers: opened where a page asks for them, and checked where a cookie vouches.

use axum::http::header::{ACCEPT, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::app::App;
use super::fail::Fail;
use super::front::Visitor;
use super::negotiate::names;
use crate::auth::{CsrfMode, Login};

const MODE: &str = "x-csrf-token-required-for-requests";

/// Refuses a request that a cookie vouches for and whose token is missing or wrong.
pub(super) fn guard(app: &App, login: &Login, headers: &HeaderMap, is_read: bool) -> Result<(), Fail> {
    let mode = mode(headers)?;
    let Some(id) = &login.session else { return Ok(()) };
    let sessions = app.auth.sessions();
    if let Some(mode) = mode {
        sessions.set_mode(id, mode);
    }
    let given = ["x-csrf-token", "x-xsrf-token"].iter().find_map(|n| headers.get(*n)?.to_str().ok());
    sessions.judge(id, !is_read, given).map_err(|e| Fail::forbidden(e.to_string()))
}

fn mode(headers: &HeaderMap) -> Result<Option<CsrfMode>, Fail> {
    let Some(text) = headers.get(MODE) else { return Ok(None) };
    let mode = text.to_str().ok().and_then(|t| t.parse().ok());
    mode.map(Some).ok_or_else(|| Fail::bad("X-Csrf-Token-Required-For-Requests: expected all, write or none"))
}

/// The cookies that the answer must set. Scripts that never send one back get none.
pub(super) fn cookies(app: &App, visitor: &Visitor, headers: &HeaderMap, opens: bool) -> Vec<String> {
    if app.auth.is_off() {
        return Vec::new();
    }
    let sessions = app.auth.sessions();
    let secure = if visitor.is_secure { ";Secure" } else { "" };
    let tokens = |token: &str| {
        ["CSRF-TOKEN", "XSRF-TOKEN"].map(|name| format!("{name}={token};Path=/;SameSite=Lax{secure}"))
    };
    let has_mode = headers.contains_key(MODE);
    if let Some(id) = &visitor.login.session {
        // Told again where pages begin: servers on one host overwrite each other's.
        let token = if opens { sessions.token(id) } else { None };
        return token.map(|t| tokens(t.reveal()).into()).unwrap_or_default();
    }
    let by_page = names(headers.get(ACCEPT).and_then(|v| v.to_str().ok()), "text/html");
    if !(opens || has_mode || by_page) {
        return Vec::new();
    }
    let Some(new) = sessions.open(&visitor.login.account, app.plane.now()) else { return Vec::new() };
    if let Ok(Some(mode)) = mode(headers) {
        sessions.set_mode(&new.id, mode);
    }
    let mut all = vec![sessions.cookie(&new.id, visitor.is_secure)];
    all.extend(tokens(new.token.reveal()));
    all
}

/// Sets them.
pub(super) fn set(response: &mut Response, cookies: Vec<String>) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
}
