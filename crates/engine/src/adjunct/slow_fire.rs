//! Entities whose state is to burn only after a failure has lasted: what a `ServiceFailureDetector` may ask for.

use std::sync::Arc;

use base::{AdjunctId, EntityId, Span};

use super::Who;
use crate::draft::Draft;
use crate::lifecycle::Lifecycle;

/// How long an entity's failure must last. Transient.
#[derive(Clone, Debug)]
pub(crate) struct SlowFire {
    by: AdjunctId,
    delay: Span,
    /// Since when it fails, in milliseconds since 1970.
    since: Option<u64>,
}

impl Draft {
    /// A detector wants its entity to burn slowly.
    pub(crate) fn slow_fire(&mut self, who: &Arc<Who>, delay: Span) {
        let slow_fires = &mut self.root.transient.adjuncts.slow_fires;
        if delay == Span::ZERO {
            slow_fires.remove_mut(&who.entity);
        } else {
            let slow = SlowFire { by: who.adjunct.clone(), delay, since: None };
            slow_fires.insert_mut(who.entity.clone(), slow);
        }
    }

    /// The state that an entity gets, where `wanted` is what its sensors say and `now` what it is.
    pub(crate) fn slowed(
        &mut self,
        id: &EntityId,
        wanted: Option<Lifecycle>,
        now: Option<Lifecycle>,
    ) -> Option<Lifecycle> {
        let wall = self.wall().0;
        let running = &mut self.root.transient.adjuncts;
        let slow = running.slow_fires.get(id).cloned().filter(|slow| running.live.contains_key(&slow.by));
        let Some(mut slow) = slow else { return wanted };
        let burns = wanted == Some(Lifecycle::OnFire);
        slow.since = if burns { Some(slow.since.unwrap_or(wall)) } else { None };
        let waits = slow.since.is_some_and(|since| wall < since + slow.delay.as_millis());
        running.slow_fires.insert_mut(id.clone(), slow);
        if waits { now } else { wanted }
    }

    /// Lets an entity burn whose failure has lasted; else says when it will have, in milliseconds since 1970.
    pub(crate) fn settle_slow_fire(&mut self, id: &EntityId) -> Option<u64> {
        let slow = self.root.transient.adjuncts.slow_fires.get(id)?;
        let due = slow.since? + slow.delay.as_millis();
        if self.wall().0 < due {
            return Some(due);
        }
        if self.root.entity(id).is_some_and(|e| e.state() != Some(Lifecycle::OnFire)) {
            self.settle(id);
        }
        None
    }
}
