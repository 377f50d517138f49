//! A random password, drawn once by the server from the operating system's randomness.

use model::adjuncts::create_password_sensor::{CHARS, GROUPS, LENGTH, TYPE};
use model::adjuncts::feed::NAME;
use serde_json::Value;

use super::super::{Act, Desk, Event};
use super::polled;
use crate::effect::{Machine, Outcome, Work};

pub(super) static ACT: Act = Act {
    table: &TYPE,
    hears: |desk| {
        groups(desk)?;
        desk.must_text(&NAME).map(|_| Vec::new())
    },
    on,
};

/// What it is made of, unless that is said.
const LETTERS_AND_DIGITS: [&str; 3] =
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"];

fn groups(desk: &Desk<'_>) -> Result<Vec<String>, String> {
    match (desk.text(&CHARS)?, desk.list(&GROUPS)?) {
        (Some(_), Some(_)) => Err(format!("'{}' and '{}' cannot both be given", CHARS.name, GROUPS.name)),
        (Some(chars), None) => Ok(vec![chars]),
        (None, Some(list)) => Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        (None, None) => Ok(LETTERS_AND_DIGITS.map(str::to_owned).to_vec()),
    }
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if !polled::is_unset(desk)? {
        return Ok(());
    }
    match event {
        Event::Begun(_) => {
            let length = desk.whole(&LENGTH)?.and_then(|n| u32::try_from(n).ok());
            let length =
                length.filter(|n| *n > 0).ok_or_else(|| format!("'{}' must be above 0", LENGTH.name))?;
            let groups = groups(desk)?;
            desk.ask(Machine::Server, Work::Password { groups, length });
            Ok(())
        }
        Event::Outcome(Outcome::Password(password)) => {
            polled::publish_as(desk, password.reveal().into(), true)
        }
        Event::Outcome(Outcome::Failed(why)) => Err(format!("no password could be drawn: {why}")),
        _ => Ok(()),
    }
}
