//! The front door: what holds for each request whatever it asks for, and for each answer whatever it says.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, AUTHORIZATION, CACHE_CONTROL, COOKIE, EXPIRES, ORIGIN, PRAGMA,
};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use tower::{Service, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::app::{App, PublicHeaders};
use super::fail::{ALL_VERBS, Fail};
use super::limits::COMPRESS_BYTES_MIN;
use super::places::Places;
use super::resource::{LoggedIn, router};
use super::{console, routes};
use crate::auth::{Asking, Login};

/// Where a request came from. The listener puts it with each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The address of the other end.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub is_secure: bool,
}

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who.
    pub login: Login,
    /// From where.
    pub source: IpAddr,
    /// Over an encrypted connection.
    pub is_secure: bool,
}

/// Lets a request in, or not. Every request that needs a login passes here.
pub(super) async fn enter(app: &App, headers: &HeaderMap, extensions: &Extensions) -> Result<Visitor, Fail> {
    let peer = extensions.get::<Peer>().copied();
    let source = peer.map_or(IpAddr::from([0, 0, 0, 0]), |p| p.address.ip());
    let cookies = cookies(headers);
    let asking = Asking {
        authorization: headers.get(AUTHORIZATION).map(HeaderValue::as_bytes),
        cookie: cookies.as_deref(),
        source,
        now: app.plane.now(),
    };
    match app.auth.identify(asking).await {
        Ok(login) => Ok(Visitor { login, source, is_secure: peer.is_some_and(|p| p.is_secure) }),
        Err(why) => {
            let by_script = headers.get("x-requested-with").is_some_and(|v| v == "XMLHttpRequest");
            Err(Fail::Login { why, prompt: !by_script })
        }
    }
}

/// All cookies of a request: over HTTP/2 a browser sends them in headers of their own (RFC 9113, 8.2.3).
fn cookies(headers: &HeaderMap) -> Option<String> {
    let all: Vec<&str> = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok()).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Answers requests.
#[derive(Clone)]
pub struct Front {
    app: Arc<App>,
    routes: Router,
}

impl Front {
    /// Opens all routes.
    pub fn new(app: &Arc<App>) -> Front {
        let unknown = Arc::clone(app);
        let routes = router(app, routes())
            .fallback(move |request: Request| {
                let app = Arc::clone(&unknown);
                async move { fallback(&app, request).await }
            })
            .layer(CatchPanicLayer::custom(|_| {
                Fail::inside("The request made the server fail; nothing else is concerned").respond()
            }));
        // Short answers stay as they are, as in Brooklyn; events must not wait until there is enough to compress.
        let long = SizeAbove::new(COMPRESS_BYTES_MIN).and(NotForContentType::SSE);
        let routes = routes.layer(CompressionLayer::new().compress_when(long));
        Front { app: Arc::clone(app), routes }
    }

    /// Answers one request.
    pub async fn answer(&self, mut request: Request) -> Response {
        tolerate_slash(request.uri_mut());
        let has_origin = request.headers().contains_key(ORIGIN);
        let Ok(mut response) = self.routes.clone().oneshot(request).await;
        self.mark(&mut response, has_origin);
        response
    }

    /// Answers one request of a server that has more to do than it should take on: health is told, and everybody else
    /// is asked to come again.
    pub async fn answer_crowded(&self, request: Request) -> Response {
        if is_probe(request.uri().path().trim_end_matches('/')) {
            return self.answer(request).await;
        }
        let too_many = "Too many connections or requests at once (CONNECTIONS_MAX, REQUESTS_MAX); ask again";
        let mut response = Fail::later(too_many).respond();
        self.mark(&mut response, request.headers().contains_key(ORIGIN));
        response
    }

    /// All connections.
    pub fn places(&self) -> &Arc<Places> {
        &self.app.places
    }

