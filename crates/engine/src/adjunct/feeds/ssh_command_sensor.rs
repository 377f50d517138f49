//! What a shell command on the entity's machine prints.

use std::collections::BTreeMap;

use model::adjuncts::feed::{NAME, TARGET_TYPE};
use model::adjuncts::ssh_command_sensor::{
    COMMAND, EXECUTION_DIR, FORMAT, ONLY_IF_SERVICE_UP, SHELL_ENV, TYPE, USE_LAST_YAML, VALUE_ON_ERROR,
};
use model::{Coerced, ValueType};
use serde_json::Value;

use super::super::poll::Wish;
use super::super::settings::shown;
use super::super::{Act, Desk, Event};
use super::polled;
use crate::effect::{Outcome, Streams, Work};
use crate::limits::SENSOR_TIMEOUT;
use crate::script::{self, Probe};

pub(super) static ACT: Act = Act { table: &TYPE, hears: |desk| polled::hears(desk, &ONLY_IF_SERVICE_UP), on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let look = polled::look(desk, &ONLY_IF_SERVICE_UP, ask, take)?;
    desk.poll(event, &look)
}

fn ask(desk: &mut Desk<'_>) -> Result<Option<Wish>, String> {
    let site = desk.site()?.ok_or("its entity holds no machine")?;
    let entity = desk.entity()?;
    let own = match desk.read(&SHELL_ENV)? {
        Coerced::Map(map) => map.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
        _ => BTreeMap::new(),
    };
    let script = script::of_probe(
        desk.root(),
        &entity,
        &site.place,
        Probe {
            name: desk.must_text(&NAME)?,
            text: desk.must_text(&COMMAND)?,
            dir: desk.text(&EXECUTION_DIR)?,
            env: own,
            timeout: SENSOR_TIMEOUT,
        },
    )?;
    Ok(Some((site.machine, Work::Script(script))))
}

fn take(desk: &mut Desk<'_>, outcome: &Outcome) -> Result<(), String> {
    let read = match outcome {
        Outcome::Ended { exit_code: 0, timed_out: false, streams } => value_of(desk, streams),
        Outcome::Ended { timed_out: true, .. } => Err(format!("it took longer than {SENSOR_TIMEOUT}")),
        Outcome::Ended { exit_code, streams, .. } => {
            Err(format!("exit code {exit_code}; last output: {}", script::last_lines(streams)))
        }
        Outcome::Failed(why) => Err(format!("it could not be run: {why}")),
        // Nothing else is final for a script.
        _ => return Ok(()),
    };
    let published = read.and_then(|value| polled::publish(desk, value));
    published.or_else(|why| {
        let instead = desk.value(&VALUE_ON_ERROR)?;
        polled::publish(desk, instead)?;
        Err(format!("the command of sensor '{}' failed: {why}", desk.must_text(&NAME)?))
    })
}

/// What was printed, as the format says: AUTO is text for a text sensor and YAML for one of a collection.
fn value_of(desk: &Desk<'_>, streams: &Streams) -> Result<Value, String> {
    let out = &streams.stdout;
    if !out.tail.is_empty() {
        return Err(format!("it printed {} bytes, which is too much for a sensor", out.size));
    }
    let text = out.head.trim();
    let wanted = desk.text(&TARGET_TYPE)?.and_then(|name| ValueType::by_name(&name));
    let as_yaml = match desk.text(&FORMAT)?.as_deref() {
        Some("YAML") => true,
        Some("STRING") => false,
        _ => matches!(wanted, Some(ValueType::Map | ValueType::List | ValueType::Any)),
    };
    if !as_yaml {
        return Ok(text.into());
    }
    let last = if desk.flag(&USE_LAST_YAML)? { last_document(text) } else { text };
    model::parse_value(last).ok_or_else(|| format!("what it printed is no YAML: {}", shortened(last)))
}

/// What follows the last line `---`.
fn last_document(text: &str) -> &str {
    let mut rest = text;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == "---" {
            rest = &text[at..];
        }
    }
    rest
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 100;
    text.chars().take(SHOWN).collect()
}
