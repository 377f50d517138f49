//! Sockets: each connection its own task and its own limits, so that one that hangs holds up nobody else.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderValue;
use axum::http::header::{CONNECTION, EXPECT};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{debug, warn};

use super::front::{Front, Peer};
use super::limits::{
    ANSWER_SLICE_BYTES, BODY_AHEAD_BYTES, DRAIN_WAIT_MAX, HANDSHAKE_WAIT_MAX, HEAD_BYTES_MAX, HEAD_WAIT_MAX,
    RESETS_PENDING_MAX, STREAM_ERRORS_MAX, STREAMS_MAX, SWEEP_PERIOD,
};
use super::line::Sent;
use super::linger;
use super::places::{Place, Places};
use super::unread;
use crate::keys::ALPN;
use crate::peer::Ends;

/// Where to listen, and how.
#[derive(Clone)]
pub struct ListenOptions {
    /// The address; port 0 takes any.
    pub address: SocketAddr,
    /// Certificate and key; `None`: plain HTTP.
    pub tls: Option<Arc<ServerConfig>>,
}

/// An address could not be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// Why not.
    #[source]
    pub source: io::Error,
}

impl BindError {
    /// Whether another process has the port: an exit code of its own.
    pub fn is_in_use(&self) -> bool {
        self.source.kind() == io::ErrorKind::AddrInUse
    }
}

/// A socket that is ours; nobody is answered yet.
pub struct Bound {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
}

/// Takes an address. Connections may come from now on; they wait until [`Bound::serve`].
pub async fn bind(options: ListenOptions) -> Result<Bound, BindError> {
    let failed = |source| BindError { address: options.address, source };
    let socket = TcpListener::bind(options.address).await.map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    let tls = options.tls.map(|config| {
        let mut config = ServerConfig::clone(&config);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(config)
    });
    Ok(Bound { socket, address, tls })
}

impl Bound {
    /// The address, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` becomes true (or its sender is gone), then lets what runs come to its end. Servers of the
    /// plane come over the same port, to `link`.
    pub async fn serve(self, front: Front, link: Option<Ends>, mut stop: watch::Receiver<bool>) {
        let places = Arc::clone(front.places());
        let sweeper = tokio::spawn(sweep(Arc::clone(&places)));
        let mut full = false;
        let stopped = stop.clone();
        // Each connection holds one end; when all are gone, so are the connections.
        let (alive, mut gone) = mpsc::channel::<Infallible>(1);
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // No file handles, or a client that is gone already: neither is a reason to stop listening.
                    debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            };
            let Some(place) = places.take(address.ip(), Instant::now()) else {
                if !full {
                    warn!(
                        connections = places.count(),
                        "too many connections, and all are at work; new ones are closed at once"
                    );
                }
                full = true;
                continue;
            };
            full = false;
            let peer = Peer { address, is_secure: self.tls.is_some() };
            let doors = Doors { tls: self.tls.clone(), front: front.clone(), link: link.clone() };
            let work = connection(stream, peer, doors, stopped.clone(), Arc::new(place));
            let alive = alive.clone();
            tokio::spawn(async move {
                work.await;
                drop(alive);
            });
        }
        drop((self.socket, alive));
        if tokio::time::timeout(DRAIN_WAIT_MAX, gone.recv()).await.is_err() {
            debug!("connections were still open when the time to finish was up");
        }
        sweeper.abort();
    }
}

/// Looks for connections that have been at the same thing for too long.
async fn sweep(places: Arc<Places>) {
    loop {
        tokio::time::sleep(SWEEP_PERIOD).await;
        let closed = places.sweep(Instant::now());
        if closed > 0 {
            debug!(closed, "connections were closed that ask nothing or do not take their answers");
        }
    }
}

/// Where a connection may lead.
struct Doors {
    tls: Option<Arc<ServerConfig>>,
    front: Front,
    link: Option<Ends>,
}

