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

/// The body of an answer. The request is over when all of it has left: over HTTP/2 the library takes a whole piece as soon
/// as its reader has room for one byte, and keeps the rest for as long as it has no more.
pub(super) struct Sent {
    body: Body,
    busy: Arc<Busy>,
}

/// A piece of it, which is under way until whoever sends it lets go of it.
struct Piece {
    data: Bytes,
    _busy: Arc<Busy>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Sent {
    /// This body answers that request.
    pub(super) fn new(body: Body, busy: Busy) -> Sent {
        Sent { body, busy: Arc::new(busy) }
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
        polled.map_ok(|frame| {
            frame.map_data(|data| {
                self.busy.line.pace().handed(number, data.len(), Instant::now());
                Bytes::from_owner(Piece { data, _busy: Arc::clone(&self.busy) })
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sent {
    /// Nothing more comes, and what was handed over may not have been taken yet.
    fn drop(&mut self) {
        self.busy.line.pace().handed(self.busy.number, 0, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::limits::ANSWER_WAIT_MAX;

    #[test]
    fn a_request_is_over_when_its_answer_has_left_and_late_when_nobody_takes_it() {
        let line = Arc::new(Line::new(Instant::now()));
        let counted = Arc::new(());
        let sent = Sent::new(Body::from("an answer"), Busy::begin(Arc::clone(&line), Arc::clone(&counted)));
        let mut sent = Box::pin(sent);
        let mut next = || sent.as_mut().poll_frame(&mut Context::from_waker(std::task::Waker::noop()));
        let Poll::Ready(Some(Ok(frame))) = next() else { panic!("it has something to say") };
        let piece = frame.into_data().unwrap();
        assert!(matches!(next(), Poll::Ready(None)));
        drop(sent);
        let late = Instant::now() + ANSWER_WAIT_MAX * 2;
        assert!(line.pace().waits_since().is_none() && line.pace().is_late(late));
        assert_eq!((&piece[..], Arc::strong_count(&counted)), (&b"an answer"[..], 2));
        drop(piece);
        assert!(line.pace().waits_since().is_some() && Arc::strong_count(&counted) == 1);
    }
}
