//! The server and its peers, in Brooklyn's shapes.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use api::server::{
    HaMetrics, HaMoment, HaNode, HaSummary, HaTimes, MetricError, ReadWrite, Rebind, RebindCounts,
    SensitiveFields, StoreCount, UpExtended,
};
use base::WallMs;
use base::secret::SENSITIVE_TOKENS;
use ha::status::{Role, Status};

use super::text;
use crate::metrics::{Metrics, Tallied};

/// `ha/states`; `own_role` is what this server is at this moment.
pub(in crate::http) fn states(status: &Status, own_role: Role) -> HaSummary {
    let node = |n: &ha::status::NodeView| {
        let role = if Some(&n.id) == status.node.as_ref() { own_role } else { n.role };
        HaNode {
            node_id: n.id.to_string(),
            node_uri: Some(n.uri.clone()).filter(|uri| !uri.is_empty()),
            status: role.brooklyn_word().to_owned(),
            local_timestamp: Some(n.local.0),
            remote_timestamp: Some(n.remote.0),
            priority: Some(n.priority),
        }
    };
    HaSummary {
        plane_id: status.plane.as_ref().map(ToString::to_string),
        own_id: status.node.as_ref().map(ToString::to_string),
        master_id: status.master.as_ref().map(ToString::to_string),
        nodes: status.nodes.iter().map(|n| (n.id.to_string(), node(n))).collect(),
        links: BTreeMap::new(),
    }
}

/// Up, on its way out, well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Health {
    pub(in crate::http) up: bool,
    pub(in crate::http) shutting_down: bool,
    pub(in crate::http) healthy: bool,
}

impl Health {
    pub(in crate::http) fn of(role: Role, stopping: bool) -> Health {
        let shutting_down = stopping || role == Role::Terminated;
        let up = !shutting_down && role != Role::Initializing;
        Health { up, shutting_down, healthy: up && !matches!(role, Role::Failed | Role::Suspended) }
    }
}

/// `up/extended`.
pub(in crate::http) fn extended(status: &Status, role: Role, health: Health) -> UpExtended {
    UpExtended {
        up: health.up,
        shutting_down: health.shutting_down,
        healthy: health.healthy,
        ha: Some(states(status, role)),
        osgi_up: false,
        sensitive_fields: SensitiveFields {
            tokens: SENSITIVE_TOKENS.iter().map(|t| (*t).to_owned()).collect(),
            plaintext_blocked: false,
        },
    }
}

/// `ha/metrics`.
pub(in crate::http) fn metrics(
    status: &Status,
    role: Role,
    now: WallMs,
    started: WallMs,
    counted: &Metrics,
) -> HaMetrics {
    let [applications, entities, all_items] = counted.first_load.get().copied().unwrap_or_default();
    HaMetrics {
        state: role.brooklyn_word().to_owned(),
        uptime: text::duration(now.0.saturating_sub(started.0)),
        current_time_utc: now.0,
        start_time_utc: started.0,
        high_availability: HaTimes {
            priority: status.priority,
            poll_period: status.poll.as_millis(),
            heartbeat_timeout: status.timeout.as_millis(),
            history: status
                .history
                .iter()
                .map(|(role, at)| HaMoment { state: role.brooklyn_word().to_owned(), timestamp: at.0 })
                .collect(),
        },
        rebind: rebind(counted.loads.read(), now),
        persist: rebind(counted.records.read(), now),
        rebind_read_only_count: matches!(role, Role::HotStandby | Role::HotBackup)
            .then(|| counted.loads.read().count),
        first_rebind_counts: RebindCounts { applications, entities, all_items },
        management_state_persistence: ReadWrite {
            read: store_count(counted.reads.read()),
            write: store_count(counted.writes.read()),
        },
    }
}

fn rebind(told: Tallied, now: WallMs) -> Rebind {
    let since = |at: Option<WallMs>| at.map(|at| now.0.saturating_sub(at.0));
    Rebind {
        count: told.count,
        last_success_time_utc: told.last_success.map(|at| at.0),
        last_success_time_millis_since: since(told.last_success),
        last_duration: millis(told.last_duration),
        failure_count: told.failures,
        last_failure_time_utc: told.last_failure.map(|at| at.0),
        last_failure_time_millis_since: since(told.last_failure),
        error_messages: errors(told.errors),
    }
}

fn store_count(told: Tallied) -> StoreCount {
    StoreCount {
        count: told.count,
        failure_count: told.failures,
        last_success_time: told.last_success.map(|at| at.0),
        last_duration: millis(told.last_duration),
        last_failure_time: told.last_failure.map(|at| at.0),
        error_messages: errors(told.errors),
    }
}

fn millis(took: Option<Duration>) -> Option<u64> {
    took.map(|took| took.as_millis() as u64)
}

fn errors(told: VecDeque<(WallMs, String)>) -> Vec<MetricError> {
    told.into_iter().map(|(at, error)| MetricError { error, timestamp: at.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_follows_the_role() {
        let of = |role| Health::of(role, false);
        for role in [Role::Master, Role::Standby, Role::HotStandby, Role::HotBackup] {
            assert_eq!(of(role), Health { up: true, shutting_down: false, healthy: true });
        }
        for role in [Role::Suspended, Role::Failed, Role::Initializing] {
            assert!(!of(role).healthy, "{role:?}");
        }
        assert_eq!(Health::of(Role::Master, true), Health { up: false, shutting_down: true, healthy: false });
    }
}
