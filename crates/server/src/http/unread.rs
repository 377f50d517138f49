//! What nobody has read of a request's body when its answer is there: a refusal looks at the head alone. An answer that
//! ends before its request makes the HTTP/2 library take the stream back, and curl 7 that sees both at once says
//! "stream error" instead of what was answered; on HTTP/1 the connection is closed under what still comes, which can
//! cost the answer too. So what is left is let come first, and dropped: for a bounded time, and so much of it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::limits::{UNREAD_BYTES_MAX, UNREAD_WAIT_MAX};

/// A body that gives back what was not read of it when it is dropped.
struct Kept {
    /// `None` only when it is gone.
    body: Option<Incoming>,
    rest: Option<oneshot::Sender<Incoming>>,
}

/// Where what was not read comes back to.
pub(super) struct Unread(Option<oneshot::Receiver<Incoming>>);

/// The body for whoever answers, and what will be left of it. `waits`: the client sends it only when it is read
/// (`Expect: 100-continue`), so what is not read never comes.
pub(super) fn keep(body: Incoming, waits: bool) -> (Body, Unread) {
    if waits || body.is_end_stream() {
        return (Body::new(body), Unread(None));
    }
    let (rest, unread) = oneshot::channel();
    (Body::new(Kept { body: Some(body), rest: Some(rest) }), Unread(Some(unread)))
}

impl Unread {
    /// Lets it come, once the answer is there.
    pub(super) async fn let_come(self) {
        let Some(Ok(mut body)) = self.0.map(|mut rest| rest.try_recv()) else { return };
        let mut come = 0;
        // What does not end in time ends as it would have: the answer goes out, and the rest is cut off.
        let _ = timeout(UNREAD_WAIT_MAX, async {
            while come < UNREAD_BYTES_MAX
                && let Some(Ok(frame)) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await
            {
                come += frame.data_ref().map_or(0, Bytes::len);
            }
        })
        .await;
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let (Some(body), Some(rest)) = (self.body.take(), self.rest.take())
            && !body.is_end_stream()
        {
            // Nobody waits for it any more where the connection is gone.
            let _ = rest.send(body);
        }
    }
}

impl HttpBody for Kept {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}
