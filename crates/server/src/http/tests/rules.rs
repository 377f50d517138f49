//! What holds for every path: login first, then the verb, the forms, the bounds.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use ha::status::Role;

use super::Door;
use crate::http::limits::BODY_BYTES_MAX;

fn bare(path: &str) -> Request {
    Request::builder().uri(path).header("accept", "application/json").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn without_a_login_every_path_is_challenged_as_brooklyn_does() {
    let door = Door::new(Role::Master);
    for path in ["/v1/server/ha/state", "/v1/nope", "/nope", "/v1", "/ha/cluster"] {
        let got = door.send(bare(path)).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(got.body, "Authorization required");
        assert_eq!(got.header("www-authenticate"), r#"BASIC realm="brooklyn""#);
        assert_eq!(got.header("content-type"), "text/plain;charset=iso-8859-1");
        assert!(!got.headers.contains_key("cache-control") && !got.headers.contains_key("set-cookie"));
        assert_eq!(got.header("x-ha-role"), "MASTER");
    }
    let mut wrong = bare("/v1/server/ha/state");
    wrong.headers_mut().insert("authorization", "Basic bG9nb3V0OmxvZ291dA==".parse().unwrap());
    assert_eq!(door.send(wrong).await.body, "Authentication failed");
}

#[tokio::test]
async fn with_a_login_the_framework_refuses_without_words() {
    let door = Door::new(Role::Standby);
    let unknown = door.get("/v1/nope").await;
    assert_eq!((unknown.status, unknown.body.as_str()), (StatusCode::NOT_FOUND, ""));
    assert_eq!(unknown.header("cache-control"), "no-cache, no-store");
    assert_eq!((unknown.header("pragma"), unknown.header("expires")), ("no-cache", "0"));
    let verb = door.ask(Method::DELETE, "/v1/server/version", &[], "").await;
    assert_eq!((verb.status, verb.body.as_str()), (StatusCode::METHOD_NOT_ALLOWED, ""));
    assert_eq!(verb.header("allow"), "DELETE,POST,GET,PUT,OPTIONS,HEAD");
    let form = door.ask(Method::GET, "/v1/applications", &[("accept", "application/xml")], "").await;
    assert_eq!((form.status, form.body.as_str()), (StatusCode::NOT_ACCEPTABLE, ""));
    let kind = door.ask(Method::POST, "/v1/applications", &[], "name: x").await;
    assert_eq!((kind.status, kind.body.as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, ""));
}

#[tokio::test]
async fn options_head_and_a_slash_at_the_end_are_tolerated() {
    let door = Door::new(Role::Standby);
    let options = door.ask(Method::OPTIONS, "/v1/applications", &[], "").await;
    assert_eq!((options.status, options.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(options.header("allow"), "DELETE,POST,GET,PUT,OPTIONS,HEAD");
    let head = door.ask(Method::HEAD, "/v1/server/up/extended", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(head.header("content-type"), "application/json");
    let slash = door.get("/v1/server/up/").await;
    assert_eq!((slash.status, slash.body.as_str()), (StatusCode::OK, "true"));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_by_name() {
    let door = Door::new(Role::Master);
    let body = "x".repeat(BODY_BYTES_MAX + 1);
    let got = door.post_json("/v1/applications", &body).await;
    assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(got.body.contains("BODY_BYTES_MAX"), "{}", got.body);
}

#[tokio::test]
async fn a_user_who_may_not_is_told_so() {
    let door = Door::with(Role::Master, &[("brooklyn.entitlements.global", "readonly")]);
    assert_eq!(door.get("/v1/server/ha/states").await.status, StatusCode::OK);
    let got = door.post_form("/v1/server/ha/priority", &[], "priority=7").await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert_eq!(
        got.body,
        r#"{"message":"User 'admin' is not authorized to perform this operation","error":403}"#
    );
}

#[tokio::test]
async fn browsers_get_a_page_in_every_role_without_a_login() {
    let door = Door::new(Role::Failed);
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    for path in ["/", "/apps/q4h2m8xk1z", "/login"] {
        let request = Request::builder().uri(path).header("accept", browser).body(Body::empty()).unwrap();
        let got = door.send(request).await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        assert!(got.header("content-type").starts_with("text/html"));
        assert!(got.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
    let api = Request::builder().uri("/v1/server/version").header("accept", browser);
    assert_eq!(door.send(api.body(Body::empty()).unwrap()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_ask() {
    let door = Door::new(Role::Master);
    for _ in 0..8 {
        door.deploy().await;
    }
    let gzip = [("accept-encoding", "gzip")];
    let short = door.ask(Method::HEAD, "/v1/server/ha/state", &gzip, "").await;
    assert!(!short.headers.contains_key("content-encoding"));
    let long = door.ask(Method::HEAD, "/v1/applications", &gzip, "").await;
    assert_eq!(long.header("content-encoding"), "gzip");
    assert!(!door.get("/v1/applications").await.headers.contains_key("content-encoding"));
}
