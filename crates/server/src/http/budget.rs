//! What all requests may hold of memory together: bodies that come in, and answers that wait for slow readers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::fail::Fail;
use super::limits::{ANSWER_BYTES_FREE, ANSWER_SLICE_BYTES, ANSWERS_BYTES_MAX, BODIES_BYTES_MAX};

/// What one part of a budget is.
const UNIT: usize = 1024;

/// The memory for bodies and answers.
pub(super) struct Budgets {
    bodies: Arc<Semaphore>,
    answers: Arc<Semaphore>,
}

/// A share of one, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share(OwnedSemaphorePermit);

impl Share {
    /// Makes one of two.
    pub(super) fn join(&mut self, other: Share) {
        self.0.merge(other.0);
    }

    /// How many bytes it is good for.
    pub(super) fn bytes(&self) -> usize {
        self.0.num_permits() * UNIT
    }
}

impl Default for Budgets {
    fn default() -> Budgets {
        let of = |bytes: usize| Arc::new(Semaphore::new(bytes / UNIT));
        Budgets { bodies: of(BODIES_BYTES_MAX), answers: of(ANSWERS_BYTES_MAX) }
    }
}

fn share(of: &Arc<Semaphore>, bytes: usize) -> Option<Share> {
    let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
    Arc::clone(of).try_acquire_many_owned(units).ok().map(Share)
}

impl Budgets {
    /// For so many bytes of a request's body.
    pub(super) fn body(&self, bytes: usize) -> Result<Share, Fail> {
        share(&self.bodies, bytes).ok_or_else(|| {
            Fail::later(format!(
                "The bodies of all requests are longer than {BODIES_BYTES_MAX} bytes together (BODIES_BYTES_MAX); \
                 send this one again"
            ))
        })
    }

    /// The answer to a read, which is counted if it is long, and refused when too many long ones wait for those who
    /// asked. What answers a write is never held back: the write has happened.
    pub(super) fn answer(&self, response: Response) -> Response {
        let bytes = response.body().size_hint().exact().unwrap_or(0) as usize;
        if bytes <= ANSWER_BYTES_FREE {
            return response;
        }
        match share(&self.answers, bytes) {
            Some(share) => response.map(|body| Body::new(Weighed { body, rest: Bytes::new(), _share: share })),
            None => Fail::later(format!(
                "Too many long answers wait for those who asked for them (ANSWERS_BYTES_MAX, {ANSWERS_BYTES_MAX} \
                 bytes); ask again, or for less at once"
            ))
            .respond(),
        }
    }
}

/// A long body, handed over slice by slice: so it is seen whether its reader comes on.
struct Weighed {
    body: Body,
    rest: Bytes,
    _share: Share,
}

impl HttpBody for Weighed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                other => return Poll::Ready(other),
            }
        }
        let most = self.rest.len().min(ANSWER_SLICE_BYTES);
        let slice = self.rest.split_to(most);
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.body.size_hint().exact() {
            Some(more) => SizeHint::with_exact(more + self.rest.len() as u64),
            None => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::http::header::RETRY_AFTER;

    use super::*;

    fn long(bytes: usize) -> Response {
        Response::new(Body::from(vec![b'x'; bytes]))
    }

    #[tokio::test]
    async fn long_answers_are_handed_over_in_slices_and_whole() {
        let budgets = Budgets::default();
        let bytes = 3 * ANSWER_SLICE_BYTES + 7;
        let body = budgets.answer(long(bytes)).into_body();
        assert_eq!(body.size_hint().exact(), Some(bytes as u64));
        assert_eq!(axum::body::to_bytes(body, usize::MAX).await.unwrap().len(), bytes);
        assert_eq!(budgets.answers.available_permits(), ANSWERS_BYTES_MAX / UNIT, "all is given back");
    }

    #[tokio::test]
    async fn one_long_answer_too_many_is_refused_and_a_short_one_never() {
        let budgets = Budgets::default();
        let half = ANSWERS_BYTES_MAX / 2;
        let held = [budgets.answer(long(half)), budgets.answer(long(half))];
        let refused = budgets.answer(long(ANSWER_BYTES_FREE + 1));
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key(RETRY_AFTER));
        assert_eq!(budgets.answer(long(ANSWER_BYTES_FREE)).status(), StatusCode::OK);
        drop(held);
        assert_eq!(budgets.answer(long(half)).status(), StatusCode::OK);
    }
}
