//! `server status`: one line, or JSON.

use std::time::Duration;

use serde::Serialize;

use super::Options;
use super::pids::Running;
use super::request::{Request, send};
use crate::data::{Data, Held, Lock};

/// How long the server may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// What there is to say.
#[derive(Serialize)]
struct Status {
    running: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// The word of its state; absent when it does not answer or does not tell strangers.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    answers: bool,
}

/// Shows how the server of a release folder is; the exit code is 0 when it runs and 3 when not.
pub fn status(options: &Options, json: bool) -> u8 {
    let status = look(options);
    if json {
        match serde_json::to_string(&status) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("{error}"),
        }
    } else {
        println!("{}", line(&status));
    }
    if status.running { 0 } else { 3 }
}

fn look(options: &Options) -> Status {
    let data = Data::of(&options.home);
    let held = matches!(Lock::probe(&data.lock()), Ok(Held::Yes));
    let running = Running::read(&data).filter(|running| held && running.is_alive());
    let Some(running) = running else {
        return Status { running: false, pid: None, uri: None, state: None, answers: false };
    };
    let request = Request { method: "GET", path: "/livez", headers: &[] };
    let answer = if running.local.is_empty() { None } else { send(&running.local, &request, PATIENCE).ok() };
    Status {
        running: true,
        pid: Some(running.pid),
        uri: Some(running.uri).filter(|uri| !uri.is_empty()),
        state: answer.as_ref().and_then(|answer| answer.header("x-ha-role")).map(str::to_owned),
        answers: answer.is_some(),
    }
}

fn line(status: &Status) -> String {
    let Some(pid) = status.pid else { return "not running".to_owned() };
    let uri = status.uri.as_deref().unwrap_or("not listening yet");
    match (&status.state, status.answers) {
        (Some(state), _) => format!("running (pid {pid}), {uri}, {state}"),
        (None, true) => format!("running (pid {pid}), {uri}"),
        (None, false) => format!("running (pid {pid}), {uri}, does not answer"),
    }
}
