//! Every route against what nobody should send: bodies, paths, queries and headers that make no sense. Whatever comes,
//! the answer is a status that is documented, it comes in time, and nothing fails inside.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ha::status::Role;

use super::Door;
use crate::http::negotiate::Consumes;
use crate::http::route::Route;
use crate::http::routes;

/// Refusals that any route may give.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 416, 422, 429, 431];
/// No answer takes longer: nothing here has a reason to wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// What stands in a path for a name, besides what is there.
const SEGMENTS: &[&str] = &[
    "nothing",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "%00",
    "%ff%fe",
    "%F0%9F%A6%80",
    "%27%22%3Cscript%3E",
    "%20",
    "-0",
    "latest",
    "%2525",
    "a%2Fb",
    "current-state",
    ";x=1",
    "%0d%0aX-Y:1",
];

/// What may stand behind a path.
const QUERIES: &[&str] = &[
    "%=%&&&=",
    "a=%ff",
    "limit=-99999999999999999999&maxDepth=99999999999999999999",
    "limit=1e9",
    "timeout=1e400",
    "timeout=-5s",
    "timeout=%00",
    "depth=-9999999999999999999",
    "depth=9223372036854775807",
    "depth=x",
    "typeRegex=(((((((((((",
    "typeRegex=(a%2B)%2B%24",
    "typeRegex=%5B",
    "sensors=%5B%5B%5B%5B&config=%5B%5B",
    "sensors=**%5Bx&config=%5C",
    "items=,,,%00,",
    "adjunctType=toad",
    "type=%00",
    "type=java.lang.Runtime",
    "name=%00",
    "name=",
    "start=x&end=-1",
    "start=99999999999999999999",
    "since=x",
    "topics=%00",
    "allowed=maybe",
    "recurse=true&release=maybe",
    "full=&raw=&useDisplayHints=&suppressSecrets=true&explain",
    "lag=x",
    "sent=-1",
    "unauthorize=%0d%0aSet-Cookie:x=1&user=%ff",
];

fn bodies() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "[",
        "nul",
        "\"",
        "{\"a\":",
        "[1]",
        "1",
        "1e999",
        "\"x\"",
        "true",
        "null",
        "{}",
        "{\"nope\":{\"deep\":[{}]}}",
        "{\"a\":1,\"a\":2}",
        "{\"\":\"\"}",
        "{\"\\u0000\":\"\\ud800\"}",
        "%zz=%&&=&a=%ff",
        "mode=MASTERS&nodeId=&priority=99999999999999999999",
        "shutdownTimeout=-1&requestTimeout=x",
        "priority=x",
        "services: [",
        "services:\n- type: [",
        "&a [*a, *a]",
        "a: &a [*a]",
        "!!binary x",
        "--- \n--- \n",
        "{\"type\":\"BasicEntity\"}",
        "{\"levels\":[1],\"numberOfItems\":-1}",
        "{\"numberOfItems\":1e300}",
        "--b\r\nContent-Disposition: form-data; name=\"plan\"\r\n\r\n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    all.push(b"\xff\xfe\x00\x01\xc3\x28".to_vec());
    all.push(b"\x1f\x8b\x08\x00garbage".to_vec());
    all.push("[".repeat(100_000).into_bytes());
    all.push("{\"a\":".repeat(50_000).into_bytes());
    all.push(format!("{}1{}", "[".repeat(120), "]".repeat(120)).into_bytes());
    all.push("- ".repeat(20_000).into_bytes());
    all
}

fn headers() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("accept", b"*".to_vec()),
        ("accept", b"application/json;q=NaN, */*;q=-1".to_vec()),
        ("accept", "a/b,".repeat(5000).into_bytes()),
        ("accept", b"\xff".to_vec()),
        ("accept-encoding", b"gzip, deflate;q=x, br, *;q=0".to_vec()),
        ("range", b"bytes=-".to_vec()),
        ("range", b"bytes=18446744073709551616-18446744073709551617".to_vec()),
        ("range", b"bytes=5-1,0-0".to_vec()),
        ("idempotency-key", b"".to_vec()),
        ("idempotency-key", b"\xe9\xff".to_vec()),
        ("idempotency-key", "k".repeat(10_000).into_bytes()),
        ("brooklyn-allow-non-master-access", b"TRUE, false".to_vec()),
        ("x-csrf-token-required-for-requests", b"sometimes".to_vec()),
        ("x-csrf-token", b"\xff".to_vec()),
        ("cookie", b"JSESSIONID=;;;===; a; =b; \xff".to_vec()),
        ("last-event-id", b"\xff".to_vec()),
        ("origin", b"null".to_vec()),
        ("host", b"@@@".to_vec()),
        ("x-forwarded-for", b"1.2.3.4.5, ::zz".to_vec()),
        ("content-encoding", b"gzip".to_vec()),
        ("content-encoding", b"gzip, \xff".to_vec()),
        ("expect", b"200-ok".to_vec()),
    ]
}

