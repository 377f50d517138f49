//! The machines that are spoken to now: the same one for the same target.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use engine::effect::SshTarget;

use super::target::Target;
use crate::work::Context;

/// Holds no machine: one goes when no work is for it and its connection is closed.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    targets: Mutex<Vec<Weak<Target>>>,
}

impl Pool {
    /// The machine of a target. Another login or another way to check its key is another machine: whoever knows
    /// no password must not use the connection of somebody who did.
    pub(super) fn target(&self, spec: Arc<SshTarget>, context: &Arc<Context>) -> Arc<Target> {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(target) = targets.iter().filter_map(Weak::upgrade).find(|target| *target.spec == *spec) {
            return target;
        }
        targets.retain(|target| target.strong_count() > 0);
        let target = Arc::new(Target::new(spec, context.clone()));
        targets.push(Arc::downgrade(&target));
        target
    }
}
