//! One type for each kind of id, so that a term is never taken for a slot.

use std::fmt;
use std::sync::Arc;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::rng::Rng;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The one that follows.
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// A reign: whoever creates `terms/N` owns term N. 0 means "no term yet".
    Term
);
number_id!(
    /// The number of a log record (log sequence number, also called slot). 0 means "before the first".
    Lsn
);
number_id!(
    /// Counts the lives of one node; each start takes a higher one.
    Incarnation
);

/// Reads a text straight into where it is shared: ids stand in every key of the state, and are cloned much more often
/// than they are made.
struct Text;

impl Visitor<'_> for Text {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Arc<str>, E> {
        Ok(text.into())
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a text from a file or the wire as it is; what it must look like is its reader's rule.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(Text).map(Self)
            }
        }
    };
}

text_id!(
    /// A server of the plane: 8 letters and digits, kept over restarts.
    NodeId
);
text_id!(
    /// A plane: 8 letters and digits, made once by its first server.
    PlaneId
);
text_id!(
    /// An entity or application: 10 lower-case letters and digits, a letter first.
    EntityId
);
text_id!(
    /// A policy, enricher or feed of an entity: 10 lower-case letters and digits, a letter first.
    AdjunctId
);
text_id!(
    /// A task (activity): 8 letters and digits, a letter first.
    TaskId
);

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn draw(rng: &mut Rng, alphabet: &[u8], letters: usize, len: usize) -> Arc<str> {
    let text: String = (0..len)
        .map(|i| {
            let choices = if i == 0 { letters } else { alphabet.len() };
            char::from(alphabet[rng.below(choices as u64) as usize])
        })
        .collect();
    text.into()
}

impl EntityId {
    /// Draws a new id. Brooklyn's clients expect its length and alphabet (`brooklyn-rest-api.md` 2.12).
    pub fn draw(rng: &mut Rng) -> Self {
        Self(draw(rng, LOWER, 26, 10))
    }
}

impl AdjunctId {
    /// Draws a new id.
    pub fn draw(rng: &mut Rng) -> Self {
        Self(draw(rng, LOWER, 26, 10))
    }
}

impl TaskId {
    /// Draws a new id.
    pub fn draw(rng: &mut Rng) -> Self {
        Self(draw(rng, MIXED, 52, 8))
    }
}

impl NodeId {
    /// Draws a new id.
    pub fn draw(rng: &mut Rng) -> Self {
        Self(draw(rng, MIXED, 52, 8))
    }
}

impl PlaneId {
    /// Draws a new id.
    pub fn draw(rng: &mut Rng) -> Self {
        Self(draw(rng, MIXED, 52, 8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_ids_have_the_shape_that_clients_expect() {
        let mut rng = Rng::from_seed(7);
        for _ in 0..1000 {
            let id = EntityId::draw(&mut rng);
            assert_eq!(id.as_str().len(), 10);
            assert!(id.as_str().starts_with(|c: char| c.is_ascii_lowercase()));
            assert!(id.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
            assert!(NodeId::draw(&mut rng).as_str().starts_with(|c: char| c.is_ascii_alphabetic()));
        }
    }
}
