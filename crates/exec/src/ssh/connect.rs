//! Making a connection: every phase within its time, tried again where that may help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::Span;
use engine::effect::SshTarget;
use russh::client::{Config, connect_stream};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::auth::{Refused, log_in};
use super::error::SshError;
use super::host_key::Judge;
use super::session::Session;
use crate::limits::{SSH_KEEPALIVES_MAX, SSH_PAUSES};
use crate::work::Context;

/// Whom is spoken to, for people.
pub(super) fn name(context: &Context, spec: &SshTarget) -> String {
    format!("{}@{}:{}", user(context, spec), spec.address, spec.port)
}

/// The account there: where none is named, it is called as the one that the server runs as.
fn user<'a>(context: &'a Context, spec: &'a SshTarget) -> &'a str {
    spec.user.as_deref().unwrap_or_else(|| context.login.user())
}

/// How long it may be tried: as the target has it, or, for one that was there a moment ago, until a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// `tries`, within `tries_timeout`.
    Tries,
    /// However often, until then.
    Until(Instant),
}

/// Connects and logs in.
pub(crate) async fn connect(
    context: &Context,
    spec: &SshTarget,
    patience: Patience,
) -> Result<Session, SshError> {
    let until = match patience {
        Patience::Tries => Instant::now() + duration(spec.tries_timeout),
        Patience::Until(until) => until,
    };
    let mut pause = SSH_PAUSES.0;
    let mut tries = 0;
    loop {
        tries += 1;
        let once = timeout(duration(spec.connect_timeout), once(context, spec));
        let why = match once.await {
            Ok(Ok(session)) => return Ok(session),
            Ok(Err(Try::Final(error))) => return Err(error),
            Ok(Err(Try::Again(why))) => why,
            Err(_) => format!("no answer within {:?}", duration(spec.connect_timeout)),
        };
        let enough = matches!(patience, Patience::Tries) && tries >= spec.tries.max(1);
        if enough || Instant::now() + pause >= until {
            return Err(SshError::Unreachable { host: name(context, spec), tries, why });
        }
        tracing::debug!(host = name(context, spec), tries, why, "connecting over SSH is tried again");
        sleep(pause).await;
        pause = (pause * 2).min(SSH_PAUSES.1);
    }
}

enum Try {
    /// Another try would end the same.
    Final(SshError),
    /// Another one may help.
    Again(String),
}

async fn once(context: &Context, spec: &SshTarget) -> Result<Session, Try> {
    let home = context.login.home();
    let refused = |why: String| Try::Final(SshError::Login { host: name(context, spec), why });
    let judge = Judge::new(&spec.address, spec.port, &spec.host_keys, &home);
    let config = Config {
        preferred: judge.preferred().map_err(refused)?,
        keepalive_interval: Some(context.options.ssh_keepalive),
        keepalive_max: SSH_KEEPALIVES_MAX,
        // A machine that is there answers keepalives; this bounds a key exchange that nobody waits for any more.
        inactivity_timeout: Some(context.options.ssh_keepalive * (SSH_KEEPALIVES_MAX as u32 + 2)),
        nodelay: true,
        ..Config::default()
    };
    let again = |error: std::io::Error| Try::Again(error.to_string());
    let socket = TcpStream::connect((spec.address.as_str(), spec.port)).await.map_err(again)?;
    socket.set_nodelay(true).map_err(again)?;
    let address = socket.peer_addr().map_err(again)?.ip().to_string();
    let mut handle = connect_stream(Arc::new(config), socket, judge.clone())
        .await
        .map_err(|error| judge.refused().map_or_else(|| Try::Again(in_words(&error)), refused))?;
    log_in(&mut handle, user(context, spec), &spec.logins, &home).await.map_err(|why| match why {
        Refused::Broken(error) => Try::Again(format!("while logging in: {}", in_words(&error))),
        Refused::All(why) => refused(why),
    })?;
    Session::open(name(context, spec), spec, handle, address).await.map_err(|error| match error {
        error @ SshError::Machine(_) => Try::Final(error),
        error => Try::Again(format!("after the login: {error}")),
    })
}

fn in_words(error: &russh::Error) -> String {
    match error {
        russh::Error::HUP | russh::Error::Disconnect | russh::Error::SendError => {
            "the machine closed the connection".to_owned()
        }
        error => error.to_string(),
    }
}

/// As the system has it; what no clock can hold is a day.
pub(super) fn duration(span: Span) -> Duration {
    Duration::from_micros(span.0).min(Duration::from_hours(24))
}
