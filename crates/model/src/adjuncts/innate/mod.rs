//! What the engine computes by itself for entities of most types, and Brooklyn by enrichers that it gives each of them.
//! Clients are shown it as those; it is derived from the entity, so there is nothing to add, change or take away.

mod of_itself;
mod of_parts;

use self::of_itself::{ALL_UP, DIAGNOSTICS, IS_UP, IS_UP_BESIDE, PROCESS, SIZE, STATE};
use self::of_parts::{OF_APPLICATION, OF_PARENT, PROBLEMS_OF_GROUP, UP_OF_CLUSTER, UP_OF_GROUP};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue};
use crate::types::Behaviour;

/// The tag of what computes the state; a failure detector takes its place.
pub const STATE_TAG: &str = "service.state.actual";

/// What the state is computed from.
pub const STATE_HEARS: &str = "service.problems, service.isUp, service.state.expected";

/// Something that the engine does, as Brooklyn shows it.
#[derive(Debug)]
pub struct Innate {
    /// Its table. It is in no catalog, and no blueprint can ask for it.
    pub def: &'static AdjunctDef,
    /// An adjunct of the entity that has this tag takes its place.
    pub tag: &'static str,
    /// What is set of its config. A quorum without a value is the entity's.
    pub config: &'static [(&'static ConfigDef, DefaultValue)],
    /// What it computes from, to be read behind "Listening for".
    pub hears: Option<&'static str>,
    /// The sensor that it sets.
    pub publishes: Option<&'static str>,
}

const YES: DefaultValue = DefaultValue::Bool(true);
const NO: DefaultValue = DefaultValue::Bool(false);

const fn def(java_type: &'static str, config: &'static [&'static [&'static ConfigDef]]) -> AdjunctDef {
    AdjunctDef {
        kind: AdjunctKind::Enricher,
        names: &[],
        java_type,
        description: "",
        config,
        needs: &[],
        check: None,
    }
}

/// What the engine does for entities that behave so.
pub fn of(behaviour: Behaviour) -> Vec<&'static Innate> {
    match behaviour {
        Behaviour::Application => vec![&OF_APPLICATION, &STATE, &IS_UP],
        Behaviour::Startable | Behaviour::Conditional | Behaviour::SharedMachine => {
            vec![&OF_PARENT, &STATE, &IS_UP_BESIDE]
        }
        Behaviour::Group => vec![&PROBLEMS_OF_GROUP, &UP_OF_GROUP, &STATE, &IS_UP],
        Behaviour::Fabric => vec![&PROBLEMS_OF_GROUP, &UP_OF_GROUP, &STATE, &IS_UP, &SIZE],
        Behaviour::Cluster => vec![&PROBLEMS_OF_GROUP, &UP_OF_CLUSTER, &STATE, &IS_UP, &ALL_UP],
        Behaviour::Process | Behaviour::Machine => vec![&STATE, &IS_UP, &DIAGNOSTICS, &PROCESS],
        Behaviour::Plain | Behaviour::Sequence | Behaviour::Data => vec![&STATE, &IS_UP_BESIDE],
        Behaviour::Quarantine => vec![],
    }
}
