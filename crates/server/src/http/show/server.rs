//! The server and its peers, in Brooklyn's shapes.

use std::collections::BTreeMap;

use api::server::{
    HaMetrics, HaMoment, HaNode, HaSummary, HaTimes, ReadWrite, Rebind, RebindCounts, SensitiveFields,
    StoreCount, UpExtended,
};
use base::WallMs;
use base::secret::SENSITIVE_TOKENS;
use ha::status::{Role, Status};
use node::interface::View;

use super::text;

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

/// `ha/metrics`. What Brooklyn counts and we have no such thing as is zero.
pub(in crate::http) fn metrics(view: &View, role: Role, now: WallMs, started: WallMs) -> HaMetrics {
    let status = &view.status;
    let trouble = u64::from(!status.store_trouble.is_empty());
    let entities = view.root.as_ref().map_or(0, |r| r.entity_count() as u64);
    let applications = view.root.as_ref().map_or(0, |r| r.apps().count() as u64);
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
        rebind: Rebind { count: u64::from(view.root.is_some()), ..Rebind::default() },
        persist: Rebind { count: view.lsn.0, failure_count: trouble, ..Rebind::default() },
        first_rebind_counts: RebindCounts { applications, entities, all_items: entities },
        management_state_persistence: ReadWrite {
            read: StoreCount { count: status.applied.0, ..StoreCount::default() },
            write: StoreCount { count: status.head.0, failure_count: trouble, ..StoreCount::default() },
        },
    }
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
