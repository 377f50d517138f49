//! `log level`: how much a server logs, and changing it while it runs.

use clap::{Args, Subcommand};
use client::Request;
use serde_json::{Map, Value, json};

use super::failed::Failed;
use super::ha::{ANY_SERVER, Which};
use super::session::{Session, done, parse};

/// The log of a server.
#[derive(Debug, Subcommand)]
pub enum Log {
    /// Show from which level on each server logs, or change that until it ends; --node means one of them.
    Level(super::With<Level>),
}

/// Levels to set.
#[derive(Debug, Args)]
pub struct Level {
    /// LEVEL for all of Brownstone, or TARGET=LEVEL, such as `brownstone_server::http=TRACE` (`*` is the libraries).
    /// Levels are OFF, ERROR, WARN, INFO, DEBUG and TRACE; `default` takes a level back.
    #[arg(value_name = "[TARGET=]LEVEL")]
    levels: Vec<String>,
    #[command(flatten)]
    which: Which,
}

impl Log {
    pub(super) fn run(self) -> Result<(), Failed> {
        match self {
            Log::Level(with) => with.run(Level::run),
        }
    }
}

impl Level {
    fn run(self, session: &mut Session) -> Result<(), Failed> {
        let servers =
            if self.which.is_said() { vec![self.which.server(session)?] } else { session.client.servers() };
        let path = api::paths::LOG_LEVELS;
        let request = if self.levels.is_empty() {
            Request::get(path)
        } else {
            Request::post(path, "application/json", changes(&self.levels).to_string())
        };
        let request = request.header(ANY_SERVER, "true");
        let (mut told, mut rows) = (Vec::new(), Vec::new());
        for server in servers {
            let answer = session.client.send_to(&server, &request).map_err(Failed::from);
            let said = answer
                .and_then(done)
                .and_then(|answer| parse(&answer))
                .map_err(|failed| Failed { why: format!("{server}: {}", failed.why), ..failed })?;
            let level = |(target, level): (&String, &Value)| {
                vec![server.to_string(), target.clone(), level.as_str().unwrap_or_default().to_owned()]
            };
            rows.extend(said.as_object().into_iter().flatten().map(level));
            told.push(json!({ "server": server.as_str(), "levels": said }));
        }
        session.show(&Value::from(told), |look| look.table(&["SERVER", "TARGET", "LEVEL"], &rows));
        Ok(())
    }
}

/// What the words ask for, as the server takes it.
fn changes(words: &[String]) -> Value {
    let change = |word: &String| {
        let (target, level) = word.split_once('=').unwrap_or(("brownstone", word));
        let level = (!level.eq_ignore_ascii_case("default")).then(|| level.to_owned());
        (target.to_owned(), Value::from(level))
    };
    words.iter().map(change).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_alone_is_that_of_brownstone() {
        let words = ["debug", "*=WARN", "brownstone_ha=default"].map(str::to_owned);
        assert_eq!(changes(&words), json!({ "brownstone": "debug", "*": "WARN", "brownstone_ha": null }));
    }
}
