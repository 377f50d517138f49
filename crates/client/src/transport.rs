//! One request to one server and its answer: the only place that touches the network.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Response};

use crate::options::{Login, Options, Trust};
use crate::request::{Answer, Method, Request};
use crate::server_url::ServerUrl;

/// The largest answer that is taken in.
const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection: nothing was sent.
    #[error("{0}")]
    NotReached(String),
    /// The server's certificate is not trusted: nothing was sent.
    #[error("{0}")]
    Untrusted(String),
    /// The connection was lost before the answer was whole.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// No answer in time.
    #[error("{0}")]
    Late(String),
}

/// Connections that are kept: one for each server.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    login: Login,
    answer: Duration,
}

impl Transport {
    /// Why there can be none: in words.
    pub(crate) fn new(options: &Options) -> Result<Transport, String> {
        // Fails when the process has a provider already, which then is used.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(options.patience.connect)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("brownstone-client/", env!("CARGO_PKG_VERSION")));
        builder = match &options.trust {
            Trust::System => builder,
            Trust::Anything => builder.tls_danger_accept_invalid_certs(true),
            Trust::Authorities(pem) => {
                let authorities = Certificate::from_pem_bundle(pem)
                    .map_err(|e| format!("the authorities' file is no PEM: {}", reasons(&e)))?;
                if authorities.is_empty() {
                    return Err("the authorities' file holds no certificate".to_owned());
                }
                builder.tls_certs_only(authorities)
            }
        };
        let http = builder.build().map_err(|e| format!("no HTTP client can be made: {}", reasons(&e)))?;
        Ok(Transport { http, login: options.login.clone(), answer: options.patience.answer })
    }

    /// Sends a request to a server. A write's key goes with it.
    pub(crate) async fn send(
        &self,
        server: &ServerUrl,
        request: &Request,
        key: Option<&str>,
        within: Option<Duration>,
    ) -> Result<Answer, Failure> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let limit = within.unwrap_or(self.answer);
        let mut made = self.http.request(method, server.with(&request.path)).timeout(limit);
        made = match &self.login {
            Login::Basic { user, password } => made.basic_auth(user, Some(password.reveal())),
            Login::Bearer(token) => made.bearer_auth(token.reveal()),
            Login::None => made,
        };
        if let Some(accept) = request.accept {
            made = made.header("accept", accept);
        }
        if let Some(kind) = request.content_type {
            made = made.header("content-type", kind);
        }
        if let Some(key) = key {
            made = made.header("idempotency-key", key);
        }
        for (name, value) in &request.headers {
            made = made.header(*name, value);
        }
        if !request.method.is_read() {
            made = made.body(request.body.clone());
        }
        let failed = |error: reqwest::Error| failure(error, limit);
        take_in(made.send().await.map_err(failed)?).await.map_err(|e| match e {
            Cut::Error(error) => failed(error),
            Cut::TooLong => Failure::Lost(format!("the answer is longer than {BODY_BYTES_MAX} bytes")),
        })
    }
}

enum Cut {
    Error(reqwest::Error),
    TooLong,
}

async fn take_in(mut response: Response) -> Result<Answer, Cut> {
    let status = response.status();
    let headers = response.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), String::from_utf8(value.as_bytes().to_owned()).ok()?))
    });
    let headers = headers.collect();
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(Cut::Error)? {
        if body.len() + part.len() > BODY_BYTES_MAX {
            return Err(Cut::TooLong);
        }
        body.extend_from_slice(&part);
    }
    let status_line = status.to_string();
    Ok(Answer { status: status.as_u16(), status_line, headers, body: Bytes::from(body) })
}

fn failure(error: reqwest::Error, limit: Duration) -> Failure {
    // The address stands beside it wherever it is told.
    let error = error.without_url();
    if is_about_trust(&error) {
        Failure::Untrusted(reasons(&error))
    } else if error.is_connect() {
        Failure::NotReached(reasons(&error))
    } else if error.is_timeout() {
        Failure::Late(format!("no answer within {} s", limit.as_secs_f64()))
    } else if error.is_builder() {
        Failure::NotReached(format!("the request cannot be made: {}", reasons(&error)))
    } else {
        Failure::Lost(reasons(&error))
    }
}

/// Whether a certificate is what is wrong. It lies wrapped in errors of I/O.
fn is_about_trust(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let inner: Option<&(dyn Error + 'static)> = inner.map(|inner| inner as _);
        for candidate in [Some(error), inner].into_iter().flatten() {
            if let Some(tls) = candidate.downcast_ref::<rustls::Error>() {
                return matches!(tls, rustls::Error::InvalidCertificate(_));
            }
        }
        cause = error.source();
    }
    false
}

/// An error and what caused it, each once.
fn reasons(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        let words = error.to_string();
        // Wrappers of the libraries, which say nothing that their causes do not.
        let is_wrapper = words.starts_with("error sending request") || words.starts_with("client error (");
        let says_nothing = is_wrapper && error.source().is_some();
        if !says_nothing && !text.contains(&words) {
            let separator = if text.is_empty() { "" } else { ": " };
            let _ = write!(text, "{separator}{words}");
        }
        cause = error.source();
    }
    text
}
