//! What must hold for every route that is declared, whichever it is.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use ha::status::Role;

use super::Door;
use crate::http::negotiate::Consumes;
use crate::http::route::Route;
use crate::http::routes;

/// Routes that need a login and nothing else. Adding one here is a decision.
const LOGIN_IS_ENOUGH: &[&str] = &[
    "/v1/server/user",
    "/v1/logout",
    "/v1/logout/unauthorize",
    "/v1/logout/{user}",
    "/v1/writes/{key}",
    "/v1/me",
    "/v1/ui-module-registry",
    "/v1/ui-metadata-registry",
];
/// Routes that need no login. Adding one here is a decision.
const PUBLIC: &[&str] = &[
    "/ha/master",
    "/ha/writable",
    "/ha/standby",
    "/ha/hot-standby",
    "/ha/any",
    "/livez",
    "/readyz",
    "/ha/nudge",
    "/openapi.json",
];

fn path_of(route: &Route) -> String {
    route.path.split('/').map(|s| if s.starts_with('{') { "x" } else { s }).collect::<Vec<_>>().join("/")
}

fn content_type(route: &Route) -> Option<&'static str> {
    match route.consumes {
        Consumes::Nothing => None,
        Consumes::Form => Some("application/x-www-form-urlencoded"),
        _ => Some("application/json"),
    }
}

#[tokio::test]
async fn every_route_needs_a_login_or_is_listed() {
    let door = Door::new(Role::Master);
    for route in routes() {
        assert_eq!(route.is_public, PUBLIC.contains(&route.path), "{}", route.path);
        let request = Request::builder().method(route.method.clone()).uri(path_of(&route));
        let got = door.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(got.status == StatusCode::UNAUTHORIZED, !route.is_public, "{}", route.path);
    }
}

#[test]
fn every_route_needs_a_permission_or_is_listed() {
    for route in routes() {
        let free = route.is_public || LOGIN_IS_ENOUGH.contains(&route.path);
        assert_eq!(route.permission.is_none(), free, "{} {}", route.method, route.path);
        assert!(!route.says.is_empty());
    }
}

#[tokio::test]
async fn every_permission_is_asked_for() {
    // Two roles that have nothing in common: neither is refused for what it may.
    let viewer = Door::with(Role::Master, &[("brooklyn.entitlements.global", "logViewer")]);
    let minimal = Door::with(Role::Master, &[("brooklyn.entitlements.global", "minimal")]);
    for route in routes().iter().filter(|r| r.permission.is_some()) {
        let is_log = route.permission == Some(api::Permission::LogbookLogStoreQuery);
        let door = if is_log { &minimal } else { &viewer };
        let kind = content_type(route).map(|c| ("content-type", c));
        let accept = ("accept", "*/*");
        let headers: Vec<_> = kind.into_iter().chain([accept]).collect();
        let got = door.ask(route.method.clone(), &path_of(route), &headers, "").await;
        let expected =
            r#"{"message":"User 'admin' is not authorized to perform this operation","error":403}"#;
        assert_eq!(got.body, expected, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn every_write_is_refused_on_a_standby_unless_it_is_exempt() {
    for role in [Role::Standby, Role::HotStandby, Role::Initializing, Role::Failed, Role::Suspended] {
        let door = Door::new(role);
        for route in routes().iter().filter(|r| r.method != Method::GET && !r.is_public && !r.is_exempt) {
            let kind = content_type(route).map(|c| ("content-type", c));
            let headers: Vec<_> = kind.into_iter().collect();
            let got = door.ask(route.method.clone(), &path_of(route), &headers, "").await;
            let code = if role == Role::Suspended { 503 } else { 403 };
            assert_eq!(got.status.as_u16(), code, "{} {} on {role:?}", route.method, route.path);
        }
    }
}
