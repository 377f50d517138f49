//! How long ago a moment was.

use base::Span;
use model::adjuncts::duration_since_sensor::{EPOCH, NOW, TYPE};
use model::adjuncts::feed::{NAME, PERIOD};
use serde_json::{Value, json};

use super::super::poll::{Look, Wish};
use super::super::{Act, Desk, Event};

pub(super) static ACT: Act =
    Act { table: &TYPE, hears: |desk| desk.must_text(&NAME).map(|_| Vec::new()), on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if desk.memory().is_null() {
        let since = desk.wall();
        desk.remember(json!({ "since": since }));
    }
    let look = Look {
        period: desk.span(&PERIOD)?,
        skip_first: false,
        only_if_up: false,
        ask: Some(ask),
        take: |_, _| Ok(()),
    };
    desk.poll(event, &look)
}

/// Nothing need be asked: the clock says it.
fn ask(desk: &mut Desk<'_>) -> Result<Option<Wish>, String> {
    let now = moment(desk.value(&NOW)?)?.unwrap_or_else(|| desk.wall());
    let added = desk.memory().get("since").and_then(Value::as_u64).unwrap_or(now);
    let since = moment(desk.value(&EPOCH)?)?.unwrap_or(added);
    let passed = Span::millis(now.saturating_sub(since));
    desk.publish(&desk.must_text(&NAME)?, passed.to_string().into(), false);
    Ok(None)
}

/// A moment in milliseconds since 1970.
fn moment(value: Value) -> Result<Option<u64>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Number(n) if n.is_u64() => Ok(n.as_u64()),
        other => Err(format!("{other} is no moment: give milliseconds since 1970")),
    }
}
