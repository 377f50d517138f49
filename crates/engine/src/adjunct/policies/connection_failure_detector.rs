//! Tells when an address does not accept connections, and when it does again.

use model::adjuncts::connection_failure_detector::{ENDPOINT, FAILED_DELAY, PERIOD, RECOVERED_DELAY, TYPE};

use super::super::poll::{Look, Wish};
use super::super::{Act, Desk, Event};
use super::failure::{Telling, judge};
use crate::effect::{Machine, Outcome, Script, Work};
use crate::limits::CONNECT_TIMEOUT;

pub(super) static ACT: Act = Act { table: &TYPE, hears: |desk| endpoint(desk).map(|_| Vec::new()), on };

fn endpoint(desk: &Desk<'_>) -> Result<(String, u16), String> {
    let given = desk.must_text(&ENDPOINT)?;
    let parts = given.rsplit_once(':').and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
    parts
        .filter(|(host, _)| !host.is_empty())
        .ok_or_else(|| format!("'{given}' is no address: give HOST:PORT"))
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let look =
        Look { period: desk.span(&PERIOD)?, skip_first: false, only_if_up: false, ask: Some(ask), take };
    desk.poll(event, &look)
}

/// The server's host connects: bash opens the address as a file.
fn ask(desk: &mut Desk<'_>) -> Result<Option<Wish>, String> {
    let (address, port) = endpoint(desk)?;
    let Some(host) = desk.draft.host() else { return Ok(None) };
    let script = Script {
        name: "connect".to_owned(),
        text: "exec 3<>\"/dev/tcp/$ADDRESS/$PORT\"\n".to_owned(),
        env: vec![("ADDRESS".to_owned(), address), ("PORT".to_owned(), port.to_string())],
        cwd: format!("{}/detectors", host.base_dir),
        make_dirs: Vec::new(),
        timeout: Some(CONNECT_TIMEOUT),
        progress: false,
    };
    Ok(Some((Machine::Local(host), Work::Script(script))))
}

fn take(desk: &mut Desk<'_>, outcome: &Outcome) -> Result<(), String> {
    let endpoint = desk.must_text(&ENDPOINT)?;
    let problem = match outcome {
        Outcome::Ended { exit_code: 0, timed_out: false, .. } => None,
        Outcome::Ended { timed_out: true, .. } => {
            Some(format!("no connection to {endpoint} within {CONNECT_TIMEOUT}"))
        }
        Outcome::Ended { .. } => Some(format!("no connection to {endpoint}")),
        // That the server could not even try says nothing about the address.
        Outcome::Failed(why) => return Err(format!("it could not be tried: {why}")),
        _ => return Ok(()),
    };
    let telling = Telling {
        failed: "ha.connectionFailed".to_owned(),
        recovered: "ha.connectionRecovered".to_owned(),
        failed_delay: desk.span(&FAILED_DELAY)?.unwrap_or_default(),
        recovered_delay: desk.span(&RECOVERED_DELAY)?.unwrap_or_default(),
    };
    judge(desk, problem.as_deref(), &telling);
    Ok(())
}
