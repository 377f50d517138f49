//! `tree` and `watch`: all that is managed, once or as it changes.

use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::failed::Failed;
use super::look::{print, rows_of_stdout};
use super::session::Session;
use super::trees;
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
                // To the top, and what stood there is cleared line by line: nothing flickers. The last line has no
                // end, or a full screen would scroll.
                let rows = rows_of_stdout().unwrap_or(usize::MAX);
                let shown = trees::fitted(session.look, all(&said), rows).replace('\n', "\x1b[K\n");
                print(&format!("\x1b[H{shown}\x1b[K\x1b[J"));
            } else {
                let now: Vec<String> =
                    trees::whole(session.look, all(&said)).lines().map(str::to_owned).collect();
                for line in now.iter().filter(|line| !before.contains(line)) {
                    print(&format!("{}\n", line.trim_start()));
                }
                before = now;
            }
            looks += 1;
            if self.looks.is_some_and(|most| looks >= most) {
                if is_live {
                    print("\n");
                }
                return Ok(());
            }
            std::thread::sleep(Duration::from_secs(self.every));
        }
    }
}

pub(super) fn tree(session: &mut Session) -> Result<(), Failed> {
    let said = fetch(session, None)?;
    session.show(&said, |look| trees::whole(look, all(&said)));
    Ok(())
}

pub(super) fn tree_of(session: &mut Session, application: &str) -> Result<(), Failed> {
    let said = fetch(session, Some(application))?;
    session.show(&said, |look| trees::whole(look, all(&said)));
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
