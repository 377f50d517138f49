//! `login`, `logout`, `servers`, `version`, `access`.

use std::fs;
use std::io::ErrorKind;

use clap::Args;
use client::Request;
use serde_json::{Value, json};

use super::connect::{Connect, kept_file};
use super::failed::{Code, Failed};
use super::look::{Look, print};
use super::session::{Session, done, parse};
use crate::json::text;
use crate::private_file;

const VERSION: &str = "/v1/server/version";

/// Into what.
#[derive(Debug, Args)]
pub struct Login {
    /// The servers, as with --server.
    #[arg(id = "into", value_name = "URL")]
    servers: Vec<String>,
}

impl Login {
    pub(super) fn run(self, mut connect: Connect) -> Result<(), Failed> {
        if !self.servers.is_empty() {
            connect.servers = self.servers;
        }
        login(&connect)
    }
}

/// Sees whether the servers let the user in, and only then remembers it.
fn login(connect: &Connect) -> Result<(), Failed> {
    let (keep, client) = connect.to_keep()?;
    let (server, answer) = client.ask_any(&Request::get(VERSION))?;
    let said = parse(&done(answer)?)?;
    let path = kept_file();
    let whole = json!(keep).to_string();
    private_file::write(&path, whole.as_bytes())
        .map_err(|e| Failed::refused(format!("{}: {e}", path.display())))?;
    let look = Look::of_stdout(connect.json);
    if look.json {
        print(&format!(
            "{}\n",
            json!({ "server": server.as_str(), "version": said["version"], "kept": path })
        ));
    } else {
        print(&format!(
            "logged in to {server}, release {}; kept in {}\n",
            text(&said, "version"),
            path.display()
        ));
    }
    Ok(())
}

pub(super) fn logout() -> Result<(), Failed> {
    let path = kept_file();
    match fs::remove_file(&path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Failed::refused(format!("{}: {e}", path.display()))),
        _ => Ok(()),
    }
}

/// Each server that is known, and what it says of itself.
pub(super) fn servers(session: &mut Session) -> Result<(), Failed> {
    // So that further servers are learnt, and the master.
    let found = session.client.send(&Request::get(VERSION));
    let master = session.client.master().cloned();
    let mut rows = Vec::new();
    for server in session.client.servers() {
        let (state, why) = match session.client.send_to(&server, &Request::get("/v1/server/ha/state")) {
            Ok(answer) if answer.is_success() => (answer.text().trim_matches('"').to_owned(), String::new()),
            Ok(answer) => (String::new(), Failed::of_answer(&answer).why),
            Err(failure) => (String::new(), failure.to_string()),
        };
        rows.push((server, state, why));
    }
    let said: Vec<Value> = rows
        .iter()
        .map(|(server, state, why)| {
            json!({ "server": server.as_str(), "state": state, "master": Some(server) == master.as_ref(), "trouble": why })
        })
        .collect();
    session.show(&json!(said), |look| {
        let cells = |(server, state, why): &(client::ServerUrl, String, String)| {
            let state = if state.is_empty() { "-" } else { state };
            vec![server.to_string(), state.to_owned(), why.clone()]
        };
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        look.table(&["SERVER", "STATE", "TROUBLE"], &rows)
    });
    match found {
        Ok(answer) => done(answer).map(|_| ()),
        Err(gave_up) => Err(Failed { code: Code::Unreachable, why: gave_up.to_string() }),
    }
}

pub(super) fn version(session: &mut Session) -> Result<(), Failed> {
    let said = session.json(VERSION)?;
    session.show(&said, |_| format!("{}\n", text(&said, "version")));
    Ok(())
}

pub(super) fn access(session: &mut Session) -> Result<(), Failed> {
    let said = session.json("/v1/access")?;
    session.show(&said, |look| {
        let allowed = said["locationProvisioningAllowed"] == Value::Bool(true);
        look.card(&[("Provisioning allowed", allowed.to_string())])
    });
    Ok(())
}
