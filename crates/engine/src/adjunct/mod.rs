//! What acts by itself beside an entity: enrichers compute sensors from sensors, feeds bring them from outside,
//! policies call effectors (`brooklyn-blueprints.md` 6, 7).
//!
//! One type is two small files: its table in [`model::adjuncts`], and here, under the same name, an [`Act`]: what it
//! wants to hear of, and a function over a closed enum of [`Event`]s. Adding one is these two and a line in [`ALL`].
//!
//! Only the master runs them. [`ears`] finds whom a change concerns without looking at anybody else; what is heard
//! and under way is transient, and a new master begins every adjunct again. What must outlast a master (a schedule,
//! failures of late) an adjunct keeps in its recorded `memory`.

mod commands;
mod desk;
mod dispatch;
mod ears;
mod enrichers;
mod feeds;
mod function;
mod innate;
mod policies;
mod poll;
mod running;
mod settings;
mod shown;
mod slow_fire;
mod tag;

use base::EntityId;
use model::adjuncts::AdjunctDef;
use serde_json::Value;

pub(crate) use desk::Desk;
pub(crate) use ears::Subject;
pub(crate) use running::{Running, Who};
pub(crate) use settings::shown;

use crate::effect::Outcome;
use crate::task::Task;

/// What an adjunct of some type does. An error's text is shown as the adjunct's trouble until it works again.
pub(crate) struct Act {
    /// Its table.
    pub(crate) table: &'static AdjunctDef,
    /// What it wants to hear of. Asked when it begins.
    pub(crate) hears: fn(&Desk<'_>) -> Result<Vec<Subject>, String>,
    /// What it does when something has happened.
    pub(crate) on: fn(&mut Desk<'_>, &Event<'_>) -> Result<(), String>,
}

/// What an adjunct can be told.
pub(crate) enum Event<'a> {
    /// It begins: first of all.
    Begun(Cause),
    /// A sensor that it hears of has a value; null: not any more.
    Sensor { of: &'a EntityId, name: &'a str, value: &'a Value },
    /// A member or child that it hears of has come or gone.
    Member { member: &'a EntityId, came: bool },
    /// In the place of the two above, however many there were, for what looks at all there is anyway.
    Changed,
    /// The time that it asked for has come.
    Timer,
    /// Work that it asked for is over.
    Outcome(&'a Outcome),
    /// A task that it began has ended.
    TaskEnded(&'a Task),
}

/// Why an adjunct begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It is new.
    Added,
    /// It had been suspended.
    Resumed,
    /// Its config was changed.
    Reconfigured,
    /// A new master rules.
    TookOver,
}

/// Every type that does something, by kind.
fn act_of(table: &AdjunctDef) -> Option<&'static Act> {
    let all = enrichers::ALL.iter().chain(feeds::ALL).chain(policies::ALL);
    all.copied().find(|act| std::ptr::eq(act.table, table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_adjunct_that_a_blueprint_can_ask_for_does_something() {
        for table in model::adjuncts::ALL {
            assert!(act_of(table).is_some(), "{} does nothing", table.java_type);
        }
    }
}
