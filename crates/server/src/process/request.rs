//! One small HTTPS request without a runtime: for the parent, which must stay tiny, and for nudges.
//!
//! Any certificate is taken. What is sent here is either signed and asks only for a look at the store, or asks
//! this host's own server how it is; nothing secret goes out and nothing is believed that comes back.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

/// The longest head of an answer that is read.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// What is asked. It has no body.
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// From the slash on.
    pub path: &'a str,
    /// Name and value of each.
    pub headers: &'a [(&'a str, &'a str)],
}

/// The head of an answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Sends it to the server at this URI and reads the head of its answer.
pub fn send(uri: &str, request: &Request<'_>, patience: Duration) -> io::Result<Answer> {
    let uri: axum::http::Uri = uri.parse().map_err(io::Error::other)?;
    let is_secure = uri.scheme_str() != Some("http");
    let host = uri.host().ok_or_else(|| io::Error::other("the URI names no host"))?.trim_matches(['[', ']']);
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let deadline = Instant::now() + patience;
    let stream = connect(host, port, patience)?;
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    stream.set_read_timeout(Some(left))?;
    stream.set_write_timeout(Some(left))?;
    stream.set_nodelay(true)?;
    let mut text = format!("{} {} HTTP/1.1\r\nhost: {host}:{port}\r\n", request.method, request.path);
    for (name, value) in request.headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("content-length: 0\r\nconnection: close\r\n\r\n");
    if is_secure {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(client()?, name).map_err(io::Error::other)?;
        exchange(StreamOwned::new(connection, stream), &text, deadline)
    } else {
        exchange(stream, &text, deadline)
    }
}

fn connect(host: &str, port: u16, patience: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn exchange(mut stream: impl Read + Write, text: &str, deadline: Instant) -> io::Result<Answer> {
    stream.write_all(text.as_bytes())?;
    stream.flush()?;
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if head.len() > HEAD_BYTES_MAX || Instant::now() > deadline {
            return Err(io::Error::other("no answer in time, or none that is HTTP"));
        }
        match stream.read(&mut buffer)? {
            0 => break,
            n => head.extend_from_slice(&buffer[..n]),
        }
    }
    parse(&String::from_utf8_lossy(&head)).ok_or_else(|| io::Error::other("the answer is no HTTP"))
}

fn parse(head: &str) -> Option<Answer> {
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    Some(Answer { status, headers: headers.collect() })
}

fn client() -> io::Result<Arc<ClientConfig>> {
    let provider = default_provider();
    let algorithms = provider.signature_verification_algorithms;
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate { algorithms }))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Takes every certificate whose owner has its key.
#[derive(Debug)]
struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn an_answer_s_head_is_read() {
        let answer = parse("HTTP/1.1 503 Service Unavailable\r\nX-HA-Role: STANDBY\r\n\r\nbody").unwrap();
        assert_eq!((answer.status, answer.header("x-ha-role")), (503, Some("STANDBY")));
        assert!(parse("SSH-2.0-x\r\n").is_none());
    }

    #[test]
    fn a_server_that_does_not_answer_costs_no_more_than_the_patience() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("https://{}/", silent.local_addr().unwrap());
        let keep = thread::spawn(move || silent.accept());
        let begun = Instant::now();
        let request = Request { method: "GET", path: "/livez", headers: &[] };
        assert!(send(&uri, &request, Duration::from_millis(200)).is_err());
        assert!(begun.elapsed() < Duration::from_secs(2));
        drop(keep.join());
    }
}
