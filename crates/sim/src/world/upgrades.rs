//! A rolling upgrade: servers of the release before, which read the first record format alone, are replaced by those of
//! this release one after the other, whenever they start anew. What the log is written in may rise only when it hurts
//! nobody who lives.

use base::Span;
use ha::record::{self, FIRST_FORMAT, FORMAT};
use ha::verbs::{Answer, Verb};
use node::interface::Input;

use super::{Event, World};
use crate::check::Rule;

/// Which release a server is of, and since when and until when its beats of this life reached the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Release {
    /// The newest record format that it reads.
    pub(super) formats: u32,
    beats: Option<(u64, u64)>,
}

impl Release {
    /// What a world's servers begin with.
    pub(super) fn first(upgrade: bool) -> Release {
        Release { formats: if upgrade { FIRST_FORMAT } else { FORMAT }, beats: None }
    }

    pub(super) fn is_earlier(&self) -> bool {
        self.formats < FORMAT
    }
}

/// A beat is not older than this when the next one comes, with all that a store needs.
const FRESH: u64 = Span::secs(12).0;

impl World {
    /// This server is of this release from its next start on.
    pub(crate) fn upgrade(&mut self, node: usize) {
        self.servers[node].release.formats = FORMAT;
    }

    /// This server is of the release before from its next start on.
    pub(crate) fn earlier(&mut self, node: usize) {
        self.servers[node].release.formats = FIRST_FORMAT;
    }

    /// Whether the log is written in this release's format by now.
    pub(crate) fn is_switched(&self) -> bool {
        self.switched_at.is_some()
    }

    /// Somebody rolls the upgrade on: the next server is stopped, and starts as one of this release. When all are, the
    /// plane is left alone for once.
    pub(super) fn roll(&mut self) {
        let Some(node) = self.servers.iter().position(|s| s.up && s.release.is_earlier()) else { return };
        if self.rng.one_in(3) {
            return;
        }
        if self.servers.len() > 2 && self.rng.one_in(4) {
            // Forgotten until the storm is over.
            self.note(|w| format!("{} is switched off", w.servers[node].id));
            return self.down(node);
        }
        self.count("servers upgraded");
        self.note(|w| format!("{} is stopped to be upgraded", w.servers[node].id));
        self.upgrade(node);
        self.step(node, Input::Stop);
    }

    /// A server starts: now and then somebody has put this release in the place of the one before. After the storm,
    /// whoever could not go on gets it.
    pub(super) fn starts_with_release(&mut self, node: usize) {
        let server = &mut self.servers[node];
        server.release.beats = None;
        if self.draw.upgrade && server.release.is_earlier() && server.life > 1 {
            let due = if self.stormy { self.rng.one_in(3) } else { self.switched_at.is_some() };
            if due {
                self.count(if self.stormy {
                    "servers upgraded"
                } else {
                    "servers that slept over a new format"
                });
                self.upgrade(node);
            }
        }
    }

    /// Calm: whoever refuses to go on is upgraded as well.
    pub(super) fn upgrade_the_refused(&mut self) {
        for node in 0..self.servers.len() {
            if self.draw.upgrade && self.is_switched() && self.servers[node].release.is_earlier() {
                self.down(node);
                self.put(self.now + 1000, Event::Restart { node });
            }
        }
    }

    /// A request has taken effect: beats are kept in mind, and the first record of a new format is judged.
    pub(super) fn note_release(&mut self, node: usize, verb: &Verb, answer: &Answer) {
        match (verb, answer) {
            (Verb::PutOwn { name, .. }, Answer::Done) if ha::names::is_node(name) => {
                let (now, calm) = (self.now, self.draw.format_calm.0);
                let beats = &mut self.servers[node].release.beats;
                // Who was silent for as long as that had gone, and comes anew.
                let goes_on = beats.filter(|(_, last)| now - *last < calm);
                *beats = Some((goes_on.map_or(now, |(first, _)| first), now));
            }
            (Verb::Create { name, bytes }, Answer::Created | Answer::Unknown(_))
                if name.as_str().starts_with("log/") && self.switched_at.is_none() =>
            {
                let Some(lsn) = ha::names::number(name.leaf(), ".json") else { return };
                let read = record::decode(base::Lsn(lsn), bytes).ok();
                if read.and_then(|r| r.header).is_some_and(|h| h.format == FORMAT)
                    && self.store.truth().contains_key(name)
                {
                    self.switched(lsn);
                }
            }
            _ => {}
        }
    }

    fn switched(&mut self, lsn: u64) {
        self.switched_at = Some(self.now);
        if self.draw.upgrade {
            self.count("formats switched");
        }
        self.note(|_| format!("record {lsn} is the first of format {FORMAT}"));
        let known_since = self.now.saturating_sub(self.draw.format_calm.0 * 2);
        let hurt = self.servers.iter().find(|s| {
            let heard = s
                .release
                .beats
                .is_some_and(|(first, last)| first < known_since && self.now.saturating_sub(last) < FRESH);
            s.up && s.release.is_earlier() && heard
        });
        if let Some(server) = hurt {
            let text =
                format!("record {lsn} is written in format {FORMAT}, and {} cannot read it", server.id);
            self.checker.wrong(Rule::Format, text);
        }
    }
}
