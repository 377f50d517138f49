//! What a machine is doing: asked with a script, published as sensors (`MachineEntity`).

use base::{EntityId, Span};
use model::types::machine_entity;
use serde_json::Value;

use crate::draft::Draft;
use crate::entity::Entity;

/// Says one thing a line, as `name=value`.
pub(crate) const SCRIPT: &str = "\
read -r up _ < /proc/uptime && echo \"uptime=$up\"
read -r load _ < /proc/loadavg && echo \"load=$load\"
ps -A -o pcpu= | awk '{ s += $1 } END { printf \"cpu=%.4f\\n\", s / 100 }'
awk '/^MemTotal:/ { t = $2 } /^MemAvailable:/ { f = $2 }
  END { printf \"total=%d\\nfree=%d\\nused=%d\\n\", t, f, t - f }' /proc/meminfo";

/// Whether an entity publishes what its machine is doing.
pub(crate) fn has_any(entity: &Entity) -> bool {
    entity.def.type_name.as_str() == machine_entity::TYPE.java_type
}

/// A line of the script as a sensor; nothing where it is not understood.
fn sensor(line: &str) -> Option<(&'static str, Value)> {
    let (name, value) = line.split_once('=')?;
    let number = || value.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let whole = || value.trim().parse::<u64>().ok().map(Value::from);
    Some(match name {
        "uptime" => ("machine.uptime", Span::secs(number()?.max(0.0) as u64).to_string().into()),
        "load" => ("machine.loadAverage", number()?.into()),
        "cpu" => ("machine.cpu", number()?.into()),
        "total" => ("machine.memory.total", whole()?),
        "free" => ("machine.memory.free", whole()?),
        "used" => ("machine.memory.used", whole()?),
        _ => return None,
    })
}

impl Draft {
    /// Publishes what a script said of an entity's machine.
    pub(crate) fn set_metrics(&mut self, id: &EntityId, said: &str) {
        if !self.root.entity(id).is_some_and(has_any) {
            return;
        }
        for (name, value) in said.lines().filter_map(sensor) {
            self.update_sensor(id, name, value);
        }
    }
}
