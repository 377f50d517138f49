//! Who may be given the master's chair, and why another may not: a plain function of what a server shows.

use base::limits::HAND_OVER_BEHIND_MAX;
use base::{NodeId, Term};

use crate::chooser::{self, Candidate};
use crate::files::FileRole;
use crate::status::{NodeView, Role, Status};

/// Why nobody is given the chair.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSuccessor {
    /// No server has this id.
    #[error("the plane has no server `{0}`; see `ha status`")]
    Unknown(NodeId),
    /// It is the master.
    #[error("`{0}` is the master already")]
    Itself(NodeId),
    /// It cannot be elected as it is.
    #[error("`{id}` cannot take over: it {why}")]
    NotElectable {
        /// Who.
        id: NodeId,
        /// What is so, and what to do.
        why: String,
    },
    /// There is nobody.
    #[error("no other server can take over ({0}); start one, or mend one, and ask again")]
    Nobody(String),
}

impl NoSuccessor {
    /// Whether waiting cannot change it: the one who is named sits there already.
    pub fn is_final(&self) -> bool {
        matches!(self, NoSuccessor::Itself(_))
    }
}

/// The one who is named, if it can take over; else whoever is best.
pub fn choose(status: &Status, to: Option<&NodeId>) -> Result<NodeId, NoSuccessor> {
    let own = status.node.as_ref();
    let Some(to) = to else { return best(status) };
    if Some(to) == own {
        return Err(NoSuccessor::Itself(to.clone()));
    }
    let node = status.nodes.iter().find(|n| n.id == *to);
    let node = node.ok_or_else(|| NoSuccessor::Unknown(to.clone()))?;
    match obstacle(node) {
        None => Ok(to.clone()),
        // Who cannot follow is not given the chair.
        Some(_) if base::mutant::on(base::Mutant::HandOverToUnfit) => Ok(to.clone()),
        Some(why) => Err(NoSuccessor::NotElectable { id: to.clone(), why }),
    }
}

fn best(status: &Status) -> Result<NodeId, NoSuccessor> {
    let others = || status.nodes.iter().filter(|n| Some(&n.id) != status.node.as_ref());
    let mut able: Vec<Candidate> = others()
        .filter(|n| obstacle(n).is_none())
        .map(|n| Candidate {
            id: n.id.clone(),
            priority: n.priority,
            version: n.version.clone(),
            role: if n.role == Role::HotStandby { FileRole::HotStandby } else { FileRole::Standby },
        })
        .collect();
    chooser::order(&mut able);
    able.into_iter().next().map(|c| c.id).ok_or_else(|| {
        let reasons: Vec<String> =
            others().filter_map(|n| Some(format!("`{}` {}", n.id, obstacle(n)?))).collect();
        NoSuccessor::Nobody(if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") })
    })
}

/// Why a server cannot take over; nothing when it can.
fn obstacle(node: &NodeView) -> Option<String> {
    let role = node.role.word();
    Some(match node.role {
        Role::Standby | Role::HotStandby if node.behind > HAND_OVER_BEHIND_MAX => format!(
            "was {} records behind at its last beat, more than {HAND_OVER_BEHIND_MAX} (HAND_OVER_BEHIND_MAX); wait \
             until it has caught up",
            node.behind
        ),
        Role::Standby | Role::HotStandby => return None,
        Role::HotBackup => {
            format!("is {role}, which is never elected; set it to AUTO first (`ha mode AUTO`)")
        }
        Role::Failed if node.why.is_empty() => format!("is {role}; see its log"),
        Role::Failed => format!("is {role} ({})", node.why),
        Role::Terminated => "was stopped; start it first".to_owned(),
        Role::Initializing => "is still loading the state; wait until it is a standby".to_owned(),
        Role::Master | Role::Suspended => format!("says that it is {role}"),
    })
}

/// A term that its owner has handed over, as the owner's file says it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HandOver {
    /// The term that was given up.
    pub term: Term,
    /// Who shall follow.
    pub to: NodeId,
    /// Who ordered it.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Lsn, WallMs};

    /// `a=MASTER b=HOT_STANDBY`: the first one looks.
    fn plane(nodes: &[(&str, Role)]) -> Status {
        let view = |(id, role): &(&str, Role)| NodeView {
            id: NodeId::new(*id),
            uri: String::new(),
            role: *role,
            priority: 0,
            local: WallMs(0),
            remote: WallMs(0),
            term: Term(1),
            head: Lsn(9),
            behind: 0,
            version: "1".to_owned(),
            host: String::new(),
            why: String::new(),
        };
        Status {
            node: Some(NodeId::new(nodes[0].0)),
            nodes: nodes.iter().map(view).collect(),
            ..Status::default()
        }
    }

    fn chosen(status: &Status, to: Option<&str>) -> Result<String, String> {
        choose(status, to.map(NodeId::new).as_ref()).map(|id| id.to_string()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_best_is_chosen_by_the_order_of_elections_and_whoever_is_named_if_it_is_able() {
        let mut plane = plane(&[("m", Role::Master), ("b", Role::Standby), ("c", Role::HotStandby)]);
        assert_eq!(chosen(&plane, None), Ok("c".to_owned()));
        assert_eq!(chosen(&plane, Some("b")), Ok("b".to_owned()));
        plane.nodes[1].priority = 1;
        assert_eq!(chosen(&plane, None), Ok("b".to_owned()));
        plane.nodes[1].behind = HAND_OVER_BEHIND_MAX + 1;
        assert_eq!(chosen(&plane, None), Ok("c".to_owned()));
        assert!(chosen(&plane, Some("b")).unwrap_err().contains("10001 records behind"));
    }

    #[test]
    fn each_who_cannot_is_refused_with_what_to_do() {
        let table = [
            (Role::HotBackup, "never elected"),
            (Role::Failed, "is FAILED"),
            (Role::Terminated, "start it first"),
            (Role::Initializing, "still loading"),
            (Role::Suspended, "says that it is SUSPENDED"),
        ];
        for (role, words) in table {
            let plane = plane(&[("m", Role::Master), ("x", role)]);
            let named = chosen(&plane, Some("x")).unwrap_err();
            assert!(named.starts_with("`x` cannot take over: it ") && named.contains(words), "{named}");
            let anybody = chosen(&plane, None).unwrap_err();
            assert!(anybody.starts_with("no other server can take over (`x` ") && anybody.contains(words));
        }
        let alone = plane(&[("m", Role::Master)]);
        assert_eq!(chosen(&alone, Some("m")), Err("`m` is the master already".to_owned()));
        assert!(chosen(&alone, Some("y")).unwrap_err().contains("no server `y`"));
        assert!(chosen(&alone, None).unwrap_err().contains("there is none"));
    }
}
