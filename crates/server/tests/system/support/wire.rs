//! Bare sockets to a server: for clients that do what no client should.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::release::{PASSWORD, Release, USER};

/// A small window: what is not read stays with the server.
const WINDOW: u32 = 4096;

/// TLS for a client that trusts the plane's authority, and has no certificate of its own.
pub(crate) fn trusting(server: &Release) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let authority = fs::read(server.home().join("data/ca.pem")).unwrap();
    roots.add(CertificateDer::from_pem_slice(&authority).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    config.unwrap().with_root_certificates(roots).with_no_client_auth()
}

/// Where a server listens, and whom to trust there.
#[derive(Clone)]
pub(crate) struct Wire {
    address: SocketAddr,
    connector: TlsConnector,
}

pub(crate) type Secure = TlsStream<TcpStream>;

impl Wire {
    pub(crate) fn to(server: &Release) -> Wire {
        Wire::speaking(server, &[])
    }

    /// The protocols that it offers in its handshake.
    pub(crate) fn speaking(server: &Release, protocols: &[&[u8]]) -> Wire {
        let address = server.uri().strip_prefix("https://").unwrap().parse().unwrap();
        let mut config = trusting(server);
        config.alpn_protocols = protocols.iter().map(|p| p.to_vec()).collect();
        Wire { address, connector: TlsConnector::from(Arc::new(config)) }
    }

    /// A connection on which nothing was sent.
    pub(crate) async fn connect(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(WINDOW).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// One after the handshake.
    pub(crate) async fn secure(&self) -> std::io::Result<Secure> {
        let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
        self.connector.connect(name, self.connect().await).await
    }

    /// One on which this was sent.
    pub(crate) async fn sent(&self, bytes: &[u8]) -> std::io::Result<Secure> {
        let mut stream = self.secure().await?;
        stream.write_all(bytes).await?;
        stream.flush().await?;
        Ok(stream)
    }

    /// What is answered to one request on a connection of its own.
    pub(crate) async fn ask(&self, request: &str) -> std::io::Result<String> {
        Ok(rest(&mut self.sent(request.as_bytes()).await?).await)
    }
}

/// A request's head with the login, which closes the connection; more lines may follow.
pub(crate) fn head(line: &str, more: &str) -> String {
    let login = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    format!("{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\nConnection: close\r\n{more}\r\n")
}

/// What comes until the connection ends.
pub(crate) async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut all = Vec::new();
    // A connection that is cut off ends too.
    let _ = stream.read_to_end(&mut all).await;
    String::from_utf8_lossy(&all).into_owned()
}

/// Whether a connection has ended within this time, without anything having come.
pub(crate) async fn is_cut(stream: &mut (impl AsyncReadExt + Unpin), within: Duration) -> bool {
    matches!(tokio::time::timeout(within, stream.read_u8()).await, Ok(Err(_)))
}
