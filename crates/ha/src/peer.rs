//! Another server's file, as it was read again and again: what it said last, when it rose, and what may be
//! concluded from it about a lease.

use std::sync::Arc;

use base::{Incarnation, Mono, Span, Term, WallMs};

use crate::config::Store;
use crate::files::{FileRole, NodeFile};
use crate::record::Chain;

/// Another node.
pub(crate) struct Peer {
    /// The highest that was read of it.
    pub(crate) file: NodeFile,
    /// How many records it was behind what this node knew when it last rose.
    pub(crate) behind: u64,
    /// When (incarnation, term, beat) last rose, by this node's clock.
    pub(crate) rose: Mono,
    /// The wall clock here at that rise, for people.
    pub(crate) wall: WallMs,
    /// The sum of bytes that could not be read as a node file, and whether the slot was proved since.
    pub(crate) unreadable: Option<(Chain, bool)>,
    /// When it was last read, whatever it said.
    read: Mono,
    /// When it was last read with the highest that was ever read of it.
    shown: Mono,
    /// When what was read last differed from the read before: a fall too, for a late write hides a newer one.
    changed: Mono,
    /// What was read last; `None` when there was nothing of that name.
    content: Option<Arc<[u8]>>,
}

/// What makes one reading of a file higher than another.
fn height(file: &NodeFile) -> (Incarnation, Term, u64) {
    (file.incarnation, file.term, file.beat)
}

impl Peer {
    /// The first reading.
    pub(crate) fn new(file: NodeFile, bytes: &Arc<[u8]>, now: Mono, wall: WallMs) -> Peer {
        Peer {
            file,
            behind: 0,
            rose: now,
            wall,
            unreadable: None,
            read: now,
            shown: now,
            changed: now,
            content: Some(bytes.clone()),
        }
    }

    /// It was read: these bytes, or nothing.
    fn saw_content(&mut self, content: Option<&Arc<[u8]>>, now: Mono) {
        if self.content.as_ref() != content {
            self.content = content.cloned();
            self.changed = now;
        }
        self.read = now;
    }

    /// It was read, and says this.
    pub(crate) fn saw(&mut self, file: NodeFile, bytes: &Arc<[u8]>, now: Mono, wall: WallMs) {
        self.saw_content(Some(bytes), now);
        self.unreadable = None;
        let (new, known) = (height(&file), height(&self.file));
        if new > known {
            self.rose = now;
            self.wall = wall;
        }
        // The same beat again may have got the prover's word: the life is over.
        if new > known || (new == known && file.ended) {
            self.file = file;
        }
        if new >= known {
            self.shown = now;
        }
    }

    /// It was read and is not there, as far as can be seen.
    pub(crate) fn saw_nothing(&mut self, now: Mono) {
        self.saw_content(None, now);
    }

    /// It was read and is no node file. Whether its slot was proved since these bytes came.
    pub(crate) fn saw_unreadable(&mut self, bytes: &Arc<[u8]>, now: Mono) -> bool {
        let sum = Chain::sum(bytes);
        self.saw_content(Some(bytes), now);
        let proved = self.unreadable == Some((sum, true));
        self.unreadable = Some((sum, proved));
        proved
    }

    /// Clause 6: whether it has given up a term of that life for good, by what was read since a fence.
    ///
    /// A role counts with the highest beat that was ever read, whatever `term` it shows: who has not beaten
    /// CLAIMING has yet to fence, and meets mine. That rests on beats that come one at a time. Where one that was
    /// given up may land later, a standby's word counts only when it was written by one who knew of the term.
    pub(crate) fn gave_up(&self, term: Term, life: Incarnation, fenced_at: Mono, store: Store) -> bool {
        let file = &self.file;
        if self.shown < fenced_at || file.incarnation < life {
            return false;
        }
        let knew = store == Store::Folder || file.follows >= term;
        file.incarnation > life || file.ended || (file.role.gave_up() && knew)
    }

