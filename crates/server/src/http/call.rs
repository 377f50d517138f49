//! One request on its way through a handler: what it names, what it brings, who sends it.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use base::Span;
use engine::Root;
use engine::effect::Reply;
use engine::input::{Caller, Command};
use ha::status::Role;
use node::interface::View;
use serde_json::Value;

use super::app::App;
use super::budget::{Budgets, Share};
use super::fail::Fail;
use super::front::Visitor;
use super::inflow::{Coding, Inflow};
use super::limits::{BODY_BYTES_MAX, BODY_RATE_MIN, BODY_WAIT_MAX};
use super::{pairs, writes};

/// What a server that holds no state shows to a request that lifts the gate.
static NOTHING: LazyLock<Root> = LazyLock::new(Root::empty);

/// One request.
pub struct Call {
    /// What all requests share.
    pub app: Arc<App>,
    /// The moment that it is answered from.
    pub view: Arc<View>,
    /// The form that its answer has.
    pub form: &'static str,
    visitor: Option<Visitor>,
    params: RawPathParams,
    head: Parts,
    /// Only for the compiler's sake: a body is not `Sync`, and handlers hold the call across their waits.
    body: Mutex<Body>,
    /// For what was read of the body, as long as it may be in use.
    share: Option<Share>,
}

impl Call {
    pub(super) fn new(
        app: &Arc<App>,
        view: Arc<View>,
        visitor: Option<Visitor>,
        params: RawPathParams,
        request: Request,
        form: &'static str,
    ) -> Call {
        let (head, body) = request.into_parts();
        Call { app: Arc::clone(app), view, form, visitor, params, head, body: Mutex::new(body), share: None }
    }

    /// The state; an empty one where this server holds none.
    pub fn root(&self) -> &Root {
        self.view.root.as_ref().unwrap_or(&NOTHING)
    }

    /// What blueprints are compiled among at this moment.
    pub fn surroundings(&self) -> model::Surroundings {
        self.app.surroundings(self.root())
    }

    /// What this server is at this moment.
    pub fn role(&self) -> Role {
        self.view.status.role_at(self.app.plane.now())
    }

    /// What stands in the path for `{name}`, decoded.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    /// All of the query.
    pub fn query(&self) -> Vec<(String, String)> {
        pairs::parse(self.head.uri.query().unwrap_or(""))
    }

    /// One value of the query, the first of that name.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// A flag of the query, read as Java reads it: only `true` is true.
    pub fn query_flag(&self, name: &str) -> Option<bool> {
        self.query_value(name).map(|v| v.eq_ignore_ascii_case("true"))
    }

