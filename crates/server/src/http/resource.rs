//! Behind each path: its routes, and the checks that a request passes before a handler sees it. No handler can be
//! reached without them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;

use super::answer::{Answer, empty};
use super::app::App;
use super::call::Call;
use super::fail::{ALL_VERBS, Fail};
use super::front::{Visitor, enter};
use super::gate::{self, judge};
use super::negotiate::choose;
use super::route::Route;
use super::session;
use crate::metrics::routes::Timed;

/// Puts all routes behind their paths. A path that none of them has is `fallback`'s.
pub(super) fn router(app: &Arc<App>, routes: Vec<Route>) -> Router {
    let mut resources: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes {
        resources.entry(route.path).or_default().push(route);
    }
    resources.into_iter().fold(Router::new(), |router, (path, routes)| {
        let routes = routes
            .into_iter()
            .map(|route| (app.metrics.routes.of(route.method.as_str(), path), route))
            .collect();
        let resource = Arc::new(Resource { app: Arc::clone(app), routes });
        router.route(
            path,
            any(move |params: RawPathParams, request: Request| {
                let resource = Arc::clone(&resource);
                async move { resource.serve(params, request).await }
            }),
        )
    })
}

/// All verbs of one path.
struct Resource {
    app: Arc<App>,
    /// Each with what is counted of it.
    routes: Vec<(Arc<Timed>, Route)>,
}

/// Whether a verb only reads.
fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

impl Resource {
    /// What answers a verb: all that read are GET's.
    fn route(&self, method: &Method) -> Option<&(Arc<Timed>, Route)> {
        let wanted = if is_read(method) { &Method::GET } else { method };
        self.routes.iter().find(|(_, r)| r.method == *wanted)
    }

    /// The order of the checks is Brooklyn's: login, verb, body's form, answer's form, role, token, permission.
    async fn serve(&self, params: RawPathParams, request: Request) -> Response {
        let began = Instant::now();
        let route = self.route(request.method());
        let response = self.answered(params, request).await.unwrap_or_else(Fail::respond);
        if let Some((timed, _)) = route {
            timed.add(response.status().as_u16(), base::Span(began.elapsed().as_micros() as u64));
        }
        response
    }

    async fn answered(&self, params: RawPathParams, request: Request) -> Answer {
        let is_public = self.routes.iter().any(|(_, r)| r.is_public);
        let visitor = if is_public {
            None
        } else {
            Some(enter(&self.app, request.headers(), request.extensions()).await?)
        };
        let marked = visitor.is_some();
        let is_get = *request.method() == Method::GET;
        let mut response = match self.admitted(params, request, visitor).await {
            Ok(response) if is_get => self.app.budgets.answer(response),
            Ok(response) => response,
            Err(fail) => fail.respond(),
        };
        if marked {
            response.extensions_mut().insert(LoggedIn);
        }
        Ok(response)
    }

    async fn admitted(&self, params: RawPathParams, request: Request, visitor: Option<Visitor>) -> Answer {
        let method = request.method();
        if *method == Method::OPTIONS && visitor.is_some() {
            return Ok(options());
        }
        let is_read = is_read(method);
        let (_, route) = self.route(method).ok_or(Fail::Bare(StatusCode::METHOD_NOT_ALLOWED))?;
        let headers = request.headers();
        let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
        if !is_read && !route.consumes.takes(text(header::CONTENT_TYPE)) {
            return Err(Fail::Bare(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let form = match route.produces {
            [] => "",
            forms => choose(text(header::ACCEPT), forms).ok_or(Fail::Bare(StatusCode::NOT_ACCEPTABLE))?,
        };
        let view = self.app.plane.view();
        if !route.is_public {
            judge(gate::Request {
                role: view.status.role_at(self.app.plane.now()),
                has_state: view.root.is_some(),
                is_write: !is_read,
                needs_state: route.needs_state,
                is_exempt: route.is_exempt,
                skips: headers.get(gate::SKIP).is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"true")),
            })?;
        }
        let Some(visitor) = visitor else {
            return route.run(Call::new(&self.app, view, None, params, request, form)).await;
        };
        session::guard(&self.app, &visitor.login, headers, is_read)?;
        if let Some(permission) = route.permission
            && !visitor.login.may(permission)
        {
            let user = visitor.login.name();
            return Err(Fail::forbidden(format!(
                "User '{user}' is not authorized to perform this operation"
            )));
        }
        let cookies = session::cookies(&self.app, &visitor, headers, route.opens_session);
        let call = Call::new(&self.app, view, Some(visitor), params, request, form);
        let mut response = route.run(call).await.unwrap_or_else(Fail::respond);
        session::set(&mut response, cookies);
        Ok(response)
    }
}

/// Marks an answer to somebody who was let in.
#[derive(Clone, Copy)]
pub(super) struct LoggedIn;

/// The answer to OPTIONS.
pub(super) fn options() -> Response {
    let mut response = empty();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALL_VERBS));
    response
}
