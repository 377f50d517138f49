//! Who belongs to the plane and who rules it, as far as a client has been told: it lasts from one request to the next.

use std::collections::BTreeMap;
use std::time::Duration;

use api::server::{HaNode, HaSummary};

use crate::server_url::ServerUrl;

/// More servers than a plane has; what names more is not believed.
const LEARNT_MAX: usize = 64;
/// While a server is failed or begins, its address may change soon: the list is asked for again after so long.
const REFRESH_UNSETTLED: Duration = Duration::from_secs(2);

/// The servers that a client knows.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    /// Those it was given: always asked.
    given: Vec<ServerUrl>,
    /// Further ones that the plane names.
    learnt: Vec<ServerUrl>,
    /// Which server it was that answered at an address.
    ids: BTreeMap<ServerUrl, String>,
    master: Option<ServerUrl>,
    /// When the list was last heard, on the client's own clock.
    heard: Option<Duration>,
    /// Whether all servers were well then.
    is_settled: bool,
}

impl Members {
    /// Knows only what it was given.
    pub(crate) fn new(given: Vec<ServerUrl>) -> Members {
        Members {
            given,
            learnt: Vec::new(),
            ids: BTreeMap::new(),
            master: None,
            heard: None,
            is_settled: false,
        }
    }

    /// Who rules.
    pub(crate) fn master(&self) -> Option<&ServerUrl> {
        self.master.as_ref()
    }

    /// Whether the list is old.
    pub(crate) fn is_stale(&self, now: Duration, refresh: Duration) -> bool {
        let refresh = if self.is_settled { refresh } else { refresh.min(REFRESH_UNSETTLED) };
        self.heard.is_none_or(|heard| now.saturating_sub(heard) >= refresh)
    }

    /// Whom to ask who rules: the likeliest first, each once.
    pub(crate) fn to_ask(&self, hint: Option<&ServerUrl>) -> Vec<ServerUrl> {
        let mut all: Vec<ServerUrl> = Vec::new();
        for server in hint.into_iter().chain(&self.master).chain(&self.given).chain(&self.learnt) {
            if !all.contains(server) {
                all.push(server.clone());
            }
        }
        all
    }

    /// The servers that may be asked, the given ones first.
    pub(crate) fn all(&self) -> Vec<ServerUrl> {
        self.given.iter().chain(&self.learnt).cloned().collect()
    }

    /// Takes in what a server says of the plane; whether it was reached as the master.
    pub(crate) fn hear(&mut self, from: &ServerUrl, said: &HaSummary, now: Duration) -> bool {
        self.heard = Some(now);
        if let Some(own) = &said.own_id {
            self.ids.retain(|_, id| id != own);
            self.ids.insert(from.clone(), own.clone());
        }
        self.learn_servers(said);
        let is_itself = said.nodes.is_empty()
            || said.own_id.as_ref().is_some_and(|own| {
                said.master_id.as_ref() == Some(own)
                    // A server whose high availability is switched off names no master.
                    || (said.master_id.is_none() && said.nodes.get(own).is_some_and(|n| n.status == "MASTER"))
            });
        self.master = if is_itself { Some(from.clone()) } else { self.named_master(said) };
        is_itself
    }

    /// A server says of itself that it is the master, in a header.
    pub(crate) fn is_master(&mut self, server: &ServerUrl, now: Duration) {
        self.heard = Some(now);
        self.master = Some(server.clone());
    }

    /// The address at which a server was reached is better than the one that it gives itself.
    fn named_master(&self, said: &HaSummary) -> Option<ServerUrl> {
        let id = said.master_id.as_ref()?;
        let reached = self.ids.iter().find(|(_, known)| *known == id).map(|(server, _)| server.clone());
        reached.or_else(|| said.nodes.get(id)?.node_uri.as_ref()?.parse().ok())
    }

