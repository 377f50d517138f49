//! Whether entities may be given machines. It is a part of the state: who forbade it does not forbid it to one server.

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::Reply;
use crate::machine::{Try, fail};
use crate::state::Root;

impl Root {
    /// Whether entities may be given machines.
    pub fn may_provision(&self) -> bool {
        !self.provisioning_forbidden
    }
}

impl Draft {
    pub(crate) fn on_allow_provisioning(&mut self, allowed: bool) -> Reply {
        if self.root.may_provision() != allowed {
            self.record(Change::ProvisioningAllowed { allowed });
        }
        Reply::Done
    }

    /// Ends a start that needs a machine of this location where that is forbidden. What has one keeps it.
    pub(crate) fn check_may_provision(&self, location: &str) -> Try<()> {
        if self.root.may_provision() {
            return Ok(());
        }
        fail(format!(
            "Access controller forbids provisioning in {location}: location provisioning disabled; allow it with \
             POST /v1/access/locationProvisioningAllowed?allowed=true"
        ))
    }
}
