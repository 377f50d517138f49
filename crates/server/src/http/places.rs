//! Who has a connection, and who has to go when there are too many.
//!
//! A flood must not lock out the others. So one more than the limit is let in, and a connection on which no request is
//! under way goes for it: the one that has waited longest, of the peer that has most. Where all are at work, a few
//! spare places remain; health is told there, and everybody else is asked to come again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::limits::{
    CONNECTIONS_MAX, CONNECTIONS_PER_PEER_MAX, CONNECTIONS_SPARE, FILES_RESERVED, REQUESTS_MAX,
};
use super::line::{Busy, Line};

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// In all, the spare ones apart.
    pub all: usize,
    /// From one peer.
    pub per_peer: usize,
    /// Beyond that, for health and refusals.
    pub spare: usize,
}

impl Capacity {
    /// What so many open files have room for.
    pub fn of_files(files: u64) -> Capacity {
        let files = usize::try_from(files).unwrap_or(usize::MAX);
        // A server that may open very few files still answers somebody.
        let room = files.saturating_sub(FILES_RESERVED + CONNECTIONS_SPARE).max(files / 4).max(1);
        let all = room.min(CONNECTIONS_MAX);
        Capacity { all, per_peer: CONNECTIONS_PER_PEER_MAX.min(all), spare: CONNECTIONS_SPARE }
    }
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity::of_files(u64::MAX)
    }
}

/// All connections of a server, whichever of its addresses they came to.
pub struct Places {
    capacity: Capacity,
    book: Mutex<Book>,
    /// Each request under way holds one.
    requests: Arc<()>,
}

#[derive(Default)]
struct Book {
    next: u64,
    taken: HashMap<u64, Entry>,
    peers: HashMap<IpAddr, usize>,
    spare: usize,
}

struct Entry {
    peer: IpAddr,
    is_spare: bool,
    line: Arc<Line>,
}

/// A connection's place, given back when it is dropped.
pub struct Place {
    places: Arc<Places>,
    id: u64,
    /// Whether only health is told here.
    pub is_spare: bool,
    line: Arc<Line>,
}

impl Places {
    /// All free.
    pub fn new(capacity: Capacity) -> Places {
        Places { capacity, book: Mutex::default(), requests: Arc::default() }
    }

    /// A place for one more; `None`: not even a spare one is free.
    pub fn take(self: &Arc<Places>, peer: IpAddr, now: Instant) -> Option<Place> {
        let peer = household(peer);
        let mut book = self.lock();
        let of_peer = book.peers.get(&peer).copied().unwrap_or(0);
        let own_full = of_peer >= self.capacity.per_peer;
        let is_full = own_full || book.taken.len() - book.spare >= self.capacity.all;
        let is_spare = if !is_full || book.send_away(|e| !e.is_spare && (!own_full || e.peer == peer)) {
            false
        } else if book.spare < self.capacity.spare || book.send_away(|e| e.is_spare) {
            true
        } else {
            return None;
        };
        let line = Arc::new(Line::new(now));
        book.next += 1;
        let id = book.next;
        book.enter(id, Entry { peer, is_spare, line: Arc::clone(&line) });
        Some(Place { places: Arc::clone(self), id, is_spare, line })
    }

    /// Whether more requests are under way than there may be.
    pub fn is_crowded(&self) -> bool {
        self.requests() > REQUESTS_MAX
    }

    /// Requests under way.
    pub fn requests(&self) -> usize {
        Arc::strong_count(&self.requests) - 1
    }

    /// Connections, spare ones included.
    pub fn count(&self) -> usize {
        self.lock().taken.len()
    }

    /// Closes those that have been at the same thing for too long; how many.
    pub fn sweep(&self, now: Instant) -> usize {
        let book = self.lock();
        let late = book.taken.values().filter(|e| e.line.pace().is_late(now));
        late.inspect(|e| e.line.close()).count()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn enter(&mut self, id: u64, entry: Entry) {
        self.spare += usize::from(entry.is_spare);
        if !entry.is_spare {
            *self.peers.entry(entry.peer).or_default() += 1;
        }
        self.taken.insert(id, entry);
    }

    fn leave(&mut self, id: u64) {
        // One that was sent away has left already.
        let Some(entry) = self.taken.remove(&id) else { return };
        self.spare -= usize::from(entry.is_spare);
        if !entry.is_spare
            && let Some(n) = self.peers.get_mut(&entry.peer)
        {
            *n -= 1;
            if *n == 0 {
                self.peers.remove(&entry.peer);
            }
        }
    }

    /// Closes the one that has waited longest for a request, of the peer that has most; whether there is one.
    fn send_away(&mut self, may: impl Fn(&Entry) -> bool) -> bool {
        let waiting = self.taken.iter().filter(|(_, e)| may(e)).filter_map(|(id, e)| {
            let since = e.line.pace().waits_since()?;
            Some((self.peers.get(&e.peer).copied().unwrap_or(0), std::cmp::Reverse((since, *id)), *id))
        });
        let Some((_, _, id)) = waiting.max() else { return false };
        if let Some(entry) = self.taken.get(&id) {
            entry.line.close();
        }
        self.leave(id);
        true
    }
}

impl Place {
    /// A request is under way from now on, until this is dropped.
    pub fn begin(&self) -> Busy {
        Busy::begin(Arc::clone(&self.line), Arc::clone(&self.places.requests))
    }

