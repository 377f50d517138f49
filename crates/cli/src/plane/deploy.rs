//! `deploy`: an application of a blueprint, and how its start goes on.

use clap::Args;
use client::Request;

use super::failed::Failed;
use super::progress;
use super::session::{Session, parse};
use crate::json::text;

/// A blueprint to deploy.
#[derive(Debug, Args)]
pub struct Deploy {
    /// A file, an address, or `-` for what is piped in.
    #[arg(value_name = "FILE|URL|-", value_hint = clap::ValueHint::FilePath)]
    blueprint: String,
    /// Do not wait for the end of the start.
    #[arg(long)]
    detach: bool,
}

impl Deploy {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let body = crate::br::read_resource(&self.blueprint).map_err(Failed::usage)?;
        let answer = session.send(&Request::post("/v1/applications", "application/x-yaml", body))?;
        let task = parse(&answer)?;
        let (id, name) = (text(&task, "entityId").to_owned(), text(&task, "entityDisplayName").to_owned());
        if self.detach {
            session.show(&task, |look| {
                look.card(&[("Id", id), ("Name", name), ("Task", text(&task, "id").to_owned())])
            });
            return Ok(());
        }
        if !session.look.json {
            eprintln!("{name} ({id})");
        }
        let ended = progress::watch(session, &task)?;
        session.show(&ended, |_| format!("{name} is deployed: brownstone application {id}\n"));
        Ok(())
    }
}
