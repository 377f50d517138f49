//! Requests to the byte: a client that adds no header of its own and follows nothing. Each has its own connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_pki_types::ServerName;

use crate::support::release::Release;
use crate::support::wire::trusting;

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Raw {
    config: Arc<ClientConfig>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl Raw {
    pub(crate) fn trusting(server: &Release) -> Raw {
        Raw { config: Arc::new(trusting(server)) }
    }

    /// `host`: name and port.
    pub(crate) fn ask(&self, host: &str, line: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from(host.split(':').next().unwrap().to_owned()).unwrap();
        let tls = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        let mut stream = StreamOwned::new(tls, stream);
        let mut request = format!("{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in headers {
            request.extend([name.as_ref(), ": ", value.as_ref(), "\r\n"]);
        }
        if !body.is_empty() || !line.starts_with("GET ") {
            let length = body.len().to_string();
            request.extend(["content-length: ", &length, "\r\n"]);
        }
        request.push_str("\r\n");
        let bytes = [request.as_bytes(), body].concat();
        stream.write_all(&bytes).unwrap();
        stream.flush().unwrap();
        let mut whole = Vec::new();
        // A server may close without a last word of TLS; lengths say whether all is there.
        let _ = stream.read_to_end(&mut whole);
        parse(&whole).unwrap_or_else(|| panic!("{line}: no answer: {}", String::from_utf8_lossy(&whole)))
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let answer = Answer { status, headers, body: Vec::new() };
    let rest = &bytes[end + 4..];
    let body = if answer.header("transfer-encoding").is_some() { chunks(rest)? } else { rest.to_vec() };
    Some(Answer { body, ..answer })
}

fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
