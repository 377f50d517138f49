//! Asking the one server that `br login` named, and what is said when it does not answer well.

use std::io::Write;
use std::time::Duration;

use client::{Answer, Client, Failure, Keyed, Options, Patience, Request, ServerUrl, Trust};
use serde_json::Value;

use super::config_file::ConfigFile;
use super::ended::Ended;

/// The stock waits for ever; a day is as long.
const ANSWER: Duration = Duration::from_hours(24);
const CONNECT: Duration = Duration::from_secs(30);
const NO_TARGET: &str = "Use login command to set Brooklyn URL with a scheme of \"http\" or \"https\"";

/// How much of the traffic is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    Quiet,
    Heads,
    Bodies,
}

/// What a command works with.
pub(super) struct Session {
    pub(super) config: ConfigFile,
    verbosity: Verbosity,
    /// Made for the first request, and kept: one connection for all of a command's requests.
    connected: Option<(Client, ServerUrl)>,
}

/// How a request failed.
pub(super) enum Failed {
    /// The server refused it.
    Refused(Box<Answer>),
    /// There was no answer.
    Otherwise(Ended),
}

impl From<Failed> for Ended {
    fn from(failed: Failed) -> Ended {
        match failed {
            Failed::Otherwise(ended) => ended,
            Failed::Refused(answer) => {
                if let Some(why) = answer.header("x_brooklyn_unauthorized_message") {
                    eprintln!("{why}");
                }
                Ended::failed(format!("Server error ({}): {}", answer.status, answer.message()))
            }
        }
    }
}

impl Session {
    pub(super) fn open(verbosity: Verbosity) -> Result<Session, Ended> {
        Ok(Session { config: ConfigFile::read()?, verbosity, connected: None })
    }

    /// Whether somebody is logged in.
    pub(super) fn check_target(&self) -> Result<(), Ended> {
        let target = &self.config.target;
        let is_good = target.starts_with("http://") || target.starts_with("https://");
        if is_good { Ok(()) } else { Err(Ended::failed(NO_TARGET)) }
    }

    /// Reads JSON. A 204 is null.
    pub(super) fn json(&mut self, path: &str) -> Result<Value, Failed> {
        self.get(path).and_then(|answer| parse(&answer).map_err(Failed::Otherwise))
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Answer, Failed> {
        self.send(Request::get(path))
    }

    /// Writes; the body of the answer.
    pub(super) fn post(&mut self, path: &str, kind: &'static str, body: Vec<u8>) -> Result<Answer, Failed> {
        self.send(Request::post(path, kind, body))
    }

    /// Sends a request, once, as the stock does.
    pub(super) fn send(&mut self, request: Request) -> Result<Answer, Failed> {
        let request = Request { keyed: Keyed::No, ..request };
        let verbosity = self.verbosity;
        let (client, server) = self.connect().map_err(Failed::Otherwise)?;
        show_request(verbosity, server, &request);
        let answer = client.send_to(server, &request).map_err(|failure| {
            let line = format!("{} \"{}\"", request.method.word(), server.with(&request.path));
            Failed::Otherwise(unanswered(&failure, server, &line))
        })?;
        show_answer(verbosity, &answer);
        if answer.is_success() { Ok(answer) } else { Err(Failed::Refused(Box::new(answer))) }
    }

    /// After a login that changed the file.
    pub(super) fn reconnect(&mut self) {
        self.connected = None;
    }

    fn connect(&mut self) -> Result<&(Client, ServerUrl), Ended> {
        if self.connected.is_none() {
            let target = &self.config.target;
            let server: ServerUrl = target.parse().map_err(|e| Ended::failed(format!("{e}")))?;
            let trust = if self.config.skip_ssl_checks { Trust::Anything } else { Trust::System };
            let patience = Patience { connect: CONNECT, answer: ANSWER, ..Patience::default() };
            let options = Options { login: self.config.login(target)?, trust, patience };
            let client =
                Client::new(vec![server.clone()], options).map_err(|e| Ended::failed(e.to_string()))?;
            self.connected = Some((client, server));
        }
        self.connected.as_ref().ok_or_else(|| Ended::failed(NO_TARGET))
    }
}

/// Reads an answer as JSON. A 204 is null.
pub(super) fn parse(answer: &Answer) -> Result<Value, Ended> {
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer.body).map_err(|e| Ended::failed(format!("the answer is no JSON: {e}")))
}

/// Prints. A reader that goes (`| head`) has seen enough.
pub(super) fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn unanswered(failure: &Failure, server: &ServerUrl, line: &str) -> Ended {
    let place = server.as_str().split("://").nth(1).unwrap_or(server.as_str());
    Ended::failed(match failure {
        Failure::NotReached(_) => format!("Could not connect to {place}"),
        Failure::Untrusted(why) => format!(
            "{line}: {why}\n\nThe server's certificate is not one that this host trusts.\nIf that is expected, and you trust \
             the way to the server, ignore it with:\n\n    br login --skipSslChecks {server}\n"
        ),
        other => format!("{line}: {other}"),
    })
}

fn show_request(verbosity: Verbosity, server: &ServerUrl, request: &Request) {
    if verbosity == Verbosity::Quiet {
        return;
    }
    let host = server.as_str().split("://").nth(1).unwrap_or_default();
    eprintln!("{} {} HTTP/1.1\nHost: {host}", request.method.word(), request.path);
    for (name, value) in [("Accept", request.accept), ("Content-Type", request.content_type)] {
        if let Some(value) = value {
            eprintln!("{name}: {value}");
        }
    }
    eprintln!("Authorization: ******\n");
    if verbosity == Verbosity::Bodies && !request.body.is_empty() {
        eprintln!("{}\n", String::from_utf8_lossy(&request.body));
    }
}

fn show_answer(verbosity: Verbosity, answer: &Answer) {
    if verbosity == Verbosity::Quiet {
        return;
    }
    eprintln!("HTTP/1.1 {}", answer.status_line);
    for (name, value) in &answer.headers {
        eprintln!("{name}: {value}");
    }
    eprintln!();
    if verbosity == Verbosity::Bodies && !answer.body.is_empty() {
        eprintln!("{}\n", answer.text());
    }
}
