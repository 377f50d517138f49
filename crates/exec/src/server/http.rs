//! One request over HTTP and its answer, within its time.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base::Span;
use engine::effect::{HttpRequest, HttpResponse, Outcome};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::url::{parse, reasons, shown};
use crate::limits::{HTTP_AT_ONCE_MAX, HTTP_BODY_BYTES_MAX, HTTP_REDIRECTS_MAX};
use crate::net::Job;

/// The clients that all requests share, so that connections are used again. Made when first needed: reading
/// the system's certificates takes a while, and a host without any still speaks plain HTTP.
#[derive(Debug)]
pub(crate) struct Web {
    checking: OnceLock<Client>,
    trusting: OnceLock<Client>,
    places: Semaphore,
}

impl Web {
    pub(crate) fn new() -> Self {
        Self {
            checking: OnceLock::new(),
            trusting: OnceLock::new(),
            places: Semaphore::new(HTTP_AT_ONCE_MAX),
        }
    }

    /// The client for an address. Plain HTTP never becomes HTTPS on the way, so it needs no certificates.
    pub(crate) fn client(&self, url: &Url, trust_all: bool) -> Result<&Client, String> {
        let trusting = trust_all || url.scheme() != "https";
        let client = if trusting { &self.trusting } else { &self.checking };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        // Fails when the process has a provider already, which then is used.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let made = Client::builder()
            .tls_danger_accept_invalid_certs(trusting)
            .redirect(same_scheme())
            .user_agent(concat!("brownstone/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("no HTTP client can be made: {}", reasons(error)))?;
        Ok(client.get_or_init(|| made))
    }
}

/// A redirect to another scheme is not followed: the answer that asks for it is the answer. The client itself
/// sends logins and cookies to the first host only.
fn same_scheme() -> Policy {
    Policy::custom(|attempt| {
        if attempt.previous().len() > HTTP_REDIRECTS_MAX {
            return attempt.error(format!("more than {HTTP_REDIRECTS_MAX} redirects"));
        }
        match attempt.previous().last() {
            Some(from) if from.scheme() == attempt.url().scheme() => attempt.follow(),
            _ => attempt.stop(),
        }
    })
}

/// Reads a text from the web, for what the server itself needs. The error is for people.
pub async fn read_text(url: &str, bytes_max: usize, longest: Duration) -> Result<String, String> {
    let url = parse(url)?;
    let name = shown(&url);
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{name}: only http and https are asked"));
    }
    let read = async {
        let web = Web::new();
        let mut response = web.client(&url, false)?.get(url.clone()).send().await.map_err(reasons)?;
        if !response.status().is_success() {
            return Err(format!("the answer is {}", response.status()));
        }
        let text = String::from_utf8(body(&mut response, bytes_max).await?);
        text.map_err(|error| format!("from byte {} on it is no UTF-8", error.utf8_error().valid_up_to()))
    };
    let read = timeout(longest, read).await;
    let read = read.unwrap_or_else(|_| Err(format!("there was no whole answer within {longest:?}")));
    read.map_err(|why| format!("{name}: {why}"))
}

/// Makes the request. Its time limit counts from now, also while it waits for a place.
pub(crate) async fn ask(job: &Job, request: HttpRequest) -> Outcome {
    let url = match parse(&request.url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(url) => return Outcome::Failed(format!("{}: only http and https are asked", shown(&url))),
        Err(why) => return Outcome::Failed(why),
    };
    let what = format!("{} {}", request.method, shown(&url));
    let limit = Duration::from_micros(request.timeout.0);
    match timeout(limit, exchange(job, url, request)).await {
        Ok(Ok(response)) => Outcome::Http(response),
        Ok(Err(why)) => Outcome::Failed(format!("{what}: {why}")),
        Err(_) => Outcome::Failed(format!("{what}: there was no whole answer within {limit:?}")),
    }
}

async fn exchange(job: &Job, url: Url, request: HttpRequest) -> Result<HttpResponse, String> {
    let web = &job.tasks.web;
    let _place = web.places.acquire().await.map_err(|_| "the executor stops".to_owned())?;
    let method =
        Method::from_bytes(request.method.as_bytes()).map_err(|_| "that is no method of HTTP".to_owned())?;
    let mut builder = web.client(&url, request.trust_all)?.request(method, url);
    for (name, value) in &request.headers {
        builder = builder.header(name, value.reveal());
    }
    if let Some((user, password)) = &request.login {
        builder = builder.basic_auth(user, Some(password.reveal()));
    }
    if let Some(body) = &request.body {
        builder = builder.body(body.to_vec());
    }
    job.permit()?;
    let began = Instant::now();
    let mut response = builder.send().await.map_err(reasons)?;
    let body = body(&mut response, HTTP_BODY_BYTES_MAX).await?;
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Ok(HttpResponse {
        status: response.status().as_u16(),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect(),
        body: text(&body),
        took: Span(began.elapsed().as_micros() as u64),
    })
}

/// Reads a body that must not be longer than `bytes_max`.
pub(super) async fn body(response: &mut Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reasons)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(format!("the answer is longer than {bytes_max} bytes, which is the bound"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