    /// A server that has ended may come back where it was: it is asked last.
    fn learn_servers(&mut self, said: &HaSummary) {
        let is_over = |node: &HaNode| matches!(node.status.as_str(), "TERMINATED" | "FAILED");
        self.is_settled =
            !said.nodes.values().any(|node| node.status == "FAILED" || node.status == "INITIALIZING");
        self.learnt.clear();
        let (over, alive): (Vec<_>, Vec<_>) = said.nodes.iter().partition(|(_, node)| is_over(node));
        for (id, node) in alive.into_iter().chain(over) {
            let is_given = self.ids.iter().any(|(server, known)| known == id && self.given.contains(server));
            if is_given || self.learnt.len() >= LEARNT_MAX {
                continue;
            }
            if let Some(server) = node.node_uri.as_ref().and_then(|uri| uri.parse::<ServerUrl>().ok())
                && !self.given.contains(&server)
                && !self.learnt.contains(&server)
            {
                self.learnt.push(server);
            }
        }
        let (given, learnt) = (&self.given, &self.learnt);
        self.ids.retain(|server, _| given.contains(server) || learnt.contains(server));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn url(name: &str) -> ServerUrl {
        format!("https://{name}:8443").parse().unwrap()
    }

    /// What a server says: its own id, the master's, and `id=status` of all; ids are the names of hosts.
    pub(crate) fn states(own: &str, master: &str, nodes: &str) -> HaSummary {
        let node = |text: &str| {
            let (id, status) = text.split_once('=').unwrap();
            let node = HaNode {
                node_id: id.to_owned(),
                node_uri: Some(format!("https://{id}:8443/")),
                status: status.to_owned(),
                local_timestamp: None,
                remote_timestamp: None,
                priority: None,
            };
            (id.to_owned(), node)
        };
        HaSummary {
            plane_id: None,
            own_id: Some(own.to_owned()),
            master_id: Some(master.to_owned()).filter(|m| !m.is_empty()),
            nodes: nodes.split_whitespace().map(node).collect(),
            links: BTreeMap::new(),
        }
    }

    const NOW: Duration = Duration::from_secs(1);

    #[test]
    fn the_master_is_whom_a_server_names_by_the_address_at_which_it_was_reached() {
        let mut members = Members::new(vec![url("10.0.0.1"), url("10.0.0.2")]);
        assert!(!members.hear(&url("10.0.0.1"), &states("a", "b", "a=STANDBY b=MASTER"), NOW));
        assert_eq!(members.master(), Some(&url("b")), "until it was reached otherwise");
        assert!(members.hear(&url("10.0.0.2"), &states("b", "b", "a=STANDBY b=MASTER"), NOW));
        assert_eq!(members.master(), Some(&url("10.0.0.2")));
        assert!(!members.hear(&url("10.0.0.1"), &states("a", "b", "a=STANDBY b=MASTER"), NOW));
        assert_eq!(members.master(), Some(&url("10.0.0.2")));
    }

    #[test]
    fn servers_that_were_not_given_are_learnt_and_asked_last_when_they_have_ended() {
        let mut members = Members::new(vec![url("a")]);
        members.hear(&url("a"), &states("a", "a", "a=MASTER b=STANDBY c=HOT_STANDBY"), NOW);
        assert_eq!(members.to_ask(None), [url("a"), url("b"), url("c")]);
        members.hear(&url("a"), &states("a", "a", "a=MASTER b=TERMINATED c=FAILED d=STANDBY"), NOW);
        assert_eq!(members.to_ask(Some(&url("d"))), [url("d"), url("a"), url("b"), url("c")]);
    }

    #[test]
    fn a_server_without_high_availability_is_its_own_master() {
        for said in [states("a", "", ""), states("a", "", "a=MASTER")] {
            let mut members = Members::new(vec![url("a")]);
            assert!(members.hear(&url("a"), &said, NOW));
            assert_eq!(members.master(), Some(&url("a")));
        }
    }

    #[test]
    fn without_a_master_there_is_none() {
        let mut members = Members::new(vec![url("a")]);
        members.hear(&url("a"), &states("a", "", "a=STANDBY b=FAILED"), NOW);
        assert_eq!(members.master(), None);
    }

    #[test]
    fn the_list_grows_old() {
        let mut members = Members::new(vec![url("a")]);
        let refresh = Duration::from_secs(30);
        assert!(members.is_stale(NOW, refresh));
        members.hear(&url("a"), &states("a", "a", "a=MASTER"), NOW);
        assert!(!members.is_stale(NOW + Duration::from_secs(29), refresh));
        assert!(members.is_stale(NOW + Duration::from_secs(30), refresh));
        members.hear(&url("a"), &states("a", "a", "a=MASTER b=FAILED"), NOW);
        assert!(members.is_stale(NOW + Duration::from_secs(2), refresh), "b may come back elsewhere");
    }
}
