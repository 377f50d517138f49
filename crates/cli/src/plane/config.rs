//! `config`: show all, show one, set one.

use clap::{Args, Subcommand};
use client::Request;
use serde_json::Value;

use super::entity::{must_exist, values};
use super::failed::Failed;
use super::look::value;
use super::session::{Place, Session};

/// A configuration key, and what of it.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// The key; all of them without one.
    key: Option<String>,
    #[command(subcommand)]
    set: Option<Change>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Set it. What is no JSON is taken as text.
    Set {
        /// The new value.
        value: String,
    },
}

impl ConfigArgs {
    pub(super) fn run(self, session: &mut Session, place: &Place) -> Result<(), Failed> {
        match (self.key, self.set) {
            (None, None) => {
                let said = session.json(&format!("{}/config/current-state", place.path()))?;
                session.show(&said, |look| values(look, "KEY", &said));
            }
            (Some(key), None) => {
                let said = session.json(&place.below("config", &key))?;
                if said.is_null() {
                    must_exist(session, place, "config key", "config", &key)?;
                }
                session.show(&said, |_| format!("{}\n", value(&said)));
            }
            (Some(key), Some(Change::Set { value })) => {
                let body = as_json(&value).to_string();
                session.send(&Request::post(place.below("config", &key), "application/json", body))?;
            }
            (None, Some(_)) => return Err(Failed::usage("which key? ... config KEY set VALUE")),
        }
        Ok(())
    }
}

/// People write `set hello` as well as `set '{"a": 1}'`.
fn as_json(word: &str) -> Value {
    serde_json::from_str(word).unwrap_or_else(|_| Value::from(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_json_is_text() {
        for (word, meant) in [
            ("hello", json!("hello")),
            ("\"5\"", json!("5")),
            ("5", json!(5)),
            ("true", json!(true)),
            ("{\"a\":[1]}", json!({ "a": [1] })),
            ("{a}", json!("{a}")),
        ] {
            assert_eq!(as_json(word), meant, "{word}");
        }
    }
}
