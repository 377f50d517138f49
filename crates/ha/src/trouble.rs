//! Trouble with the store: said once in each of its forms, and again when it is over.

use base::{Mono, Span};

use crate::input::Level;
use crate::state::Ha;
use crate::verbs::{Fault, FaultKind};

/// How many different texts are said of one trouble.
const TROUBLES_SAID_MAX: usize = 8;

/// The store fails at things.
pub(crate) struct Trouble {
    pub(crate) since: Mono,
    pub(crate) last: Mono,
    pub(crate) text: String,
    /// Whether it had no room when it was last asked to write.
    pub(crate) is_full: bool,
    said: Vec<String>,
}

impl Ha {
    /// The store failed at something; each text is said once while the trouble lasts.
    pub(crate) fn note_trouble(&mut self, what: &str, why: &str) {
        let text = format!("{what}: {why}");
        let now = self.now();
        let trouble = self.trouble.get_or_insert_with(|| Trouble {
            since: now,
            last: now,
            text: String::new(),
            is_full: false,
            said: Vec::new(),
        });
        trouble.last = now;
        trouble.text.clone_from(&text);
        if trouble.said.len() < TROUBLES_SAID_MAX && !trouble.said.contains(&text) {
            trouble.said.push(text.clone());
            self.say(Level::Warn, format!("the store gives trouble: {text}"));
        }
    }

    /// The store failed to write something that a reign needs.
    pub(crate) fn note_unwritten(&mut self, what: &str, fault: &Fault) {
        self.note_trouble(what, &fault.text);
        if let Some(trouble) = &mut self.trouble {
            trouble.is_full = fault.kind == FaultKind::Full;
        }
    }

    /// Whether the store has no room, as far as is known.
    pub(crate) fn store_is_full(&self) -> bool {
        self.trouble.as_ref().is_some_and(|t| t.is_full)
    }

    /// The store has answered. The trouble is over when it has failed at nothing for a while.
    pub(crate) fn trouble_over(&mut self) {
        let now = self.now();
        if let Some(trouble) = self.trouble.take_if(|t| now.since(t.last) >= Span::secs(2)) {
            let lasted = trouble.last.since(trouble.since);
            self.say(Level::Info, format!("the store answers again; there was trouble for {lasted}"));
        }
    }
}
