//! `ha`: who is who in the plane, and who should be.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use client::{Request, ServerUrl};
use serde_json::{Value, json};

use super::chair::{self, Pause, Resume, Switchover, Terms};
use super::check::{self, Check};
use super::drill::Drill;
use super::failed::{Code, Failed};
use super::look::Look;
use super::session::{Session, done, form, parse};
use super::{Nothing, With};
use crate::json::{all, text};

/// What may be asked of a server that is no master, too.
pub(super) const ANY_SERVER: &str = "Brooklyn-Allow-Non-Master-Access";
const STATES: &str = "/v1/server/ha/states";
const FORM: &str = "application/x-www-form-urlencoded";

/// High availability.
#[derive(Debug, Subcommand)]
pub enum Ha {
    /// Show all servers of the plane: what they are, and what is wrong.
    Status(With<Nothing>),
    /// Show `ha/states` as Brooklyn has it.
    States(With<Nothing>),
    /// Show what a server is, or have it be something else.
    Mode(With<Mode>),
    /// Show or set a server's priority in elections.
    Priority(With<Priority>),
    /// Forget servers that are gone.
    Clear(With<Clear>),
    /// Save the state, at one position of the log, as a zip.
    Export(With<Export>),
    /// Merge a state that was saved into the plane: what is there already stays as it is.
    Import(With<Import>),
    /// Make another server master: now, or at a time.
    Switchover(With<Switchover>),
    /// Have the master hand over to whoever is best.
    StepDown(With<Nothing>),
    /// Pause automatic fail-over, for work on hosts or networks.
    Pause(With<Pause>),
    /// Make fail-over automatic again.
    Resume(With<Resume>),
    /// Show who ruled, why, and how it ended.
    History(With<Terms>),
    /// Test a fail-over on this plane: hand over and back, measuring how long no write is taken.
    Drill(With<Drill>),
    /// Look after the plane as a monitoring plugin: one line, and exit 0 (ok), 1 (warning), 2 (critical) or 3 (unknown).
    Check(With<Check>),
}

/// Which server is meant.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Its node id or address; may be left out where one server is named with --server.
    #[arg(long, value_name = "ID|URL")]
    node: Option<String>,
}

/// What a server should be.
#[derive(Debug, Args)]
pub struct Mode {
    /// The new mode.
    #[arg(value_enum, ignore_case = true)]
    mode: Option<Word>,
    #[command(flatten)]
    which: Which,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
enum Word {
    Auto,
    Master,
    Standby,
    HotStandby,
    HotBackup,
    Disabled,
}

/// A priority in elections.
#[derive(Debug, Args)]
pub struct Priority {
    /// The new one; the higher is preferred.
    #[arg(allow_negative_numbers = true)]
    priority: Option<i64>,
    #[command(flatten)]
    which: Which,
}

/// Servers that are gone.
#[derive(Debug, Args)]
pub struct Clear {
    /// One node id; all that are gone without it.
    node: Option<String>,
}

/// Where the state goes.
#[derive(Debug, Args)]
pub struct Export {
    /// A file that is not there yet; it is readable for the owner of this account alone, for it holds secrets.
    file: PathBuf,
    /// What the store holds, and not what the server shows.
    #[arg(long)]
    remote: bool,
}

/// What is merged in.
#[derive(Debug, Args)]
pub struct Import {
    /// A zip that `ha export` saved.
    file: PathBuf,
}

impl Ha {
    /// The exit code: `check` has its own.
    pub(super) fn run(self) -> Result<u8, Failed> {
        match self {
            Ha::Status(with) => with.run(|_, session| status(session)),
            Ha::States(with) => with.run(|_, session| states(session)),
            Ha::Mode(with) => with.run(Mode::run),
            Ha::Priority(with) => with.run(Priority::run),
            Ha::Clear(with) => with.run(Clear::run),
            Ha::Export(with) => with.run(Export::run),
            Ha::Import(with) => with.run(Import::run),
            Ha::Switchover(with) => with.run(Switchover::run),
            Ha::StepDown(with) => with.run(|_, session| chair::step_down(session)),
            Ha::Pause(with) => with.run(Pause::run),
            Ha::Resume(with) => with.run(Resume::run),
            Ha::History(with) => with.run(Terms::run),
            Ha::Drill(with) => {
                let writing = with.connect.client()?;
                with.run(|drill, session| drill.run(session, writing))
            }
            Ha::Check(with) => return Ok(check::run(&with.what, &with.connect)),
        }
        .map(|()| 0)
    }
}

impl Export {
    fn run(self, session: &mut Session) -> Result<(), Failed> {
        let origin = if self.remote { "REMOTE" } else { "AUTO" };
        let path = format!("/v1/server/ha/persist/export?origin={origin}");
        let answer = session.send(&Request { accept: Some("application/zip"), ..Request::get(path) })?;
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.file)
            .and_then(|mut file| file.write_all(&answer.body).and_then(|()| file.sync_all()));
        written.map_err(|e| Failed::usage(format!("{}: {e}", self.file.display())))?;
        let said = json!({ "file": self.file, "bytes": answer.body.len() });
        session.show(&said, |_| format!("saved {} bytes in {}\n", answer.body.len(), self.file.display()));
        Ok(())
    }
}

