//! HTTP/2 frame by frame (RFC 9113): for clients that no library would be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::release::{PASSWORD, Release, USER};
use super::wire::{Secure, Wire};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

pub(crate) const INITIAL_WINDOW: u16 = 4;

impl Wire {
    /// The same server, asked for HTTP/2.
    pub(crate) fn h2(server: &Release) -> Wire {
        Wire::speaking(server, &[b"h2"])
    }

    /// A connection that begins with these settings.
    pub(crate) async fn begun(&self, settings: &[(u16, u32)]) -> std::io::Result<Secure> {
        let body: Vec<u8> = settings
            .iter()
            .flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat())
            .collect();
        self.sent(&[PREFACE, &frame(SETTINGS, 0, 0, &body)].concat()).await
    }
}

/// One frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), body].concat()
}

/// A request's head, as HPACK writes what it does not index (RFC 7541, 6.2.2).
pub(crate) fn block(method: &str, path: &str, user: &str, password: &str) -> Vec<u8> {
    let login = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let fields = [
        (":method", method),
        (":scheme", "https"),
        (":authority", "x"),
        (":path", path),
        ("authorization", &login),
        ("content-type", "application/json"),
    ];
    fields.iter().flat_map(|(name, value)| field(name, value.as_bytes())).collect()
}

/// One field of a head.
pub(crate) fn field(name: &str, value: &[u8]) -> Vec<u8> {
    [&[0][..], &length(name.len()), name.as_bytes(), &length(value.len()), value].concat()
}

/// A length with a prefix of seven bits (RFC 7541, 5.1).
fn length(n: usize) -> Vec<u8> {
    let Some(mut rest) = n.checked_sub(127) else { return vec![n as u8] };
    let mut all = vec![127];
    while rest >= 128 {
        all.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    all.push(rest as u8);
    all
}

/// A whole request without a body.
pub(crate) fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &block("GET", path, USER, PASSWORD))
}

/// The numbers of a client's first streams.
pub(crate) fn streams(n: u32) -> impl Iterator<Item = u32> {
    (0..n).map(|n| 2 * n + 1)
}

/// Reads frames, and does nothing else, until the connection ends; the reason that it was given for that.
pub(crate) async fn read_frames(mut from: impl AsyncRead + Unpin) -> Option<u32> {
    let mut reason = None;
    loop {
        let mut head = [0; 9];
        if from.read_exact(&mut head).await.is_err() {
            return reason;
        }
        let mut body = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        if from.read_exact(&mut body).await.is_err() {
            return reason;
        }
        if head[3] == GOAWAY {
            reason = body.get(4..8).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
        }
    }
}