    /// Comes back when the connection must be closed.
    pub async fn closed(&self) {
        self.line.closed().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().leave(self.id);
    }
}

/// Whom an address belongs to: with IPv6 one host has a whole network of them.
fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(_) => peer.to_canonical(),
        IpAddr::V6(address) => IpAddr::from((address.to_bits() & !u128::from(u64::MAX)).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FEW: Capacity = Capacity { all: 4, per_peer: 3, spare: 1 };

    fn from(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    /// Whether it was sent away.
    fn is_closed(place: &Place) -> bool {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(async { tokio::time::timeout(Duration::ZERO, place.closed()).await.is_ok() })
    }

    #[test]
    fn one_more_than_a_peer_may_have_sends_away_its_own_that_waits_longest() {
        let (places, began) = (Arc::new(Places::new(FEW)), Instant::now());
        let at = |s: u64| began + Duration::from_secs(s);
        let other = places.take(from(2), at(0)).unwrap();
        let own: Vec<Place> = (1..=3).map(|s| places.take(from(1), at(s)).unwrap()).collect();
        let working = own[0].begin();
        let more = places.take(from(1), at(4)).unwrap();
        assert!(!more.is_spare && places.count() == 4);
        assert!(is_closed(&own[1]), "the first is at work, so the second goes");
        assert!(!is_closed(&other) && !is_closed(&own[0]) && !is_closed(&own[2]));
        drop((working, own));
        assert_eq!(places.count(), 2);
    }

    #[test]
    fn a_flood_of_one_peer_sends_away_its_own_and_lets_others_in() {
        let (places, now) = (Arc::new(Places::new(FEW)), Instant::now());
        let quiet = places.take(from(2), now).unwrap();
        let flood: Vec<Place> = (0..100).filter_map(|_| places.take(from(1), now)).collect();
        assert_eq!((flood.len(), places.count()), (100, 4), "each was let in, and others went for it");
        let late = places.take(from(3), now).unwrap();
        assert!(!late.is_spare && !is_closed(&quiet));
        assert_eq!(places.count(), 4);
    }

    #[test]
    fn where_all_are_at_work_a_spare_place_is_left_and_then_none() {
        let (places, now) = (Arc::new(Places::new(FEW)), Instant::now());
        let taken: Vec<Place> = [1, 1, 2, 2].map(|n| places.take(from(n), now).unwrap()).into();
        let working: Vec<Busy> = taken.iter().map(Place::begin).collect();
        let spare = places.take(from(3), now).unwrap();
        assert!(spare.is_spare);
        let next = places.take(from(3), now).unwrap();
        assert!(next.is_spare && is_closed(&spare), "who has a spare place and asks nothing goes too");
        let asking = next.begin();
        assert!(places.take(from(3), now).is_none());
        drop((working, asking));
        assert!(!places.take(from(3), now).unwrap().is_spare);
    }

    #[test]
    fn there_are_never_more_connections_than_files_have_room_for() {
        assert_eq!(Capacity::default().all, CONNECTIONS_MAX);
        for files in [1, 100, 576, 1024, 4096] {
            let Capacity { all, per_peer, .. } = Capacity::of_files(files);
            assert!(all >= 1 && all as u64 <= files && per_peer <= all, "{files}: {all}");
        }
        assert_eq!(Capacity::of_files(1024).all, 448);
    }

    #[test]
    fn what_lasts_too_long_is_closed() {
        let (places, now) = (Arc::new(Places::new(FEW)), Instant::now());
        let place = places.take(from(1), now).unwrap();
        assert_eq!(places.sweep(now), 0);
        assert_eq!(places.sweep(now + Duration::from_mins(5)), 1);
        assert!(is_closed(&place));
    }

    #[test]
    fn a_network_of_ipv6_is_one_peer_and_a_mapped_address_is_its_ipv4() {
        let of = |text: &str| household(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}
