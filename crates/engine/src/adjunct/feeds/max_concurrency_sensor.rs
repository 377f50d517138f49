//! A latch that lets so many through at a time, as the value of a sensor. Whoever passes a latch reads the number.

use model::adjuncts::feed::NAME;
use model::adjuncts::max_concurrency_sensor::{MAX, TYPE};
use serde_json::{Value, json};

use super::super::{Act, Desk, Event};

pub(super) static ACT: Act =
    Act { table: &TYPE, hears: |desk| desk.must_text(&NAME).map(|_| Vec::new()), on };

/// The name of such a value's type.
const JAVA_TYPE: &str = "org.apache.brooklyn.core.sensor.ReleaseableLatch";

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if matches!(event, Event::Begun(_)) {
        let max = desk.whole(&MAX)?.map_or(Value::Null, Value::from);
        desk.publish(&desk.must_text(&NAME)?, json!({ "type": JAVA_TYPE, "maxConcurrency": max }), true);
    }
    Ok(())
}
