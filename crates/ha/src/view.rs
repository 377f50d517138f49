//! What a node shows: its roles, the others, and why.

use base::{Lsn, NodeId, Span};

use crate::config::Mode;
use crate::files::FileRole;
use crate::peer::Peer;
use crate::state::{Ha, Stage};
use crate::status::{NodeView, Role, Status};

const HISTORY_MAX: usize = 200;

impl Ha {
    /// What a node that stands by can say of itself.
    pub(crate) fn standby_role(&self) -> Role {
        if self.log.failed.is_some() || self.anchor.gone.is_some() {
            return Role::Failed;
        }
        let hot = match self.mode {
            Mode::Standby => return Role::Standby,
            Mode::HotBackup => Role::HotBackup,
            Mode::HotStandby => Role::HotStandby,
            Mode::Auto | Mode::Master | Mode::Disabled if self.cfg.hot_standby => Role::HotStandby,
            Mode::Auto | Mode::Master | Mode::Disabled => return Role::Standby,
        };
        if self.log.ready { hot } else { Role::Initializing }
    }

    /// What this node is at this step.
    pub fn role(&self) -> Role {
        match &self.stage {
            Stage::Boot(_) | Stage::Claim(_) => Role::Initializing,
            Stage::Follow => self.standby_role(),
            Stage::Reign(_) if self.serving() => Role::Master,
            Stage::Reign(_) => Role::Suspended,
            Stage::Disabled => Role::Failed,
            Stage::Ending(end) if !end.exit => Role::Standby,
            Stage::Ending(_) | Stage::Ended => Role::Terminated,
        }
    }

    pub(crate) fn note_role(&mut self) {
        let role = self.role();
        let before = self.history.front().map(|(r, _)| *r);
        if before == Some(role) {
            return;
        }
        self.history.push_front((role, self.at.wall));
        self.counts.role_changes(role, self.at.now);
        self.history.truncate(HISTORY_MAX);
        let was = before.map_or("nothing", Role::word);
        self.say(crate::input::Level::Info, format!("{} (was {was})", role.word()));
        // The word in the own file follows.
        if !matches!(self.stage, Stage::Boot(_)) {
            self.beat_soon();
            self.run_beat();
        }
    }

    fn peer_view(&self, id: &NodeId, peer: &Peer) -> NodeView {
        let (file, rose, wall) = (&peer.file, peer.rose, peer.wall);
        let silent = !file.ended && self.silent(rose, file.role);
        let role = match file.role {
            _ if file.ended => Role::Terminated,
            FileRole::Initializing | FileRole::Claiming if !silent => Role::Initializing,
            _ if silent => Role::Failed,
            FileRole::Standby => Role::Standby,
            FileRole::HotStandby => Role::HotStandby,
            FileRole::HotBackup => Role::HotBackup,
            FileRole::Master => Role::Master,
            FileRole::Suspended => Role::Suspended,
            FileRole::Terminated => Role::Terminated,
            _ => Role::Failed,
        };
        let why = if silent {
            format!("silent for {}", Span::secs(self.now().since(rose).as_millis() / 1000))
        } else {
            file.why.clone()
        };
        NodeView {
            id: id.clone(),
            uri: file.uri.clone(),
            role,
            priority: file.priority,
            local: file.at,
            remote: wall,
            term: file.term,
            head: file.head,
            behind: peer.behind,
            version: file.version.clone(),
            host: file.host.clone(),
            why,
        }
    }

    /// Everything that is shown, as it stands after this step.
    pub fn status(&self) -> Status {
        let mut nodes: Vec<NodeView> = self.peers.iter().map(|(id, peer)| self.peer_view(id, peer)).collect();
        let applied = self.log.have.map_or(Lsn(0), |p| p.lsn);
        let why = self.why();
        nodes.push(NodeView {
            id: self.cfg.node.clone(),
            uri: self.cfg.uri.clone(),
            role: self.role(),
            priority: self.priority,
            local: self.at.wall,
            remote: self.at.wall,
            term: self.created,
            head: applied,
            behind: self.log.target.0.saturating_sub(applied.0),
            version: self.cfg.version.clone(),
            host: self.cfg.host.clone(),
            why: why.clone(),
        });
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        // Whoever rules says the term that it rules in, also when it has heard of a newer one.
        let reigns_in = match &self.stage {
            Stage::Reign(reign) => Some(reign.term),
            _ => None,
        };
        let master = if reigns_in.is_some() {
            Some(self.cfg.node.clone())
        } else {
            self.terms.owner.clone().filter(|o| {
                self.terms.over.is_none()
                    && nodes.iter().any(|n| n.id == *o && matches!(n.role, Role::Master | Role::Suspended))
            })
        };
        let master_uri = master
            .as_ref()
            .and_then(|m| nodes.iter().find(|n| n.id == *m))
            .map_or_else(String::new, |n| n.uri.clone());
        Status {
            plane: self.plane.as_ref().map(|p| p.plane.clone()),
            node: Some(self.cfg.node.clone()),
            role: Some(self.role()),
            lease_until: self.lease_until(),
            term: reigns_in.unwrap_or(self.terms.newest),
            master,
            master_uri,
            applied,
            head: self.log.target.max(applied),
            floor: self.ckpt.floor(),
            format: self.log.format,
            nodes,
            why,
            damage: self.damage.clone(),
            priority: self.priority,
            timeout: self.cfg.timeout,
            poll: self.cfg.poll,
            history: self.history.iter().copied().collect(),
            counts: self.counts.clone(),
            orders: self.ordered.newest.clone(),
            orders_told: self.beat.confirmed_orders,
            paused: self.paused(),
            hand_over_refused: self.ordered.refused.clone(),
            store_trouble: self.trouble.as_ref().map_or_else(String::new, |t| t.text.clone()),
        }
    }

    pub(crate) fn why(&self) -> String {
        match &self.stage {
            Stage::Disabled => {
                "it was disabled by an operator; set another mode to take part again".to_owned()
            }
            Stage::Follow | Stage::Reign(_) if self.anchor.gone.is_some() => {
                self.anchor.gone.clone().unwrap_or_default()
            }
            Stage::Claim(claim) => format!("claiming term {}: {}", claim.term, claim.why),
            Stage::Reign(_) if !self.serving() && self.store_is_full() => {
                "store=full: writes are refused until there is room in it; make room (`df`, `df -i`) or raise the quota"
                    .to_owned()
            }
            Stage::Reign(_) if !self.serving() => {
                "the store does not answer; writes are refused until it does".to_owned()
            }
            Stage::Follow if self.log.failed.is_some() => {
                self.log.failed.as_ref().map_or_else(String::new, |f| f.why.clone())
            }
            Stage::Follow if !self.log.ready && self.wants_state() => "loading the state".to_owned(),
            _ => String::new(),
        }
    }

    /// Whether the folded state is complete up to some record: not while it is being loaded.
    pub fn state_is_whole(&self) -> bool {
        self.log.have.is_some() && (self.log.ready || matches!(self.stage, Stage::Reign(_)))
    }
}
