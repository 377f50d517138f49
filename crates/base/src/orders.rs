//! What operators have ordered about the master's chair: a pause of automatic fail-over, a switchover at a time.
//!
//! They are part of the recorded state, and every server repeats the newest that it knows in its own file, so that
//! one that follows no log knows them as well.

use serde::{Deserialize, Serialize};

use crate::{NodeId, WallMs};

/// Orders, as they stand. Of two, the one with the higher serial is the newer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// Counts changes of orders in one history.
    pub serial: u64,
    /// Automatic fail-over is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// A switchover is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switchover: Option<Planned>,
}

/// A pause of automatic fail-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it began.
    pub since: WallMs,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<WallMs>,
    /// What for, in the words of who ordered it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Who ordered it.
    pub by: String,
}

/// A switchover that is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// When it is due, by the clock of whoever is master then.
    pub at: WallMs,
    /// To whom; nobody named: whoever is best then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NodeId>,
    /// Who ordered it.
    pub by: String,
    /// When it was ordered.
    pub asked: WallMs,
}

impl Orders {
    /// Whether nothing was ever ordered.
    pub fn is_none(&self) -> bool {
        *self == Orders::default()
    }

    /// The pause, while it lasts.
    pub fn paused_at(&self, wall: WallMs) -> Option<&Pause> {
        self.pause.as_ref().filter(|pause| pause.until.is_none_or(|until| wall < until))
    }

    /// The planned switchover, once its time has come.
    pub fn due_at(&self, wall: WallMs) -> Option<&Planned> {
        self.switchover.as_ref().filter(|planned| planned.at <= wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_when_its_time_has_come_and_a_plan_is_due_then() {
        let pause = |until| Pause { since: WallMs(1), until, why: String::new(), by: "a".to_owned() };
        let planned = Planned { at: WallMs(10), to: None, by: "a".to_owned(), asked: WallMs(1) };
        let mut orders = Orders { serial: 1, pause: Some(pause(None)), switchover: Some(planned) };
        assert!(orders.paused_at(WallMs(u64::MAX)).is_some());
        orders.pause = Some(pause(Some(WallMs(10))));
        assert!(orders.paused_at(WallMs(9)).is_some() && orders.due_at(WallMs(9)).is_none());
        assert!(orders.paused_at(WallMs(10)).is_none() && orders.due_at(WallMs(10)).is_some());
    }
}
