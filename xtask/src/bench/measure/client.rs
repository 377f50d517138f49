//! A client that costs little: it shares the cores with what it measures. HTTP/1.1 over rustls, requests as
//! bytes that are made once, answers read no further than needed.

use std::fmt::Write as _;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The longest answer that is read. Nothing that is measured is near it.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Who is trusted, and the login.
#[derive(Clone)]
pub(crate) struct Login {
    connector: TlsConnector,
    authorization: String,
}

impl Login {
    /// From the authority and the password that the plane's first server wrote down.
    pub(crate) fn new(authority: &[u8], password: &str) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority).context("data/ca.pem has no certificate")?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let authorization = BASE64_STANDARD.encode(format!("admin:{password}"));
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), authorization })
    }

    /// A whole request. The last bytes are those of the body.
    pub(crate) fn request(&self, method: &str, path: &str, body: Option<(&str, &str)>) -> Vec<u8> {
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic {}\r\n",
            self.authorization
        );
        match body {
            Some((kind, body)) => {
                let _ = write!(text, "content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            }
            None => text += "\r\n",
        }
        text.into_bytes()
    }

    /// `GET` of a path.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        self.request("GET", path, None)
    }

    /// `POST` of a JSON value.
    pub(crate) fn post(&self, path: &str, json: &str) -> Vec<u8> {
        self.request("POST", path, Some(("application/json", json)))
    }
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connect to a server on this host.
    pub(crate) async fn open(login: &Login, port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
        let stream = login.connector.connect(name, stream).await?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Ask and wait for the answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.send(request).await?;
        self.receive().await
    }

    /// Send a request without waiting.
    pub(crate) async fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request).await?;
        self.stream.flush().await
    }

    /// The next answer.
    pub(crate) async fn receive(&mut self) -> io::Result<Answer> {
        let mut looked = 0;
        let head_ends = loop {
            let unseen = &self.buffer[looked..];
            if let Some(at) = unseen.windows(4).position(|four| four == b"\r\n\r\n") {
                break looked + at + 4;
            }
            looked = self.buffer.len().saturating_sub(3);
            self.read_more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_ends]).into_owned();
        let status = head.get(9..12).and_then(|digits| digits.parse().ok());
        let status = status.ok_or_else(|| odd("an answer without a status"))?;
        let mut answer = Answer { status, head, body: Vec::new() };
        if answer.header("transfer-encoding").is_some() {
            return Err(odd("an answer in chunks, which this client does not read"));
        }
        let length = answer.header("content-length").unwrap_or("0");
        let length: usize = length.parse().map_err(|_| odd("an answer of no known length"))?;
        while self.buffer.len() < head_ends + length {
            self.read_more().await?;
        }
        answer.body.extend_from_slice(&self.buffer[head_ends..head_ends + length]);
        self.buffer.drain(..head_ends + length);
        Ok(answer)
    }

    async fn read_more(&mut self) -> io::Result<()> {
        if self.buffer.len() > ANSWER_BYTES_MAX {
            return Err(odd("an answer that is too long"));
        }
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

impl Answer {
    /// Whether it was done as asked.
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, when the answer is a good one.
    pub(crate) fn json(&self) -> Result<serde_json::Value> {
        anyhow::ensure!(self.is_good(), "the server answered {}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.text()))
    }
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