    /// The role is that of the moment in which the answer leaves, not of that in which the request came.
    fn mark(&self, response: &mut Response, has_origin: bool) {
        let logged_in = response.extensions_mut().remove::<LoggedIn>().is_some();
        let is_challenge = response.status() == StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        // Brooklyn's challenges carry no cache headers; files of the console bring their own.
        if !is_challenge && !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
            headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
            headers.insert(EXPIRES, HeaderValue::from_static("0"));
        }
        let shown = if logged_in { PublicHeaders::Full } else { self.app.public_headers };
        if shown == PublicHeaders::None {
            return;
        }
        let view = self.app.plane.view();
        let role = view.status.role_at(self.app.plane.now());
        headers.insert(HA_ROLE, HeaderValue::from_static(role.word()));
        if shown == PublicHeaders::Full {
            headers.insert(HA_TERM, HeaderValue::from(view.status.term.0));
            if !view.status.master_uri.is_empty()
                && let Ok(uri) = HeaderValue::from_str(&view.status.master_uri)
            {
                headers.insert(HA_MASTER, uri);
            }
        }
        if has_origin {
            let exposed = HeaderValue::from_static("X-HA-Role, X-HA-Term, X-HA-Master");
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

const HA_ROLE: HeaderName = HeaderName::from_static("x-ha-role");
const HA_TERM: HeaderName = HeaderName::from_static("x-ha-term");
const HA_MASTER: HeaderName = HeaderName::from_static("x-ha-master");

impl Service<Request<Body>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let front = self.clone();
        Box::pin(async move { Ok(front.answer(request).await) })
    }
}

/// What no route has: the console for browsers, nothing for everybody else, and a challenge before both for
/// whoever asks below `/v1`.
async fn fallback(app: &App, request: Request) -> Response {
    let path = request.uri().path();
    let below_v1 = path == api::paths::V1 || path.starts_with("/v1/");
    if !below_v1 && let Some(page) = console::serve(app, &request) {
        return page;
    }
    match enter(app, request.headers(), request.extensions()).await {
        Ok(_) => {
            let mut response = Fail::Bare(StatusCode::NOT_FOUND).respond();
            if is_below_a_resource(path) {
                response.headers_mut().insert(ALLOW, HeaderValue::from_static(ALL_VERBS));
            }
            response.extensions_mut().insert(LoggedIn);
            response
        }
        Err(fail) => fail.respond(),
    }
}

/// Whether a path begins as one of Brooklyn's resources does: it names its verbs then, as Brooklyn does.
fn is_below_a_resource(path: &str) -> bool {
    const RESOURCES: [&str; 10] = [
        "access",
        "activities",
        "applications",
        "catalog",
        "locations",
        "logbook",
        "logout",
        "script",
        "server",
        "usage",
    ];
    let first = path.strip_prefix("/v1/").and_then(|below| below.split('/').next());
    first.is_some_and(|first| RESOURCES.contains(&first))
}

/// Whether a path is one that load balancers and monitoring ask, and that costs next to nothing.
fn is_probe(path: &str) -> bool {
    const PROBES: [&str; 5] =
        ["/livez", "/readyz", "/v1/server/up", "/v1/server/healthy", "/v1/server/ha/state"];
    PROBES.contains(&path) || path.starts_with("/ha/")
}

/// One slash at the end of a path means nothing, as in Brooklyn.
fn tolerate_slash(uri: &mut Uri) {
    let path = uri.path();
    if path.len() < 2 || !path.ends_with('/') {
        return;
    }
    let mut bare = path.trim_end_matches('/').to_owned();
    if bare.is_empty() {
        bare.push('/');
    }
    if let Some(query) = uri.query() {
        bare.push('?');
        bare.push_str(query);
    }
    let mut parts = std::mem::take(uri).into_parts();
    if let Ok(path) = bare.parse() {
        parts.path_and_query = Some(path);
    }
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_means_nothing() {
        for (given, read) in
            [("/v1/x/", "/v1/x"), ("/", "/"), ("/v1/x/?a=1", "/v1/x?a=1"), ("/v1/x", "/v1/x"), ("//", "/")]
        {
            let mut uri: Uri = given.parse().unwrap();
            tolerate_slash(&mut uri);
            assert_eq!(uri.to_string(), read);
        }
    }

    #[test]
    fn cookies_that_come_in_several_headers_are_all_seen() {
        let mut headers = HeaderMap::new();
        assert_eq!(cookies(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("a=1"));
        headers.append(COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(cookies(&headers).as_deref(), Some("a=1; b=2"));
    }
}
