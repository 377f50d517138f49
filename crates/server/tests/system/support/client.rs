//! An HTTPS client that keeps its connections and trusts one authority: the plane's, as `data/ca.pem` has it.

use std::fs;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::support::release::{PASSWORD, Release, USER};
use crate::support::site::until;

/// How long an answer may take where a test says nothing else.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Client {
    authority: Vec<u8>,
    runtime: Runtime,
    http: reqwest::Client,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

impl Client {
    pub(crate) fn trusting(server: &Release) -> Client {
        Client::new(fs::read(server.home().join("data/ca.pem")).unwrap())
    }

    /// Another one with connections of its own, for another thread.
    pub(crate) fn another(&self) -> Client {
        Client::new(self.authority.clone())
    }

    fn new(authority: Vec<u8>) -> Client {
        // The first of several tests in one process does it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate = reqwest::Certificate::from_pem(&authority).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Client { authority, runtime, http }
    }

    pub(crate) fn get(&self, uri: &str, path: &str) -> Result<Reply, reqwest::Error> {
        self.send(Method::GET, uri, path, "", PATIENCE)
    }

    pub(crate) fn post(&self, uri: &str, path: &str, body: &str) -> Result<Reply, reqwest::Error> {
        self.send(Method::POST, uri, path, body, PATIENCE)
    }

    /// A body that begins with a brace, a bracket, a quote or a digit is JSON; any other is YAML.
    pub(crate) fn send(
        &self,
        method: Method,
        uri: &str,
        path: &str,
        body: &str,
        patience: Duration,
    ) -> Result<Reply, reqwest::Error> {
        self.send_as(USER, PASSWORD, method, uri, path, body, patience)
    }

    /// Adds a zip to the catalog.
    pub(crate) fn add_zip(&self, server: &Release, bytes: Vec<u8>) -> Reply {
        let request = self
            .http
            .post(format!("{}/v1/catalog?detail=true", server.uri()))
            .basic_auth(USER, Some(PASSWORD))
            .header("content-type", "application/x-zip")
            .timeout(PATIENCE)
            .body(bytes);
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Reply { status, headers, body: response.text().await.unwrap() }
        })
    }

    /// Bytes that are no text, as this form; the status and they.
    pub(crate) fn get_bytes(&self, uri: &str, path: &str, accept: &str) -> (u16, Vec<u8>) {
        let request = self
            .http
            .get(format!("{uri}{path}"))
            .basic_auth(USER, Some(PASSWORD))
            .header("accept", accept)
            .timeout(PATIENCE);
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
        })
    }

    /// Sends bytes that are no text; the status and what was said.
    pub(crate) fn post_bytes(&self, uri: &str, path: &str, bytes: Vec<u8>) -> (u16, String) {
        let request = self
            .http
            .post(format!("{uri}{path}"))
            .basic_auth(USER, Some(PASSWORD))
            .timeout(PATIENCE)
            .body(bytes);
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    }

    /// Asks a server to be something else. One that is no master takes it with this header only, as in Brooklyn.
    pub(crate) fn set_mode(&self, server: &Release, mode: &str) {
        let request = self
            .http
            .post(format!("{}/v1/server/ha/state", server.uri()))
            .basic_auth(USER, Some(PASSWORD))
            .header("Brooklyn-Allow-Non-Master-Access", "true")
            .header("content-type", "application/x-www-form-urlencoded")
            .timeout(PATIENCE)
            .body(format!("mode={mode}"));
        let status = self.runtime.block_on(async { request.send().await }).unwrap().status();
        assert_eq!(status, 200, "{mode}");
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of a request")]
    pub(crate) fn send_as(
        &self,
        user: &str,
        password: &str,
        method: Method,
        uri: &str,
        path: &str,
        body: &str,
        patience: Duration,
    ) -> Result<Reply, reqwest::Error> {
        let is_json = body.is_empty() || body.starts_with(|c: char| "{[\"".contains(c) || c.is_ascii_digit());
        let kind = if is_json { "application/json" } else { "application/x-yaml" };
        let mut request = self
            .http
            .request(method.clone(), format!("{uri}{path}"))
            .basic_auth(user, Some(password))
            .timeout(patience);
        if method != Method::GET {
            request = request.header("content-type", kind).body(body.to_owned());
        }
        self.runtime.block_on(async {
            let response = request.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok(Reply { status, headers, body: response.text().await? })
        })
    }

    /// Deploys a blueprint and waits for the end of its start; application and its first entity.
    pub(crate) fn deploy(&self, server: &Release, yaml: &str) -> (String, String) {
        let reply = self.post(&server.uri(), "/v1/applications", yaml).unwrap();
        assert_eq!(reply.status, 201, "{reply:?}");
        let begun: Value = serde_json::from_str(&reply.body).unwrap();
        let app = begun["entityId"].as_str().unwrap().to_owned();
        let mut child = None;
        until("the application has its first entity", || {
            let all = server.json(self, &format!("/v1/applications/{app}/entities"));
            child = all[0]["id"].as_str().map(str::to_owned);
            child.is_some()
        });
        (app, child.unwrap())
    }

    /// Deploys one entity that only holds sensors; the path below which they are set.
    pub(crate) fn deploy_sensors(&self, server: &Release) -> String {
        let yaml = "name: sensors\nservices:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
        let (app, entity) = self.deploy(server, yaml);
        format!("/v1/applications/{app}/entities/{entity}/sensors")
    }

    /// Whether a write is taken now.
    pub(crate) fn writes(&self, server: &Release, path: &str, value: u64) -> bool {
        let sent = self.post(&server.uri(), path, &value.to_string());
        sent.is_ok_and(|reply| reply.status == 204)
    }
}
