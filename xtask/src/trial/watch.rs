//! Waits for states and shows how they change.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::client::Client;
use super::plane::{Plane, Server};
use super::signals::Signals;

/// How long a server may take to reach the state that it was started for. A loaded machine is slow.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Wait until the server says this state.
pub(crate) fn until_state(
    server: &Server,
    wanted: &str,
    client: &mut Client,
    signals: &Signals,
) -> Result<()> {
    let started = Instant::now();
    let mut last;
    loop {
        last = state(server, client);
        match last.as_str() {
            now if now == wanted => break,
            "FAILED" => bail!("{} says FAILED; its log is {}/data/log", server.url(), server.home.display()),
            _ if started.elapsed() > PATIENCE => break,
            _ => {}
        }
        signals.check()?;
        sleep(PAUSE);
    }
    if last != wanted {
        bail!("{} is not {wanted} after {} s: {last}", server.url(), PATIENCE.as_secs());
    }
    println!("{} is {wanted}", server.url());
    Ok(())
}

/// Show every change of state, until asked to end.
pub(crate) fn follow(plane: &Plane, client: &mut Client, signals: &Signals) {
    let started = Instant::now();
    let mut shown = [String::new(), String::new()];
    while !signals.asked_to_end() {
        for (server, shown) in plane.servers.iter().zip(&mut shown) {
            let now = state(server, client);
            if now != *shown {
                println!("{:>7.1} s  {}  {now}", started.elapsed().as_secs_f64(), server.url());
                *shown = now;
            }
        }
        sleep(PAUSE);
    }
}

/// The word that the server says of itself, or why there is none.
fn state(server: &Server, client: &mut Client) -> String {
    let answer = client.get(server, "/v1/server/ha/state").and_then(|answer| answer.json());
    match answer {
        Ok(word) => word.as_str().map_or_else(|| word.to_string(), str::to_owned),
        Err(error) => {
            let text = format!("{error:#}");
            // A dead server is what the trial is for; anything else is worth its words.
            if text.contains("ECONNREFUSED") || text.contains("ECONNRESET") {
                "does not answer".to_owned()
            } else {
                text
            }
        }
    }
}