    /// A length of time of the query: `None` where it is absent, empty or `never`; zero for `always`.
    pub fn query_wait(&self, name: &str) -> Result<Option<Span>, Fail> {
        match self.query_value(name).as_deref().map(str::trim) {
            None | Some("" | "never" | "forever" | "off" | "false") => Ok(None),
            Some("always") => Ok(Some(Span::ZERO)),
            Some(text) if text.starts_with('-') => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|e| Fail::bad(format!("{name}: {e}"))),
        }
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The content type of the body.
    pub fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE.as_str())
    }

    /// The user's name; empty where login is off.
    pub fn user(&self) -> &str {
        self.visitor.as_ref().map_or("", |v| v.login.name())
    }

    /// Who is asking.
    pub fn visitor(&self) -> Option<&Visitor> {
        self.visitor.as_ref()
    }

    /// The path as it was sent.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// Verb and path, for what a write key is bound to.
    pub(super) fn line(&self) -> (&str, &str) {
        (self.head.method.as_str(), self.head.uri.path_and_query().map_or("/", |p| p.as_str()))
    }

    /// Who asks, for the task's tags and the audit.
    pub fn caller(&self) -> Caller {
        let source = self.visitor.as_ref().map_or(IpAddr::from([0, 0, 0, 0]), |v| v.source);
        Caller { user: self.user().to_owned(), source: source.to_string(), uri: self.path().to_owned() }
    }

    /// Reads the body, unpacked; it is bounded in size and time. A second call finds nothing.
    pub async fn body(&mut self) -> Result<Vec<u8>, Fail> {
        self.body_within("BODY_BYTES_MAX", BODY_BYTES_MAX).await
    }

    /// The same with another bound, which has this name.
    pub async fn body_within(&mut self, name: &'static str, most: usize) -> Result<Vec<u8>, Fail> {
        let body = std::mem::take(self.body.get_mut().unwrap_or_else(PoisonError::into_inner));
        let inflow = Inflow::new(Coding::of(&self.head.headers)?, name, most);
        let (bytes, share) = collect(body, inflow, most, &self.app.budgets).await?;
        self.share = share;
        Ok(bytes)
    }

    /// The body as text.
    pub async fn text(&mut self) -> Result<String, Fail> {
        String::from_utf8(self.body().await?).map_err(|e| {
            Fail::bad(format!("The body is not UTF-8 text (byte {} is wrong)", e.utf8_error().valid_up_to()))
        })
    }

    /// The body as JSON; an empty one is null.
    pub async fn json(&mut self) -> Result<Value, Fail> {
        let body = self.body().await?;
        if body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|e| Fail::bad(format!("The body is not JSON: {e}")))
    }

    /// The body as a form.
    pub async fn fields(&mut self) -> Result<Vec<(String, String)>, Fail> {
        Ok(pairs::parse(&self.text().await?))
    }

    /// Asks the core; comes back when the answer is durable. `body` is what a write key is bound to.
    pub async fn ask(&self, command: Command, body: &[u8]) -> Result<Reply, Fail> {
        writes::ask(self, command, body).await
    }

    /// The newest moment: after `ask`, one that shows what was written.
    pub fn refresh(&mut self) {
        self.view = self.app.plane.view();
    }

    /// Waits until something is so of what this server shows, though not for ever.
    pub async fn until(&self, most: Duration, is_so: impl Fn() -> bool) {
        let mut changed = self.app.plane.changed();
        // It is looked at first, so what came before is not missed.
        let _ = tokio::time::timeout(most, changed.wait_for(|_| is_so())).await;
    }

    /// Where this server serves, without a slash at its end.
    pub fn own_uri(&self) -> String {
        let status = &self.view.status;
        let own = status.nodes.iter().find(|n| Some(&n.id) == status.node.as_ref());
        match own.map(|n| n.uri.trim_end_matches('/')).filter(|uri| !uri.is_empty()) {
            Some(uri) => uri.to_owned(),
            None => self.header(header::HOST.as_str()).map(|h| format!("https://{h}")).unwrap_or_default(),
        }
    }
}

async fn collect(
    mut body: Body,
    mut inflow: Inflow,
    most: usize,
    budgets: &Budgets,
) -> Result<(Vec<u8>, Option<Share>), Fail> {
    if body.size_hint().lower() > most as u64 {
        return Err(inflow.too_long());
    }
    let mut share = None::<Share>;
    let began = tokio::time::Instant::now();
    loop {
        // What is held may be twice what has come, as the room for it grows.
        let missing = inflow.holds() - share.as_ref().map_or(0, Share::bytes).min(inflow.holds());
        if missing > 0 {
            let more = budgets.body(missing)?;
            match &mut share {
                Some(share) => share.join(more),
                None => share = Some(more),
            }
        }
        let come = inflow.come();
        let patience = BODY_WAIT_MAX + Duration::from_millis(come as u64 * 1000 / BODY_RATE_MIN);
        let next = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let Ok(next) = tokio::time::timeout_at(began + patience, next).await else {
            let secs = patience.as_secs();
            return Err(Fail::said(
                StatusCode::REQUEST_TIMEOUT,
                format!("The body came too slowly: {come} bytes in {secs} s (BODY_WAIT_MAX, BODY_RATE_MIN)"),
            ));
        };
        let Some(frame) = next else { return Ok((inflow.end()?, share)) };
        let frame = frame.map_err(|e| Fail::bad(format!("The body broke off: {e}")))?;
        if let Ok(data) = frame.into_data() {
            inflow.add(&data)?;
        }
    }
}

/// A list with at most the number of elements that `limit` says; 0 and less: all.
pub fn limit_of(call: &Call) -> Result<usize, Fail> {
    let Some(text) = call.query_value("limit") else { return Ok(super::limits::ACTIVITIES_DEFAULT) };
    if text.is_empty() {
        return Ok(usize::MAX);
    }
    match text.parse::<i64>() {
        Ok(n) if n > 0 => Ok(usize::try_from(n).unwrap_or(usize::MAX)),
        Ok(_) => Ok(usize::MAX),
        Err(_) => Err(Fail::bad(format!("limit: \"{text}\" is not a whole number; -1 means all"))),
    }
}
