//! Which requests a server refuses because of its role: Brooklyn's rules, word for word, and one of ours for a
//! suspended master.

use ha::status::Role;

use super::fail::Fail;

/// The header that lifts the check.
pub const SKIP: &str = "brooklyn-allow-non-master-access";

const PRIMARY: &str = "This request is only permitted against an active primary Brooklyn server";
const HOT: &str =
    "This request is only permitted against an active primary or hot standby/backup Brooklyn server";
const SUSPENDED: &str = "Not recorded: this server is the master, but it is suspended because the store does \
     not answer; send the request again, here or to the server that X-HA-Master names";

/// What the check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// What this server is at this moment.
    pub role: Role,
    /// Whether it holds the state.
    pub has_state: bool,
    /// Whether the request may change something (neither GET nor HEAD).
    pub is_write: bool,
    /// Whether the resource needs the state.
    pub needs_state: bool,
    /// Whether it is allowed in every role (`server/shutdown`, `logout`).
    pub is_exempt: bool,
    /// Whether it carries the header that lifts the check.
    pub skips: bool,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// It needs the master.
    NeedsMaster,
    /// It needs a server that holds the state.
    NeedsState,
    /// This is the master, and it may not act now.
    Suspended,
}

/// Judges one request.
pub fn judge(request: Request) -> Result<(), Barred> {
    if request.skips {
        return Ok(());
    }
    if request.is_write && !request.is_exempt && request.role != Role::Master {
        let suspended = request.role == Role::Suspended;
        return Err(if suspended { Barred::Suspended } else { Barred::NeedsMaster });
    }
    let is_hot = matches!(request.role, Role::Master | Role::Suspended | Role::HotStandby | Role::HotBackup);
    if request.needs_state && !(is_hot && request.has_state) {
        return Err(Barred::NeedsState);
    }
    Ok(())
}

impl From<Barred> for Fail {
    fn from(barred: Barred) -> Fail {
        match barred {
            Barred::NeedsMaster => Fail::forbidden(PRIMARY),
            Barred::NeedsState => Fail::forbidden(HOT),
            Barred::Suspended => Fail::later(SUSPENDED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(role: Role, is_write: bool, needs_state: bool) -> Result<(), Barred> {
        let has_state = !matches!(role, Role::Standby | Role::Initializing | Role::Failed);
        judge(Request { role, has_state, is_write, needs_state, is_exempt: false, skips: false })
    }

    #[test]
    fn the_table_of_roles_and_requests_is_brooklyns() {
        use Barred::{NeedsMaster, NeedsState, Suspended};
        // role, read of the server, read of the state, write
        let table = [
            (Role::Master, Ok(()), Ok(()), Ok(())),
            (Role::Suspended, Ok(()), Ok(()), Err(Suspended)),
            (Role::HotStandby, Ok(()), Ok(()), Err(NeedsMaster)),
            (Role::HotBackup, Ok(()), Ok(()), Err(NeedsMaster)),
            (Role::Standby, Ok(()), Err(NeedsState), Err(NeedsMaster)),
            (Role::Initializing, Ok(()), Err(NeedsState), Err(NeedsMaster)),
            (Role::Failed, Ok(()), Err(NeedsState), Err(NeedsMaster)),
            (Role::Terminated, Ok(()), Err(NeedsState), Err(NeedsMaster)),
        ];
        for (role, read, hot, write) in table {
            assert_eq!(judged(role, false, false), read, "{role:?}");
            assert_eq!(judged(role, false, true), hot, "{role:?}");
            assert_eq!(judged(role, true, true), write, "{role:?}");
            assert_eq!(judged(role, true, false), write, "{role:?}");
        }
    }

    #[test]
    fn the_header_lifts_all_and_the_exemption_lifts_the_first_rule_only() {
        let request = Request {
            role: Role::Standby,
            has_state: false,
            is_write: true,
            needs_state: true,
            is_exempt: false,
            skips: true,
        };
        assert_eq!(judge(request), Ok(()));
        let exempt = Request { skips: false, is_exempt: true, needs_state: false, ..request };
        assert_eq!(judge(exempt), Ok(()));
        assert_eq!(judge(Request { needs_state: true, ..exempt }), Err(Barred::NeedsState));
    }

    #[test]
    fn a_master_that_is_still_loading_serves_no_state() {
        let request = Request {
            role: Role::Master,
            has_state: false,
            is_write: false,
            needs_state: true,
            is_exempt: false,
            skips: false,
        };
        assert_eq!(judge(request), Err(Barred::NeedsState));
    }
}
