//! `tree` and `watch`: all that is managed, once or as it changes.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::failed::Failed;
use super::look::{Look, cut, print, tone_of};
use super::session::Session;
use crate::json::{all, text};

/// What to watch.
#[derive(Debug, Args)]
pub struct Watch {
    /// One application; all of them without.
    #[arg(value_name = "APP", add = super::complete::applications())]
    application: Option<String>,
    /// How often to look, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// End after so many looks; without it, at Ctrl-C.
    #[arg(long, value_name = "N")]
    looks: Option<u64>,
}

impl Watch {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let is_live = std::io::stdout().is_terminal() && !session.look.json;
        let mut before: Vec<String> = Vec::new();
        let mut looks = 0;
        loop {
            let said = fetch(session, self.application.as_deref())?;
            if session.look.json {
                print(&format!("{said}\n"));
            } else if is_live {
                // To the top, and what stood there is cleared line by line: nothing flickers.
                let shown = trees(session.look, all(&said)).replace('\n', "\x1b[K\n");
                print(&format!("\x1b[H{shown}\x1b[J"));
            } else {
                let now: Vec<String> = trees(session.look, all(&said)).lines().map(str::to_owned).collect();
                for line in now.iter().filter(|line| !before.contains(line)) {
                    print(&format!("{}\n", line.trim_start()));
                }
                before = now;
            }
            looks += 1;
            if self.looks.is_some_and(|most| looks >= most) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_secs(self.every));
        }
    }
}

pub(super) fn tree(session: &mut Session) -> Result<(), Failed> {
    let said = fetch(session, None)?;
    session.show(&said, |look| trees(look, all(&said)));
    Ok(())
}

pub(super) fn tree_of(session: &mut Session, application: &str) -> Result<(), Failed> {
    let said = fetch(session, Some(application))?;
    session.show(&said, |look| trees(look, all(&said)));
    Ok(())
}

fn fetch(session: &mut Session, application: Option<&str>) -> Result<Value, Failed> {
    let said = session.json("/v1/applications/fetch")?;
    let Some(application) = application else { return Ok(said) };
    let is_it = |app: &&Value| text(app, "id") == application || text(app, "name") == application;
    let found: Vec<Value> = all(&said).iter().filter(is_it).cloned().collect();
    if found.is_empty() {
        return Err(Failed::refused(format!("there is no application `{application}`")));
    }
    Ok(Value::from(found))
}

fn trees(look: Look, entities: &[Value]) -> String {
    let mut out = String::new();
    branches(&mut out, look, entities, "");
    out
}

fn branches(out: &mut String, look: Look, entities: &[Value], indent: &str) {
    for (n, entity) in entities.iter().enumerate() {
        let is_last = n + 1 == entities.len();
        let is_root = indent.is_empty() && entity["parentId"].is_null();
        let (joint, below) = match (is_root, is_last) {
            (true, _) => ("", ""),
            (false, true) => ("└─ ", "   "),
            (false, false) => ("├─ ", "│  "),
        };
        let state = text(entity, "serviceState");
        let state = if state.is_empty() { "-" } else { state };
        let kind = text(entity, "type").rsplit('.').next().unwrap_or_default();
        let line = format!("{indent}{joint}{}  {kind}  {}", text(entity, "name"), text(entity, "id"));
        let room = look.width.map_or(usize::MAX, |width| width.saturating_sub(state.len() + 2));
        let line: String = cut(&line, room).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{line}  {}", look.toned(tone_of(state), state));
        let deeper = if is_root { " ".to_owned() } else { format!("{indent}{below}") };
        branches(out, look, all(&entity["children"]), &deeper);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_shows_who_is_below_whom_and_how_each_is() {
        let leaf = |name: &str| json!({ "id": name, "name": name, "type": "a.b.Leaf", "parentId": "r", "serviceState": "RUNNING" });
        let mut first = leaf("first");
        first["children"] = json!([leaf("inner")]);
        let root = json!({ "id": "r", "name": "root", "type": "a.App", "parentId": null, "serviceState": null,
            "children": [first, leaf("last")] });
        let look = Look { json: false, width: None, colours: false };
        assert_eq!(
            trees(look, &[root]),
            "root  App  r  -\n ├─ first  Leaf  first  RUNNING\n │  └─ inner  Leaf  inner  RUNNING\n └─ last  Leaf  last  \
             RUNNING\n"
        );
    }
}
