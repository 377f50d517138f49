//! Answers that are not the bucket's: what gateways and busy services say while a request was carried out, or was not.

use std::io;

use base::rng::Rng;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};

pub(super) type Answer = Response<BoxBody<Bytes, io::Error>>;

/// What is told in place of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Falsehood {
    /// It was done, and S3 says that it has an error of its own.
    InternalError,
    /// It was done, and a gateway's page says that nobody is there.
    Page,
    /// It was done, and a page for people says that all is well.
    PageOfSuccess,
    /// It was done, and the answer ends in its middle.
    Cut,
    /// It was not done: too many requests.
    SlowDown,
}

impl Falsehood {
    const ALL: [Falsehood; 5] = [
        Falsehood::InternalError,
        Falsehood::Page,
        Falsehood::PageOfSuccess,
        Falsehood::Cut,
        Falsehood::SlowDown,
    ];

    pub(super) fn draw(rng: &mut Rng) -> Falsehood {
        Falsehood::ALL[rng.below(Falsehood::ALL.len() as u64) as usize]
    }

    /// Whether the request reaches the bucket.
    pub(super) fn is_done(self) -> bool {
        self != Falsehood::SlowDown
    }

    /// An error where the connection ends in place of an answer.
    pub(super) fn tell(self, truth: Option<Response<Bytes>>) -> io::Result<Answer> {
        Ok(match self {
            Falsehood::InternalError => error(500, "InternalError"),
            Falsehood::SlowDown => error(503, "SlowDown"),
            Falsehood::Page => page(503),
            Falsehood::PageOfSuccess => page(200),
            Falsehood::Cut => truth.filter(|answer| !answer.body().is_empty()).map(cut).ok_or_else(gone)?,
        })
    }
}

/// The true answer.
pub(super) fn whole(truth: Response<Bytes>) -> Answer {
    truth.map(|bytes| Full::new(bytes).map_err(|never| match never {}).boxed())
}

/// The connection ends where an answer should be.
pub(super) fn gone() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

/// With the length of the whole, and half of it.
fn cut(truth: Response<Bytes>) -> Answer {
    let (mut head, bytes) = truth.into_parts();
    head.headers.insert("content-length", bytes.len().into());
    let half = Frame::data(bytes.slice(..bytes.len() / 2));
    let pieces = [Ok(half), Err(gone())];
    Response::from_parts(head, BoxBody::new(StreamBody::new(stream::iter(pieces))))
}

fn error(status: u16, code: &str) -> Answer {
    let text =
        format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>try again</Message></Error>");
    told(status, "application/xml", text)
}

fn page(status: u16) -> Answer {
    told(status, "text/html; charset=utf-8", "<html><body>Please wait.</body></html>".to_owned())
}

fn told(status: u16, kind: &str, text: String) -> Answer {
    let answer = Response::builder().status(status).header("content-type", kind).body(Bytes::from(text));
    whole(answer.expect("all of it is written here"))
}
