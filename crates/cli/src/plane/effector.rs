//! `effector`: list, and have an entity do something.

use std::fs;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::entity::print_line;
use super::failed::Failed;
use super::look::value;
use super::progress;
use super::session::{Place, Session, parse};
use crate::json::{all, text};

/// An effector may take its time; a day is the longest that its answer is waited for.
const LONGEST: Duration = Duration::from_hours(24);

/// Something that an entity can do, and whether it should.
#[derive(Debug, Args)]
pub(super) struct EffectorArgs {
    /// Its name; all of them without one.
    #[arg(add = super::complete::effectors())]
    name: Option<String>,
    #[command(subcommand)]
    invoke: Option<Do>,
}

#[derive(Debug, Subcommand)]
enum Do {
    /// Have it done.
    Invoke(Invoke),
}

/// With what, and how long to wait.
#[derive(Debug, Args)]
pub(super) struct Invoke {
    /// A parameter; `NAME=@FILE` takes what is in a file.
    #[arg(short = 'P', long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// How long to wait for the result, such as 5s; then the task is shown, which goes on. Without it, to the end.
    #[arg(long, value_name = "TIME")]
    timeout: Option<String>,
    /// Do not wait: show the task.
    #[arg(long, conflicts_with = "timeout")]
    detach: bool,
}

impl EffectorArgs {
    pub(super) fn run(self, session: &mut Session, place: &Place) -> Result<(), Failed> {
        match (self.name, self.invoke) {
            (Some(name), Some(Do::Invoke(invoke))) => invoke.run(session, place, &name),
            (None, Some(_)) => Err(Failed::usage("which effector? ... effector NAME invoke")),
            (name, None) => list(session, place, name.as_deref()),
        }
    }
}

fn list(session: &mut Session, place: &Place, name: Option<&str>) -> Result<(), Failed> {
    let said = session.json(&format!("{}/effectors", place.path()))?;
    let chosen: Vec<Value> =
        all(&said).iter().filter(|e| name.is_none_or(|name| text(e, "name") == name)).cloned().collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        return Err(Failed::refused(format!("{}: it has no effector `{name}`", place.entity)));
    }
    let said = Value::from(chosen);
    session.show(&said, |look| {
        let row = |effector: &Value| {
            let parameters: Vec<&str> =
                all(&effector["parameters"]).iter().map(|p| text(p, "name")).collect();
            vec![
                text(effector, "name").to_owned(),
                parameters.join(" "),
                text(effector, "description").to_owned(),
            ]
        };
        look.table(&["NAME", "PARAMETERS", "DESCRIPTION"], &all(&said).iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

impl Invoke {
    pub(super) fn run(self, session: &mut Session, place: &Place, effector: &str) -> Result<(), Failed> {
        let fields =
            parameters(&self.parameters, |file| fs::read_to_string(file).map_err(|e| e.to_string()))?;
        // The task is asked for first and then watched: so nothing hangs on one connection for hours.
        let waits = self.timeout.is_none() && !self.detach;
        let timeout = self.timeout.as_deref().unwrap_or("0ms");
        let query = super::session::form(&[("timeout".to_owned(), timeout.to_owned())]);
        let path = format!("{}?{query}", place.below("effectors", effector));
        let answer = session.post_form(&path, &fields, Some(LONGEST))?;
        // One that ended at once answers with its result, which may be nothing, in the same words.
        let is_task =
            answer.status == 202 && parse(&answer).is_ok_and(|said| said["currentStatus"].is_string());
        if is_task && waits {
            let task = parse(&answer)?;
            let ended = progress::watch(session, &task)?;
            let result = &ended["result"];
            session.show(&ended, |_| {
                if result.is_null() {
                    String::new()
                } else {
                    format!("{}\n", value(result).trim_end_matches('\n'))
                }
            });
        } else if is_task {
            let task = parse(&answer)?;
            session.show(&task, |look| super::activity::card(look, &task));
        } else {
            print_line(&answer.text());
        }
        Ok(())
    }
}

/// `NAME=VALUE` and `NAME=@FILE`.
fn parameters(
    given: &[String],
    read: impl Fn(&str) -> Result<String, String>,
) -> Result<Vec<(String, String)>, Failed> {
    let mut fields = Vec::new();
    for word in given {
        let (name, value) = word
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| Failed::usage(format!("--param {word}: it needs NAME=VALUE")))?;
        let value = match value.strip_prefix('@') {
            Some(file) => read(file).map_err(|e| Failed::usage(format!("--param {name}=@{file}: {e}")))?,
            None => value.to_owned(),
        };
        fields.push((name.to_owned(), value));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_whole_or_the_line_is_refused() {
        let read =
            |file: &str| if file == "f" { Ok("of f".to_owned()) } else { Err("no such file".to_owned()) };
        let given =
            |words: &[&str]| parameters(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), read);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(given(&["a=1=2", "b=@f"]).unwrap(), [pair("a", "1=2"), pair("b", "of f")]);
        for (word, why) in
            [("a", "--param a: it needs"), ("=1", "it needs"), ("a=@nope", "a=@nope: no such file")]
        {
            assert!(given(&[word]).unwrap_err().why.contains(why), "{word}");
        }
    }
}