/// What somebody who has shaken hands came for.
enum Guest {
    Web(TlsStream<TcpStream>),
    Server(TlsStream<TcpStream>, Ends),
}

async fn connection(
    stream: TcpStream,
    peer: Peer,
    doors: Doors,
    stop: watch::Receiver<bool>,
    place: Arc<Place>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "small packets may wait");
    }
    let for_link = stop.clone();
    let work = async {
        let Some(web) = doors.tls else {
            answer(stream, false, peer, doors.front, stop, &place).await;
            return None;
        };
        match tokio::time::timeout(HANDSHAKE_WAIT_MAX, shake_hands(stream, web, doors.link)).await {
            Ok(Ok(Guest::Web(stream))) => {
                let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                answer(stream, is_h2, peer, doors.front, stop, &place).await;
            }
            Ok(Ok(Guest::Server(stream, link))) => return Some((stream, link)),
            Ok(Err(error)) => debug!(peer = %peer.address, %error, "a TLS handshake failed"),
            Err(_) => debug!(peer = %peer.address, "a TLS handshake took too long"),
        }
        None
    };
    let linked = tokio::select! {
        linked = work => linked,
        () = place.closed() => {
            debug!(peer = %peer.address, "a connection was closed: it is idle or too slow");
            None
        }
    };
    // A link asks nothing, and its number is bounded by the plane's servers: it holds no place.
    drop(place);
    if let Some((stream, link)) = linked {
        let mut stop = for_link;
        tokio::select! {
            () = link.welcome(stream) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// The first bytes say which door is meant: only servers of the plane are asked for a certificate.
async fn shake_hands(stream: TcpStream, web: Arc<ServerConfig>, link: Option<Ends>) -> io::Result<Guest> {
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let is_link = start.client_hello().alpn().is_some_and(|mut all| all.any(|protocol| protocol == ALPN));
    match link.filter(|_| is_link) {
        Some(link) => Ok(Guest::Server(start.into_stream(link.tls()).await?, link)),
        None => Ok(Guest::Web(start.into_stream(web).await?)),
    }
}

/// The protocol is that of the handshake: guessing it from the first bytes would wait for them without limit.
async fn answer<S>(
    stream: S,
    is_h2: bool,
    peer: Peer,
    front: Front,
    mut stop: watch::Receiver<bool>,
    place: &Arc<Place>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut builder = if is_h2 { builder.http2_only() } else { builder.http1_only() };
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT_MAX).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_PENDING_MAX)
        .max_local_error_reset_streams(STREAM_ERRORS_MAX)
        .initial_stream_window_size(BODY_AHEAD_BYTES)
        .initial_connection_window_size(BODY_AHEAD_BYTES)
        .max_send_buf_size(ANSWER_SLICE_BYTES)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .keep_alive_interval(HEAD_WAIT_MAX)
        .keep_alive_timeout(HANDSHAKE_WAIT_MAX);
    let place = Arc::clone(place);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let front = front.clone();
        let (busy, is_spare) = (place.begin(), place.is_spare);
        async move {
            request.extensions_mut().insert(peer);
            let waits = request.headers().contains_key(EXPECT);
            let (head, body) = request.into_parts();
            let (body, unread) = unread::keep(body, waits);
            let request = hyper::Request::from_parts(head, body);
            let mut response = if is_spare || front.places().is_crowded() {
                front.answer_crowded(request).await
            } else {
                front.answer(request).await
            };
            unread.let_come().await;
            if is_spare && !is_h2 {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| Sent::new(body, busy)))
        }
    });
    let (stream, back) = linger::lend(stream);
    let mut connection = Box::pin(builder.serve_connection(TokioIo::new(stream), service));
    let mut leaving = false;
    let ended = loop {
        tokio::select! {
            ended = connection.as_mut() => break ended,
            _ = stop.wait_for(|stop| *stop), if !leaving => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    };
    drop(connection);
    if let Err(error) = ended {
        debug!(peer = %peer.address, %error, "a connection broke");
        back.linger().await;
    }
}
