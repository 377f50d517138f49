//! Cookies and tokens.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use ha::status::Role;

use super::{Door, Got};

/// What a browser would send back, and the token.
fn cookies(got: &Got) -> (String, String) {
    let all: Vec<&str> = got.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    let pairs: Vec<&str> = all.iter().map(|c| c.split(';').next().unwrap()).collect();
    let token = pairs.iter().find_map(|p| p.strip_prefix("XSRF-TOKEN=")).unwrap_or_default();
    (pairs.join("; "), token.to_owned())
}

fn with_cookies(cookies: &str, token: Option<&str>) -> Request {
    let mut request = Request::builder().method(Method::POST).uri("/v1/server/ha/priority");
    request = request.header("cookie", cookies).header("content-type", "application/x-www-form-urlencoded");
    if let Some(token) = token {
        request = request.header("X-Csrf-Token", token);
    }
    request.body(Body::from("priority=0")).unwrap()
}

#[tokio::test]
async fn a_page_gets_a_session_whose_writes_need_its_token() {
    let door = Door::new(Role::Master);
    let mode = [("X-Csrf-Token-Required-For-Requests", "write")];
    let user = door.ask(Method::GET, "/v1/server/user", &mode, "").await;
    assert_eq!(user.body, "\"admin\"");
    assert_eq!(user.headers.get_all("set-cookie").iter().count(), 3);
    let (cookies, token) = cookies(&user);
    let missing = door.send(with_cookies(&cookies, None)).await;
    assert_eq!(
        missing.body,
        r#"{"message":"X-CSRF-TOKEN header is required, containing token previously returned from server in cookie","error":403}"#
    );
    let wrong = door.send(with_cookies(&cookies, Some("nope"))).await;
    assert_eq!(
        wrong.body,
        r#"{"message":"X-CSRF-TOKEN header did not match expected CSRF token","error":403}"#
    );
    let right = door.send(with_cookies(&cookies, Some(&token))).await;
    assert_eq!((right.status, right.body.as_str()), (StatusCode::OK, "10"));
    let logout = |token: &str| {
        let request = Request::builder().method(Method::POST).uri("/v1/logout?unauthorize=bye");
        request.header("cookie", &cookies).header("X-Csrf-Token", token).body(Body::empty()).unwrap()
    };
    let out = door.send(logout(&token)).await;
    assert_eq!(out.status, StatusCode::UNAUTHORIZED);
    assert_eq!(out.body, r#"{"currentUser":"admin","message":"bye"}"#);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(door.send(with_cookies(&cookies, Some(&token))).await.body, "Authorization required");
}

#[tokio::test]
async fn scripts_get_no_cookies_and_strangers_no_session() {
    let door = Door::new(Role::Master);
    let state = door.get("/v1/server/ha/state").await;
    assert!(!state.headers.contains_key("set-cookie"));
    let stranger = door.send(with_cookies("JSESSIONID_BROWNSTONEabcdef=made-up", None)).await;
    assert_eq!(
        (stranger.status, stranger.body.as_str()),
        (StatusCode::UNAUTHORIZED, "Authorization required")
    );
}

#[tokio::test]
async fn where_login_is_off_everybody_is_nobody() {
    let door =
        Door::with(Role::Master, &[("brooklyn.webconsole.security.provider", "x.AnyoneSecurityProvider")]);
    let request = |path: &str| Request::builder().uri(path).body(Body::empty()).unwrap();
    let user = door.send(request("/v1/server/user")).await;
    assert_eq!(user.status, StatusCode::NO_CONTENT);
    assert!(!user.headers.contains_key("set-cookie"));
    assert_eq!(door.send(request("/v1/server/ha/state")).await.body, "\"MASTER\"");
}