impl Import {
    fn run(self, session: &mut Session) -> Result<(), Failed> {
        let bytes =
            std::fs::read(&self.file).map_err(|e| Failed::usage(format!("{}: {e}", self.file.display())))?;
        session.send(&Request::post("/v1/server/ha/persist/import", "application/zip", bytes))?;
        let said = json!({ "merged": self.file });
        session.show(&said, |_| format!("merged {}\n", self.file.display()));
        Ok(())
    }
}

/// As the first server that answers sees it. There need not be a master.
fn status(session: &mut Session) -> Result<(), Failed> {
    let (server, answer) = session.client.ask_any(&Request::get(api::paths::HA_CLUSTER))?;
    let said = parse(&done(answer)?)?;
    session.show(&said, |look| cluster(look, &server, &said));
    // Scripts want to know without reading.
    if said["masterUri"].is_null() {
        return Err(Failed {
            code: Code::Unreachable,
            why: "the plane has no master at this moment".to_owned(),
        });
    }
    Ok(())
}

fn cluster(look: Look, server: &ServerUrl, said: &Value) -> String {
    let row = |node: &Value| {
        let number = |name: &str| node[name].as_i64().unwrap_or(0).to_string();
        vec![
            text(node, "id").to_owned(),
            text(node, "role").to_owned(),
            text(node, "uri").to_owned(),
            number("priority"),
            number("lag"),
            text(node, "version").to_owned(),
            text(node, "host").to_owned(),
            text(node, "why").to_owned(),
        ]
    };
    let header = ["ID", "ROLE", "ADDRESS", "PRIORITY", "BEHIND", "RELEASE", "HOST", "TROUBLE"];
    let nodes: Vec<Vec<String>> = all(&said["nodes"]).iter().map(row).collect();
    let damage: Vec<String> =
        all(&said["damage"]).iter().map(|d| format!("{}: {}", text(d, "file"), text(d, "what"))).collect();
    let of = |name: &str| text(said, name).to_owned();
    let card = look.card(&[
        ("Plane", of("plane")),
        ("Term", said["term"].as_u64().unwrap_or(0).to_string()),
        ("Master", if said["masterUri"].is_null() { "none".to_owned() } else { of("masterUri") }),
        ("Fail-over", pause(said)),
        ("Planned", plan(said)),
        ("Log at", said["log"]["applied"].as_u64().unwrap_or(0).to_string()),
        ("Store", of("storeTrouble")),
        ("Damage", damage.join("\n")),
        ("As seen by", server.to_string()),
    ]);
    format!("{}\n{card}", look.table(&header, &nodes))
}

/// A pause is told loudly; without one there is nothing to say.
fn pause(said: &Value) -> String {
    let Some(paused) = said.get("paused").filter(|p| !p.is_null()) else { return String::new() };
    let until =
        paused["until"].as_u64().map_or_else(String::new, |at| format!(" until {}", chair::shown(at)));
    let why = text(paused, "why");
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    format!("PAUSED by {}{until}{why}", text(paused, "by"))
}

fn plan(said: &Value) -> String {
    let Some(planned) = said.get("switchover").filter(|p| !p.is_null()) else { return String::new() };
    let to = planned["to"].as_str().unwrap_or("whoever is best");
    let at = chair::shown(planned["at"].as_u64().unwrap_or(0));
    format!("switchover to {to} at {at}, by {}", text(planned, "by"))
}

