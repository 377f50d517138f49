//! A proxy before the bucket that understands HTTP: it keeps PUTs until nobody waits for them any more and delivers
//! them then, and it answers with other words than the bucket's.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::uri::{Authority, Scheme};
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::falsehood::{Answer, gone, whole};
use super::tamper::{Counts, Fate, Fates, Tamper};
use crate::history::Tampered;

pub(crate) struct HttpProxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    bucket: Authority,
    client: Client<HttpConnector, Full<Bytes>>,
    fates: Fates,
    counts: Counts,
}

impl HttpProxy {
    /// Begins to listen; it ends with the runtime.
    pub(crate) async fn start(bucket: u16) -> io::Result<HttpProxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let bucket = Authority::try_from(format!("127.0.0.1:{bucket}")).map_err(io::Error::other)?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let shared = Arc::new(Shared { bucket, client, fates: Fates::all_pass(), counts: Counts::default() });
        let serving = shared.clone();
        tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((near, _)) => _ = tokio::spawn(connect(near, serving.clone())),
                    // Out of descriptors, say: others will end.
                    Err(_) => sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Ok(HttpProxy { port, shared })
    }

    /// From now on; what was kept before is delivered all the same.
    pub(crate) fn set(&self, tamper: Tamper, seed: u64) {
        self.shared.fates.set(tamper, seed);
    }

    /// PUTs that are still to be delivered.
    pub(crate) fn kept(&self) -> u64 {
        self.shared.counts.kept.load(Ordering::Relaxed)
    }

    /// What it has done so far.
    pub(crate) fn tampered(&self) -> Tampered {
        self.shared.counts.tampered()
    }
}

/// One connection: its end is nobody's trouble but its own.
async fn connect(near: TcpStream, shared: Arc<Shared>) {
    // A delay of the kernel's own would be measured as one of the servers'.
    let _ = near.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { shared.pass(request).await }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(near), service).await;
}

impl Shared {
    async fn pass(self: Arc<Shared>, request: Request<Incoming>) -> io::Result<Answer> {
        let (mut head, body) = request.into_parts();
        // Whoever does not send it whole has asked for nothing.
        let Ok(body) = body.collect().await else { return Err(gone()) };
        let mut to = head.uri.into_parts();
        (to.scheme, to.authority) = (Some(Scheme::HTTP), Some(self.bucket.clone()));
        head.uri = Uri::from_parts(to).map_err(io::Error::other)?;
        let fate = self.fates.draw(&head.method);
        let request = Request::from_parts(head, Full::new(body.to_bytes()));
        match fate {
            Fate::Passes => self.deliver(request).await.map(whole).ok_or_else(gone),
            Fate::Kept(first, second) => {
                self.counts.kept.fetch_add(1, Ordering::Relaxed);
                let (asker, answer) = oneshot::channel();
                // It goes on when the connection ends.
                tokio::spawn(async move { self.keep(request, first, second, asker).await });
                answer.await.map(whole).map_err(|_| gone())
            }
            Fate::Falsified(falsehood) => {
                let truth = if falsehood.is_done() { self.deliver(request).await } else { None };
                count(&self.counts.falsified);
                falsehood.tell(truth)
            }
        }
    }

    async fn deliver(&self, request: Request<Full<Bytes>>) -> Option<Response<Bytes>> {
        let (head, body) = self.client.request(request).await.ok()?.into_parts();
        Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
    }

    async fn keep(
        &self,
        request: Request<Full<Bytes>>,
        first: Duration,
        second: Option<Duration>,
        asker: oneshot::Sender<Response<Bytes>>,
    ) {
        sleep(first).await;
        let answer = self.deliver(request.clone()).await;
        let has_landed = answer.as_ref().is_some_and(|answer| answer.status().is_success());
        let is_late = answer.is_none_or(|answer| asker.send(answer).is_err());
        if is_late {
            count(&self.counts.late);
        }
        if is_late && has_landed {
            count(&self.counts.landed);
        }
        if let Some(second) = second {
            sleep(second).await;
            if self.deliver(request).await.is_some() {
                count(&self.counts.twice);
            }
        }
        self.counts.kept.fetch_sub(1, Ordering::Relaxed);
    }
}

fn count(which: &AtomicU64) {
    which.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