    /// Whether what was read last says that its life is over.
    pub(crate) fn has_ended(&self) -> bool {
        let over = self.file.ended || self.file.role == FileRole::Terminated;
        over && self.shown == self.read
    }

    /// Whether it was read again after so long, and said the same.
    pub(crate) fn was_unchanged(&self, patience: Span) -> bool {
        self.read.since(self.changed) > patience
    }

    /// Clause 6: whether reads went on, also after the fence, until it had not moved for so long.
    pub(crate) fn was_still(&self, patience: Span, fenced_at: Mono) -> bool {
        self.read >= fenced_at && self.read.since(self.still_since(fenced_at)) >= patience
    }

    /// When one more read can tell that it was still for so long.
    pub(crate) fn still_at(&self, patience: Span, fenced_at: Mono) -> Mono {
        self.still_since(fenced_at) + patience
    }

    /// That there is no file may be a cached lie, which hides every beat. So that counts from the fence only: whoever
    /// rules meets the claim at its next beat.
    fn still_since(&self, fenced_at: Mono) -> Mono {
        match self.content {
            Some(_) => self.changed,
            None => self.changed.max(fenced_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;
    use base::{Lsn, NodeId, PlaneId};

    const LIFE: Incarnation = Incarnation(5);
    const TERM: Term = Term(7);
    const FENCE: Mono = Mono(1_000_000);
    const T: Span = Span::secs(2);

    fn file(role: FileRole, term: u64, beat: u64) -> NodeFile {
        NodeFile {
            plane: PlaneId::new("p"),
            era: 1,
            node: NodeId::new("a"),
            incarnation: LIFE,
            uid: "u".into(),
            term: Term(term),
            follows: Term(term),
            role,
            beat,
            lease_ms: 1600,
            head: Lsn(0),
            floor: Lsn(0),
            ended: false,
            uri: String::new(),
            version: String::new(),
            priority: 0,
            home: String::new(),
            boot: String::new(),
            host: String::new(),
            at: WallMs(0),
            why: String::new(),
            orders: base::Orders::default(),
            hand_over: None,
            formats: 1,
        }
    }

    fn read(peer: &mut Option<Peer>, file: NodeFile, at: Mono) {
        let bytes = files::to_bytes(&file);
        match peer {
            None => *peer = Some(Peer::new(file, &bytes, at, WallMs(0))),
            Some(peer) => peer.saw(file, &bytes, at, WallMs(0)),
        }
    }

    fn after(span: Span) -> Mono {
        FENCE + span
    }

    #[test]
    fn a_late_standby_beat_is_no_word_on_a_term_that_its_writer_did_not_know() {
        let mut peer = None;
        read(&mut peer, file(FileRole::HotStandby, 6, 9), after(Span(1)));
        let peer = peer.unwrap();
        assert!(!peer.gave_up(TERM, LIFE, FENCE, Store::Bucket), "a put that was given up may have landed");
        assert!(
            peer.gave_up(TERM, LIFE, FENCE, Store::Folder),
            "it has not beaten CLAIMING: it meets my fence"
        );
    }

    #[test]
    fn a_standby_that_knows_of_the_term_has_given_it_up() {
        let mut peer = None;
        read(&mut peer, file(FileRole::Standby, 7, 9), after(Span(1)));
        assert!(peer.unwrap().gave_up(TERM, LIFE, FENCE, Store::Bucket));
    }

    #[test]
    fn what_was_read_before_the_fence_or_hides_a_higher_beat_says_nothing() {
        let mut peer = None;
        read(&mut peer, file(FileRole::Standby, 7, 9), Mono(10));
        assert!(!peer.as_ref().unwrap().gave_up(TERM, LIFE, FENCE, Store::Folder), "read before the fence");
        peer.as_mut().unwrap().saw_nothing(after(Span(1)));
        assert!(
            !peer.as_ref().unwrap().gave_up(TERM, LIFE, FENCE, Store::Folder),
            "absence may be a cached lie"
        );
        read(&mut peer, file(FileRole::Master, 7, 8), after(Span(2)));
        assert!(!peer.as_ref().unwrap().gave_up(TERM, LIFE, FENCE, Store::Folder), "not the highest beat");
        read(&mut peer, file(FileRole::Standby, 7, 9), after(Span(3)));
        assert!(peer.unwrap().gave_up(TERM, LIFE, FENCE, Store::Folder));
    }

    #[test]
    fn a_file_of_an_earlier_life_says_nothing_of_a_later_one() {
        let mut old = file(FileRole::Terminated, 6, 9);
        old.ended = true;
        let mut peer = None;
        read(&mut peer, old, after(Span(1)));
        let peer = peer.unwrap();
        assert!(!peer.gave_up(TERM, LIFE.next(), FENCE, Store::Folder));
        assert!(peer.gave_up(TERM, LIFE, FENCE, Store::Bucket), "the prover's word is for good");
        assert!(peer.gave_up(TERM, Incarnation(4), FENCE, Store::Bucket), "a later life has begun");
        let mut peer = None;
        read(&mut peer, file(FileRole::Master, 7, 9), after(Span(1)));
        let peer = peer.unwrap();
        assert!(peer.gave_up(TERM, Incarnation(4), FENCE, Store::Bucket), "whatever the later life does");
        assert!(!peer.gave_up(TERM, LIFE, FENCE, Store::Folder), "it is that very life");
    }

    #[test]
    fn a_file_that_is_not_there_is_still_from_the_fence_on_only() {
        let mut peer = None;
        read(&mut peer, file(FileRole::HotStandby, 6, 9), Mono(10));
        let mut peer = peer.unwrap();
        for at in [Mono(20), FENCE, after(Span::secs(1))] {
            peer.saw_nothing(at);
            assert!(!peer.was_still(T, FENCE), "a cached absence hides beats, at {at:?}");
        }
        assert_eq!(peer.still_at(T, FENCE), after(T));
        peer.saw_nothing(after(T));
        assert!(peer.was_still(T, FENCE));
    }

    #[test]
    fn stillness_is_read_not_guessed_and_a_fall_begins_it_anew() {
        let mut peer = None;
        read(&mut peer, file(FileRole::Master, 7, 9), FENCE);
        assert!(!peer.as_ref().unwrap().was_still(T, FENCE), "nothing was read since");
        read(&mut peer, file(FileRole::Master, 7, 8), after(Span::secs(1)));
        read(&mut peer, file(FileRole::Master, 7, 8), after(Span::secs(2)));
        assert!(!peer.as_ref().unwrap().was_still(T, FENCE), "a late write may have hidden a beat");
        read(&mut peer, file(FileRole::Master, 7, 8), after(Span::secs(3)));
        assert!(peer.as_ref().unwrap().was_still(T, FENCE));
        assert!(!peer.unwrap().was_still(T, after(Span::secs(4))), "not read after the fence");
    }

    #[test]
    fn who_is_gone_was_read_to_be() {
        let mut peer = None;
        read(&mut peer, file(FileRole::HotStandby, 6, 9), FENCE);
        assert!(!peer.as_ref().unwrap().was_unchanged(T), "it was read once");
        read(&mut peer, file(FileRole::HotStandby, 6, 9), after(T + Span(1)));
        assert!(peer.as_ref().unwrap().was_unchanged(T));
        read(&mut peer, file(FileRole::HotStandby, 6, 10), after(T + Span(2)));
        assert!(!peer.as_ref().unwrap().was_unchanged(T));
        let mut over = file(FileRole::HotStandby, 6, 10);
        over.ended = true;
        read(&mut peer, over, after(T + Span(3)));
        assert!(peer.as_ref().unwrap().has_ended());
        peer.as_mut().unwrap().saw_nothing(after(T + Span(4)));
        assert!(!peer.unwrap().has_ended(), "what lies there now was not read");
        let mut peer = None;
        read(&mut peer, file(FileRole::Terminated, 6, 9), FENCE);
        assert!(peer.unwrap().has_ended(), "by its own word");
    }
}