const CONTENT_TYPES: &[&str] = &[
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/yaml",
    "application/json; charset=\"",
    "nonsense",
    "/",
];

/// A server with an application, one of its policies and a finished task in it.
struct Target {
    door: Door,
    app: String,
    task: String,
}

impl Target {
    async fn new() -> Target {
        let door = Door::new(Role::Master);
        let (app, _) = door.deploy().await;
        let policy = format!("/v1/applications/{app}/entities/{app}/policies?type=ServiceRestarter");
        assert_eq!(door.post_json(&policy, r#"{"name":"p"}"#).await.status, StatusCode::OK);
        let tasks = door.get("/v1/activities").await.json();
        let task = tasks[0]["id"].as_str().unwrap().to_owned();
        Target { door, app, task }
    }

    /// The path of a route with what is there in it, and `other` in the place of the name numbered `at`.
    fn path(&self, route: &Route, at: Option<(usize, &str)>) -> String {
        let mut n = 0;
        let segment = |part: &str| {
            let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) else {
                return part.to_owned();
            };
            n += 1;
            if let Some((at, other)) = at
                && at == n - 1
            {
                return other.to_owned();
            }
            match name {
                "app" | "ent" => self.app.clone(),
                "adjunct" | "policy" => "p".to_owned(),
                "task" => self.task.clone(),
                "effector" => "restart".to_owned(),
                "config" => "setOnFireOnFailure".to_owned(),
                _ => "x".to_owned(),
            }
        };
        route.path.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    async fn send(&self, route: &Route, path: &str, more: &[(&str, &[u8])], body: &[u8]) {
        let Ok(uri) = path.parse::<axum::http::Uri>() else { return };
        let mut request = Request::builder().method(route.method.clone()).uri(uri);
        request = request.header("authorization", format!("Basic {}", STANDARD.encode("admin:pw")));
        let headers = request.headers_mut().unwrap();
        for (name, value) in more {
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let shown = || {
            let start: String = String::from_utf8_lossy(body).chars().take(60).collect();
            format!("{} {path} {more:?} with '{start}'", route.method)
        };
        let answer = async {
            let response = self.door.front.answer(request).await;
            let (head, body) = response.into_parts();
            // A stream of events has no end.
            let is_stream = head.headers.get("content-type").is_some_and(|t| t == "text/event-stream");
            let body = if is_stream {
                Vec::new()
            } else {
                axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec()
            };
            (head.status, body)
        };
        let answered = tokio::time::timeout(PATIENCE, answer).await;
        let (status, body) = answered.unwrap_or_else(|_| panic!("no answer to {}", shown()));
        let declared = route.answers.iter().any(|(s, _)| *s == status);
        assert!(
            declared || REFUSALS.contains(&status.as_u16()),
            "{status} to {}: {}",
            shown(),
            String::from_utf8_lossy(&body)
        );
    }
}

fn own_type(route: &Route) -> Option<&'static str> {
    match route.consumes {
        Consumes::Nothing => None,
        Consumes::Form => Some("application/x-www-form-urlencoded"),
        _ => Some("application/json"),
    }
}

/// The routes of which one part of this test takes care: they share the work, as tests run side by side.
fn part(number: usize, of: usize) -> Vec<Route> {
    routes().into_iter().enumerate().filter(|(i, _)| i % of == number).map(|(_, route)| route).collect()
}

async fn nothing_fails_inside(number: usize) {
    let bodies = bodies();
    let huge = vec![b'x'; 10 * 1024 * 1024];
    for route in part(number, 2) {
        // A fresh server for each: some of what is sent is obeyed.
        let target = Target::new().await;
        let own = own_type(&route);
        let own_header: Vec<(&str, &[u8])> = own.iter().map(|t| ("content-type", t.as_bytes())).collect();
        let there = target.path(&route, None);
        let names = route.path.matches('{').count();
        let long = "a".repeat(8000);
        for at in 0..names {
            for other in SEGMENTS.iter().copied().chain([long.as_str()]) {
                let path = target.path(&route, Some((at, other)));
                target.send(&route, &path, &own_header, b"{}").await;
            }
        }
        for query in QUERIES {
            target.send(&route, &format!("{there}?{query}"), &own_header, b"{}").await;
        }
        for (name, value) in headers() {
            let mut all = own_header.clone();
            all.push((name, &value));
            target.send(&route, &there, &all, b"{}").await;
        }
        if route.method == Method::GET {
            continue;
        }
        for body in &bodies {
            target.send(&route, &there, &own_header, body).await;
        }
        for kind in CONTENT_TYPES {
            target.send(&route, &there, &[("content-type", kind.as_bytes())], b"{\"x\":").await;
        }
        target.send(&route, &there, &own_header, &huge).await;
    }
}

#[tokio::test]
async fn nothing_that_is_sent_fails_inside_or_hangs() {
    nothing_fails_inside(0).await;
}

#[tokio::test]
async fn nothing_that_is_sent_to_the_other_routes_fails_inside_or_hangs() {
    nothing_fails_inside(1).await;
}
