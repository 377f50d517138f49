//! What a shell offers while a line is typed: the names that the plane has at that moment. Nothing is said when no
//! server answers soon; a shell would show it in the middle of the line.

use std::ffi::OsStr;
use std::time::Duration;

use clap::Parser;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use serde_json::Value;

use super::connect::Connect;
use super::session::{Place, Session};
use crate::json::{all, text};

/// Somebody waits for each key.
const WITHIN: Duration = Duration::from_millis(1500);

/// The words that reach a plane, in whatever stands on the line so far.
#[derive(Debug, Parser)]
#[command(ignore_errors = true, disable_help_flag = true)]
struct Reach {
    #[command(flatten)]
    connect: Connect,
}

/// Of applications.
pub(super) fn applications() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        offer(typed, |session, _| Some(named(&session.json("/v1/applications").ok()?, true)))
    })
}

/// Of entities of the application that stands on the line.
pub(super) fn entities() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        offer(typed, |session, line| {
            let path = format!("{}/entities", api::paths::application(&place(line)?.application));
            Some(named(&session.json(&path).ok()?, false))
        })
    })
}

/// Of sensors of the entity that stands on the line.
pub(super) fn sensors() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| offer(typed, |session, line| of_entity(session, line, "sensors")))
}

/// Of effectors of the entity that stands on the line.
pub(super) fn effectors() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        offer(typed, |session, line| of_entity(session, line, "effectors"))
    })
}

/// A name and what it is.
type Offered = Vec<(String, String)>;

fn offer(
    typed: &OsStr,
    find: impl Fn(&mut Session, &[String]) -> Option<Offered>,
) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let line = line();
    let found = session(&line).and_then(|mut session| find(&mut session, &line)).unwrap_or_default();
    // A name that two have says nothing, and would be offered twice.
    let mut found = found;
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    let fits = found.into_iter().filter(|(name, _)| name.starts_with(typed.as_ref()));
    fits.map(|(name, what)| CompletionCandidate::new(name).help(Some(what.into()))).collect()
}

/// The words that were typed: the shell hands them over after `--`.
fn line() -> Vec<String> {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    words.skip_while(|word| word != "--").skip(1).collect()
}

fn session(line: &[String]) -> Option<Session> {
    let reach = Reach::try_parse_from(line).ok()?;
    // A question for the password would stand in the middle of the line.
    if !reach.connect.has_password() {
        return None;
    }
    let client = reach.connect.client_within(WITHIN).ok()?;
    Some(Session { client, look: super::look::Look::of_stdout(true) })
}

fn named(said: &Value, is_application: bool) -> Offered {
    let name = |of: &Value| {
        let (name, kind) = if is_application {
            (text(&of["spec"], "name"), text(of, "status"))
        } else {
            (text(of, "name"), text(of, "type").rsplit('.').next().unwrap_or_default())
        };
        (name.to_owned(), kind.to_owned())
    };
    all(said).iter().map(name).filter(|(name, _)| !name.is_empty()).collect()
}

fn of_entity(session: &mut Session, line: &[String], what: &str) -> Option<Offered> {
    let said = session.json(&format!("{}/{what}", place(line)?.path())).ok()?;
    let name = |of: &Value| (text(of, "name").to_owned(), text(of, "description").to_owned());
    Some(all(&said).iter().map(name).collect())
}

/// The application and the entity that stand on the line.
fn place(line: &[String]) -> Option<Place> {
    let after = |words: &[&str]| {
        let at = line.iter().position(|word| words.contains(&word.as_str()))?;
        line.get(at + 1).cloned()
    };
    let application = after(&["application", "app", "a", "applications", "apps"])?;
    let entity = after(&["entity", "ent", "e", "entities", "ents"]).unwrap_or_else(|| application.clone());
    Some(Place { application, entity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_what_stands_on_the_line() {
        let line: Vec<String> = "brownstone app shop ent web sensor".split(' ').map(str::to_owned).collect();
        let found = place(&line).unwrap();
        assert_eq!((found.application.as_str(), found.entity.as_str()), ("shop", "web"));
        assert_eq!(place(&line[..3]).unwrap().entity, "shop");
        assert!(place(&line[..1]).is_none());
    }
}
