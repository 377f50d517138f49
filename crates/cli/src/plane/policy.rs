//! `policy`: list, show the configuration of one, have it act, rest or go.

use clap::{Args, Subcommand};
use client::Request;
use serde_json::Value;

use super::failed::Failed;
use super::look::value;
use super::session::{Place, Session};
use crate::json::{all, text};

/// A policy, and what of it.
#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// Its id or name; all of them without one.
    policy: Option<String>,
    #[command(subcommand)]
    what: Option<Change>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Change {
    /// Have it act again.
    Start,
    /// Have it rest.
    Stop,
    /// Take it away from the entity.
    Destroy,
}

impl PolicyArgs {
    pub(super) fn run(self, session: &mut Session, place: &Place) -> Result<(), Failed> {
        match (self.policy, self.what) {
            (None, None) => list(session, place),
            (Some(policy), None) => config(session, &place.below("policies", &policy)),
            (None, Some(_)) => Err(Failed::usage("which policy? ... policy ID start|stop|destroy")),
            (Some(policy), Some(change)) => {
                let word = match change {
                    Change::Start => "start",
                    Change::Stop => "stop",
                    Change::Destroy => "destroy",
                };
                let path = format!("{}/{word}", place.below("policies", &policy));
                session.send(&Request::post(path, "application/json", "")).map(|_| ())
            }
        }
    }
}

fn list(session: &mut Session, place: &Place) -> Result<(), Failed> {
    let said = session.json(&format!("{}/policies", place.path()))?;
    session.show(&said, |look| {
        let row = |policy: &Value| ["id", "name", "state"].map(|name| text(policy, name).to_owned()).to_vec();
        look.table(&["ID", "NAME", "STATE"], &all(&said).iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

fn config(session: &mut Session, policy: &str) -> Result<(), Failed> {
    let keys = session.json(&format!("{policy}/config"))?;
    let values = session.json(&format!("{policy}/config/current-state"))?;
    session.show(&values, |look| {
        let row = |key: &Value| {
            let name = text(key, "name");
            vec![name.to_owned(), value(&values[name]), text(key, "description").to_owned()]
        };
        look.table(&["KEY", "VALUE", "DESCRIPTION"], &all(&keys).iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}
