//! Real sockets: TLS, a client that says nothing, a graceful end.

use std::net::SocketAddr;
use std::sync::Arc;

use ha::status::Role;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use super::Door;
use crate::http::{ListenOptions, bind};

struct Served {
    address: SocketAddr,
    connector: TlsConnector,
    stop: watch::Sender<bool>,
    ended: tokio::task::JoinHandle<()>,
}

async fn serve() -> Served {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let bound = bind(ListenOptions { address, tls: Some(Arc::new(config)) }).await.unwrap();
    let address = bound.address();
    let (stop, stopped) = watch::channel(false);
    let front = Door::new(Role::Master).front;
    let ended = tokio::spawn(bound.serve(front, None, stopped));
    Served { address, connector: TlsConnector::from(Arc::new(client)), stop, ended }
}

/// One request on a connection of its own; the whole answer as text.
async fn ask(served: &Served, head: &str) -> String {
    let stream = TcpStream::connect(served.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = served.connector.connect(name, stream).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_client_that_says_nothing_holds_up_nobody() {
    let served = serve().await;
    let silent = TcpStream::connect(served.address).await.unwrap();
    let mut half = TcpStream::connect(served.address).await.unwrap();
    half.write_all(b"\x16\x03\x01").await.unwrap();
    let answer =
        ask(&served, "GET /ha/master HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("x-ha-role: MASTER\r\n") && answer.ends_with("MASTER"), "{answer}");
    drop((silent, half));
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_apart() {
    let served = serve().await;
    let error = bind(ListenOptions { address: served.address, tls: None }).await.err().unwrap();
    assert!(error.is_in_use(), "{error}");
    assert!(error.to_string().contains(&served.address.to_string()));
}

#[tokio::test]
async fn an_end_lets_idle_connections_go_and_takes_no_new_ones() {
    let served = serve().await;
    let stream = TcpStream::connect(served.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = served.connector.connect(name, stream).await.unwrap();
    stream.write_all(b"HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    served.stop.send_replace(true);
    served.ended.await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}