fn states(session: &mut Session) -> Result<(), Failed> {
    let (_, answer) = session.client.ask_any(&Request::get(STATES))?;
    let said = parse(&done(answer)?)?;
    session.show(&said, |look| {
        let row = |node: &Value| {
            let id = text(node, "nodeId");
            let own = if said["ownId"] == node["nodeId"] { "yes" } else { "" };
            let priority = node["priority"].as_i64().unwrap_or(0).to_string();
            vec![
                id.to_owned(),
                text(node, "status").to_owned(),
                text(node, "nodeUri").to_owned(),
                priority,
                own.to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> =
            said["nodes"].as_object().into_iter().flatten().map(|(_, node)| row(node)).collect();
        look.table(&["ID", "STATUS", "ADDRESS", "PRIORITY", "ASKED"], &rows)
    });
    Ok(())
}

impl Which {
    /// Whether one is named.
    pub(super) fn is_said(&self) -> bool {
        self.node.is_some()
    }

    /// The address of the server that is meant.
    pub(super) fn server(&self, session: &mut Session) -> Result<ServerUrl, Failed> {
        let Some(node) = &self.node else {
            let mut servers = session.client.servers();
            return match (servers.pop(), servers.is_empty()) {
                (Some(only), true) => Ok(only),
                _ => Err(Failed::usage(
                    "which server? Several are known: name one with --node ID or --node URL",
                )),
            };
        };
        if node.contains("://") {
            return node.parse().map_err(|e: client::BadServerUrl| Failed::usage(e.to_string()));
        }
        // A server that has only just joined may be known to itself alone.
        let mut refused = None;
        for server in session.client.servers() {
            let said = session.client.send_to(&server, &Request::get(STATES)).map_err(Failed::from);
            match said.and_then(done).and_then(|answer| parse(&answer)) {
                Ok(said) if said["ownId"] == node.as_str() => return Ok(server),
                Ok(said) => {
                    if let Some(uri) = said["nodes"][node.as_str()]["nodeUri"].as_str() {
                        return uri.parse().map_err(|e: client::BadServerUrl| Failed::refused(e.to_string()));
                    }
                }
                Err(failed) => refused = Some(failed),
            }
        }
        let unknown = || Failed::refused(format!("the plane has no server `{node}`; see `ha status`"));
        Err(refused.unwrap_or_else(unknown))
    }

    /// Reads, or writes where a field is given, at the server that is meant.
    fn exchange(
        &self,
        session: &mut Session,
        path: &str,
        field: Option<(&str, String)>,
    ) -> Result<(ServerUrl, Value), Failed> {
        let server = self.server(session)?;
        let request = match field {
            None => Request::get(path),
            Some((name, value)) => Request::post(path, FORM, form(&[(name.to_owned(), value)])),
        };
        let answer = session.client.send_to(&server, &request.header(ANY_SERVER, "true"))?;
        let said = parse(&done(answer)?)?;
        Ok((server, said))
    }
}

impl Mode {
    fn run(self, session: &mut Session) -> Result<(), Failed> {
        let path = "/v1/server/ha/state";
        if let Some(mode) = self.mode {
            let word = mode.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            self.which.exchange(session, path, Some(("mode", word)))?;
        }
        let (server, said) = self.which.exchange(session, path, None)?;
        let state = said.as_str().unwrap_or_default();
        session.show(&json!({ "server": server.as_str(), "state": state }), |_| {
            format!("{server} is {state}\n")
        });
        Ok(())
    }
}

impl Priority {
    fn run(self, session: &mut Session) -> Result<(), Failed> {
        let path = "/v1/server/ha/priority";
        if let Some(priority) = self.priority {
            self.which.exchange(session, path, Some(("priority", priority.to_string())))?;
        }
        let (server, said) = self.which.exchange(session, path, None)?;
        // What was just set is told at once; the server shows it with its next beat.
        let now = self.priority.map_or(said, Value::from);
        session.show(&json!({ "server": server.as_str(), "priority": now }), |_| {
            format!("{server} has priority {now}\n")
        });
        Ok(())
    }
}

impl Clear {
    fn run(self, session: &mut Session) -> Result<(), Failed> {
        match self.node {
            None => session.send(&Request::post("/v1/server/ha/states/clear", FORM, ""))?,
            Some(node) => {
                session.post_form("/v1/server/ha/states/clear/node", &[("nodeId".to_owned(), node)], None)?
            }
        };
        Ok(())
    }
}
