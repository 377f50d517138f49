//! Silence is what was read: whoever claims for want of a sign of life has been shown, by the store, that there was none for
//! so long. Neither nudges nor a store that was away make it longer.

use std::collections::BTreeMap;

use base::{Incarnation, Span};
use ha::files::{self, FileRole, NodeFile};
use ha::names;
use ha::verbs::{Answer, Name, OpId, Verb};

use super::World;
use crate::check::Rule;

/// What a server was shown of the others' files.
#[derive(Default)]
pub(super) struct Silences {
    asked: BTreeMap<OpId, Name>,
    of: BTreeMap<Name, Silence>,
}

/// Which beat of which life.
type Beat = (Incarnation, u64);

/// How long one file has shown no new sign of life.
#[derive(Default)]
struct Silence {
    newest: Option<Beat>,
    read_at: Option<u64>,
    lasted: u64,
}

impl Silence {
    /// It was read again. No two reads tell of more than `most` between them.
    fn read(&mut self, now: u64, shown: Option<(Beat, bool)>, most: u64) {
        // A late write shows an older beat, also one of an earlier life: no sign of life.
        let newer = shown.filter(|(beat, _)| Some(*beat) > self.newest);
        self.newest = newer.map(|(beat, _)| beat).or(self.newest);
        if newer.is_some_and(|(_, rules)| rules) {
            self.lasted = 0;
        } else if let Some(before) = self.read_at {
            self.lasted += (now - before).min(most);
        }
        self.read_at = Some(now);
    }
}

/// A beat, and whether it is one of a server that rules or is about to.
fn shown(bytes: &[u8]) -> Option<(Beat, bool)> {
    let file = files::from_bytes::<NodeFile>(bytes).ok()?;
    let rules = matches!(file.role, FileRole::Master | FileRole::Claiming) && !file.ended;
    Some(((file.incarnation, file.beat), rules))
}

impl World {
    pub(super) fn asks_store(&mut self, node: usize, op: OpId, verb: &Verb) {
        if let Verb::Read { name } = verb
            && self.draw.link
            && names::is_node(name)
        {
            self.servers[node].silences.asked.insert(op, name.clone());
        }
    }

    pub(super) fn is_shown(&mut self, node: usize, op: OpId, answer: &Answer) {
        let Some(name) = self.servers[node].silences.asked.remove(&op) else { return };
        let Answer::Content(found) = answer else { return };
        let (now, most) = (self.now, self.look_period().0 * 2);
        let silence = self.servers[node].silences.of.entry(name).or_default();
        silence.read(now, found.as_deref().and_then(shown), most);
    }

    /// A claim of a server that has read a sign of life too short a while ago.
    pub(super) fn check_silence(&mut self, node: usize, text: &str) {
        let Some((_, rest)) = text.split_once("no sign of life of ").filter(|_| text.starts_with("claiming"))
        else {
            return;
        };
        let owner = rest.split(' ').next().unwrap_or_default();
        let name = names::node(&base::NodeId::new(owner));
        let of = name.and_then(|name| self.servers[node].silences.of.get(&name));
        let Some(lasted) = of.map(|silence| Span(silence.lasted)) else { return };
        // Its clock may be fast, and its rounds end some time after their reads.
        let least = self.draw.timeout.scaled(8, 9) - self.look_period() * 3;
        if lasted < least {
            let id = &self.servers[node].id;
            let text = format!("{id} has read of {lasted} of silence, and claims: {text}");
            self.checker.wrong(Rule::Silent, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_added_up_from_reads_and_ended_by_a_sign() {
        let beat = |life, n, rules| Some(((Incarnation(life), n), rules));
        let mut silence = Silence::default();
        for (at, shown, lasted) in [
            (10, beat(1, 1, true), 0),
            (20, beat(1, 1, true), 10),
            // The store was away, or nobody asked.
            (900, beat(1, 1, true), 60),
            // A late write hides a beat, which is no sign, and neither is a file that is not there.
            (910, beat(1, 0, true), 70),
            (920, None, 80),
            (921, None, 81),
            (930, beat(1, 2, true), 0),
            // It was started anew and stands by; a late write shows its life before.
            (940, beat(2, 1, false), 10),
            (950, beat(1, 3, true), 20),
            (960, beat(2, 2, true), 0),
        ] {
            silence.read(at, shown, 50);
            assert_eq!(silence.lasted, lasted, "at {at}");
        }
    }
}
