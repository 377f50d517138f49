//! Whether this server may act on the world right now: asked by the executor right before it does.

use engine::effect::WorkKey;
use ha::status::{Role, Status};

use super::clock;

/// The term must be the one that this server rules in, and its lease must last, at this moment and not when the
/// work was handed over.
pub(super) fn may_act(key: &WorkKey, status: &Status) -> Result<(), String> {
    let role = status.role_at(clock::now());
    if role != Role::Master {
        return Err(format!("this server is {} now, not master: nothing was done", role.word()));
    }
    if status.term != key.term {
        return Err(format!(
            "it was asked for in term {}, and this is term {}: nothing was done",
            key.term, status.term
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use base::{Mono, Term};

    use super::*;

    #[test]
    fn only_a_master_of_that_term_with_a_lease_may_act() {
        let key = WorkKey { term: Term(3), task: "t".into(), step: 1, attempt: 1 };
        let rules = Status {
            role: Some(Role::Master),
            term: Term(3),
            lease_until: Some(Mono(u64::MAX)),
            ..Status::default()
        };
        assert!(may_act(&key, &rules).is_ok());
        let late = Status { lease_until: Some(Mono(1)), ..rules.clone() };
        assert!(may_act(&key, &late).unwrap_err().contains("SUSPENDED"));
        assert!(may_act(&key, &Status { term: Term(4), ..rules.clone() }).is_err());
        assert!(may_act(&key, &Status { role: Some(Role::HotStandby), ..rules }).is_err());
    }
}
