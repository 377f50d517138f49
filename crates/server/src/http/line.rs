//! A connection as its requests see it: each says when it begins, how its answer is taken, and when it is over.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;

use super::pace::Pace;

/// One connection.
pub struct Line {
    pace: Mutex<Pace>,
    close: Notify,
}

impl Line {
    /// It begins.
    pub fn new(now: Instant) -> Line {
        Line { pace: Mutex::new(Pace::new(now)), close: Notify::new() }
    }

    /// What it is at. The lock is held for a few assignments and never across a wait.
    pub fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it closed.
    pub fn close(&self) {
        self.close.notify_one();
    }

    /// Comes back when it must be closed.
    pub async fn closed(&self) {
        self.close.notified().await;
    }
}

/// A request under way; it is over when this is dropped.
pub struct Busy {
    line: Arc<Line>,
    number: u32,
    _counted: Arc<()>,
}

impl Busy {
    /// One begins.
    pub fn begin(line: Arc<Line>, counted: Arc<()>) -> Busy {
        let number = line.pace().begin();
        Busy { line, number, _counted: counted }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.line.pace().end(self.number, Instant::now());
    }
}

/// The body of an answer; the request is over when it is.
pub(super) struct Sent {
    body: Body,
    busy: Busy,
}

impl Sent {
    /// This body answers that request.
    pub(super) fn new(body: Body, busy: Busy) -> Sent {
        Sent { body, busy }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let number = self.busy.number;
        self.busy.line.pace().wanted(number, Instant::now());
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.busy.line.pace().handed(number, bytes, Instant::now());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
