//! Questions over TLS to a server by its number.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;

use super::ANSWER_WAIT;
use crate::plane::{PASSWORD, USER};

/// Where the servers are, and whom to trust.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) ports: Vec<u16>,
    pub(crate) authority: Vec<u8>,
}

/// A client with connections of its own.
#[derive(Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    ports: Vec<u16>,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) role: Option<String>,
    pub(crate) term: Option<u64>,
    pub(crate) retry_after: bool,
    pub(crate) body: String,
}

/// No answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// No connection: nothing was asked.
    NotSent,
    /// It may have been taken.
    NoAnswer,
}

impl Http {
    pub(crate) fn new(door: &Door) -> Result<Http> {
        let authority =
            reqwest::Certificate::from_pem(&door.authority).context("data/ca.pem has no certificate")?;
        let client = reqwest::Client::builder()
            .tls_certs_only([authority])
            .no_proxy()
            .connect_timeout(Duration::from_secs(1))
            .timeout(ANSWER_WAIT)
            .build()?;
        Ok(Http { client, ports: door.ports.clone() })
    }

    pub(crate) async fn get(&self, node: usize, path: &str) -> Result<Answer, Failed> {
        self.send(node, Method::GET, path, None, "", ANSWER_WAIT).await
    }

    pub(crate) async fn post(
        &self,
        node: usize,
        path: &str,
        key: Option<&str>,
        body: &str,
    ) -> Result<Answer, Failed> {
        self.send(node, Method::POST, path, key, body, ANSWER_WAIT).await
    }

    /// A body that begins with a letter is YAML; any other is JSON.
    pub(crate) async fn send(
        &self,
        node: usize,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: &str,
        wait: Duration,
    ) -> Result<Answer, Failed> {
        let is_yaml = body.starts_with(|c: char| c.is_ascii_alphabetic());
        let kind = if is_yaml { "application/x-yaml" } else { "application/json" };
        let uri = format!("https://127.0.0.1:{}{path}", self.ports[node]);
        let mut request =
            self.client.request(method.clone(), uri).basic_auth(USER, Some(PASSWORD)).timeout(wait);
        if method != Method::GET {
            request = request.header("content-type", kind).body(body.to_owned());
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let failed = |error: reqwest::Error| {
            if error.is_connect() { Failed::NotSent } else { Failed::NoAnswer }
        };
        let response = request.send().await.map_err(failed)?;
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let (role, term) = (header("x-ha-role"), header("x-ha-term").and_then(|t| t.parse().ok()));
        let (status, retry_after) = (response.status().as_u16(), header("retry-after").is_some());
        let body = response.text().await.map_err(failed)?;
        Ok(Answer { status, role, term, retry_after, body })
    }
}
