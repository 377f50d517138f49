//! `GET /v1/events`: what happens, as it happens (server-sent events). An event's id is a position of the log, so a
//! stream that broke off goes on behind its last event, also at another server of the plane.
//!
//! Events say what is now, not what was done: who hears one twice loses nothing. Where it is not known any more what
//! came behind a position, `resync` says so: look at everything once, and go on from there.

mod diff;
mod hub;

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use api::Permission::{SeeActivityStreams, SeeEntity, SeeSensor, ServerStatus};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::answer::{Answer, raw};
use super::call::Call;
use super::fail::Fail;
use super::limits::{EVENTS_AHEAD_BYTES, EVENTS_BREATH};
use super::route::Content;
use super::route::Kind::Text;
use super::route::Route;
use diff::Topic;
use hub::{Behind, Event, Follower, Position};
pub use hub::{Hub, watch};

/// The media type of a stream of events.
pub const EVENT_STREAM: &str = "text/event-stream";
/// Events that are sent at once.
const AT_ONCE: usize = 256;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::get("/v1/events", "What happens, as it happens (server-sent events); does not end", events)
            .needs(SeeEntity)
            .query("since?", Text, "The id of the last event that was heard; `Last-Event-ID` says it too")
            .query("topics?", Text, "Only these, separated by commas: sensors, tasks, topology, ha")
            .gives(&[EVENT_STREAM])
            .answers(StatusCode::OK, Content::Text),
    );
}

async fn events(call: Call) -> Answer {
    let topics = topics(&call)?;
    let hub = Arc::clone(&call.app.hub);
    let since = match call.query_value("since").or_else(|| call.header("last-event-id").map(str::to_owned)) {
        None => None,
        Some(text) => Some(position(&text).ok_or_else(|| {
            Fail::bad(format!("since: '{text}' is no event's id; expected such as 4711.2"))
        })?),
    };
    let follower = hub.follow().ok_or_else(|| Fail::later("Too many follow already (FOLLOWERS_MAX)"))?;
    let (to, from) = mpsc::channel(1);
    tokio::spawn(send(hub, follower, since, topics, to));
    Ok(raw(StatusCode::OK, EVENT_STREAM, Body::new(Lines(from))))
}

/// What was asked for, as far as the user may see it.
fn topics(call: &Call) -> Result<Vec<Topic>, Fail> {
    let asked = call.query_value("topics").filter(|t| !t.trim().is_empty());
    let word = |word: &str| {
        let known = Topic::ALL.into_iter().find(|t| t.word() == word.trim());
        known.ok_or_else(|| {
            Fail::bad(format!("topics: '{}' is none of sensors, tasks, topology, ha", word.trim()))
        })
    };
    let topics = match &asked {
        None => Topic::ALL.to_vec(),
        Some(text) => text.split(',').map(word).collect::<Result<_, _>>()?,
    };
    let needed = |topic: &Topic| match topic {
        Topic::Sensors => SeeSensor,
        Topic::Tasks => SeeActivityStreams,
        Topic::Topology => SeeEntity,
        Topic::Ha => ServerStatus,
    };
    let may = |topic: &Topic| call.visitor().is_some_and(|v| v.login.may(needed(topic)));
    Ok(topics.into_iter().filter(may).collect())
}

/// `LSN`, or `LSN.index`.
fn position(text: &str) -> Option<Position> {
    let (lsn, index) = text.trim().split_once('.').unwrap_or((text.trim(), "4294967295"));
    Some(Position { lsn: lsn.parse().ok()?, index: index.parse().ok()? })
}

/// Sends events until the client has gone or the node ends.
async fn send(
    hub: Arc<Hub>,
    follower: Follower,
    since: Option<Position>,
    topics: Vec<Topic>,
    to: mpsc::Sender<Bytes>,
) {
    let mut told = hub.told();
    let start = hub.last().unwrap_or(Position { lsn: 0, index: 0 });
    let mut here = since.unwrap_or(start);
    // The first words come at once: the client learns that it is heard, and from where on.
    let mut text = format!(": from {}.{}\n\n", here.lsn, here.index);
    loop {
        told.mark_unchanged();
        let is_all = match hub.behind(here, AT_ONCE) {
            Behind::Lost(last) => {
                if let Some(last) = last {
                    here = last;
                    let _ = write!(text, "id: {}.{}\nevent: resync\ndata: {{}}\n\n", here.lsn, here.index);
                }
                true
            }
            Behind::Events(events) => {
                let mut sent = 0;
                for event in &events {
                    if text.len() > EVENTS_AHEAD_BYTES {
                        break;
                    }
                    here = event.at;
                    sent += 1;
                    if topics.contains(&event.topic) {
                        push(&mut text, event);
                    }
                }
                sent == events.len() && sent < AT_ONCE
            }
        };
        if !text.is_empty() && to.send(Bytes::from(std::mem::take(&mut text))).await.is_err() {
            break;
        }
        if !is_all {
            continue;
        }
        if hub.is_closed() {
            break;
        }
        tokio::select! {
            () = to.closed() => break,
            changed = told.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(EVENTS_BREATH) => text.push_str(":\n\n"),
        }
    }
    drop(follower);
}

/// JSON has no line breaks of its own, so an event's data is one line. Who breaks off in the middle of a position hears
/// the whole of it again, from any server.
fn push(text: &mut String, event: &Event) {
    let Position { lsn, index } = event.heard;
    let _ = write!(text, "id: {lsn}.{index}\nevent: {}\ndata: {}\n\n", event.topic.word(), event.data);
}

/// A body that goes on as long as there is somebody who sends.
struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_position_and_a_position_alone_is_the_end_of_it() {
        assert_eq!(position("4711.2"), Some(Position { lsn: 4711, index: 2 }));
        assert!(position("4711") > position("4711.20000"));
        assert_eq!(position("x"), None);
        assert_eq!(position("1.x"), None);
    }
}
