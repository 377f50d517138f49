//! The newest events, kept for those who follow and for those who come back. One task finds out what has changed, for
//! everybody; who follows reads what is kept.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ha::status::Role;
use node::interface::View;
use serde_json::json;
use tokio::sync::watch;

use super::diff::{Change, Topic, between};
use crate::http::limits::{EVENTS_COALESCED, EVENTS_KEPT_BYTES, EVENTS_KEPT_MAX, FOLLOWERS_MAX};
use crate::http::plane::Plane;

/// Where an event stands: at a position of the log, and there the how manieth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// The position of the log.
    pub(super) lsn: u64,
    /// The number there.
    pub(super) index: u32,
}

/// An event.
#[derive(Debug)]
pub(super) struct Event {
    /// Where it stands.
    pub(super) at: Position,
    /// What it is about.
    pub(super) topic: Topic,
    /// What is now, as JSON.
    pub(super) data: String,
    /// Up to where a client has heard everything when it has heard this. Servers look at different moments, so what
    /// comes first at a position differs from one to the other: only the last event of a position completes it.
    pub(super) heard: Position,
}

/// What is kept.
#[derive(Default)]
struct Kept {
    /// All events behind this position are here.
    after: Option<Position>,
    events: VecDeque<Arc<Event>>,
    bytes: usize,
    last: Option<Position>,
}

/// Keeps events.
pub struct Hub {
    kept: Mutex<Kept>,
    told: watch::Sender<u64>,
    followers: AtomicUsize,
    closed: AtomicBool,
}

impl Default for Hub {
    fn default() -> Hub {
        Hub {
            kept: Mutex::default(),
            told: watch::Sender::new(0),
            followers: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }
}

/// What comes behind a position.
pub(super) enum Behind {
    /// These, oldest first.
    Events(Vec<Arc<Event>>),
    /// That is not known any more; here it goes on.
    Lost(Option<Position>),
}

impl Hub {
    /// What is kept of the events behind a position, at most `most`.
    pub(super) fn behind(&self, position: Position, most: usize) -> Behind {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.after.is_none_or(|after| position < after) {
            return Behind::Lost(kept.last);
        }
        let from = kept.events.partition_point(|e| e.at <= position);
        Behind::Events(kept.events.range(from..).take(most).cloned().collect())
    }

    /// Where the newest event stands; `None` where nothing is known.
    pub(super) fn last(&self) -> Option<Position> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    /// Tells whenever there are more.
    pub(super) fn told(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// Whether the node has ended: there is nothing more to come, and a stream must not hold up the server's end.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.told.send_modify(|n| *n += 1);
    }

    /// A place among those who follow; `None`: there are too many.
    pub(super) fn follow(self: &Arc<Hub>) -> Option<Follower> {
        let follower = Follower(Arc::clone(self));
        (self.followers.fetch_add(1, Ordering::Relaxed) < FOLLOWERS_MAX).then_some(follower)
    }

    /// The state was taken on at this position, or is not held any more: what was before is not known.
    fn begin(&self, lsn: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let here = Some(Position { lsn, index: 0 }).max(kept.last);
        *kept = Kept { after: here, last: here, ..Kept::default() };
        drop(kept);
        self.told.send_modify(|n| *n += 1);
    }

    fn add(&self, lsn: u64, changes: Vec<Change>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.last.unwrap_or(Position { lsn: 0, index: 0 });
        let count = changes.len();
        for (n, (topic, data)) in changes.into_iter().enumerate() {
            let index = kept.last.filter(|last| last.lsn == lsn).map_or(1, |last| last.index + 1);
            let at = Position { lsn, index };
            let heard = if n + 1 == count { at } else { before };
            let event = Event { at, topic, data: data.to_string(), heard };
            kept.last = Some(event.at);
            kept.bytes += event.data.len();
            kept.events.push_back(Arc::new(event));
        }
        if kept.last.is_none_or(|last| last.lsn < lsn) {
            kept.last = Some(Position { lsn, index: 0 });
        }
        while kept.events.len() > EVENTS_KEPT_MAX || kept.bytes > EVENTS_KEPT_BYTES {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.bytes -= oldest.data.len();
            kept.after = Some(oldest.at);
        }
        drop(kept);
        self.told.send_modify(|n| *n += 1);
    }
}

/// A place among those who follow; given back when it is dropped.
pub(super) struct Follower(Arc<Hub>);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.followers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Finds out what changes, until the node ends.
pub async fn watch(plane: Arc<dyn Plane>, hub: Arc<Hub>) {
    let mut changed = plane.changed();
    let mut before = plane.view();
    hub.begin(before.lsn.0);
    while changed.changed().await.is_ok() {
        tokio::time::sleep(EVENTS_COALESCED).await;
        changed.mark_unchanged();
        let now = plane.view();
        step(&hub, &before, &now, plane.as_ref());
        before = now;
        if plane.stopping() || before.status.role == Some(Role::Terminated) {
            break;
        }
    }
    hub.close();
}

fn step(hub: &Hub, before: &Arc<View>, now: &Arc<View>, plane: &dyn Plane) {
    let mut changes = Vec::new();
    match (&before.root, &now.root) {
        (Some(old), Some(new)) => changes = between(old, new),
        (None, None) => {}
        _ => hub.begin(now.lsn.0),
    }
    let managing = |view: &View| {
        let status = &view.status;
        (status.role, status.term, status.master.clone(), status.master_uri.clone())
    };
    if managing(before) != managing(now) {
        let status = &now.status;
        let role: Role = status.role_at(plane.now());
        let data = json!({
            "role": role.word(), "term": status.term.0, "masterId": status.master, "masterUri": status.master_uri,
        });
        changes.push((Topic::Ha, data));
    }
    hub.add(now.lsn.0, changes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(hub: &Hub, lsn: u64, index: u32) -> Vec<(u64, u32)> {
        match hub.behind(Position { lsn, index }, 100) {
            Behind::Events(events) => events.iter().map(|e| (e.heard.lsn, e.heard.index)).collect(),
            Behind::Lost(_) => panic!("it is kept"),
        }
    }

    #[test]
    fn only_the_last_event_of_a_position_says_that_it_was_heard_whole() {
        let hub = Hub::default();
        hub.begin(7);
        let change = |n: u32| (Topic::Sensors, json!({ "n": n }));
        hub.add(9, vec![change(1), change(2)]);
        hub.add(9, vec![change(3)]);
        hub.add(12, vec![change(4), change(5), change(6)]);
        assert_eq!(ids(&hub, 7, 0), [(7, 0), (9, 2), (9, 3), (9, 3), (9, 3), (12, 3)]);
        assert_eq!(ids(&hub, 9, 3), [(9, 3), (9, 3), (12, 3)], "who broke off within 12 hears all of 12");
    }
}
