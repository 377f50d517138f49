//! Who should follow a master: Brooklyn's order (`brooklyn-ha.md` 1.9). A wrong order costs time, never safety.

use std::cmp::Ordering;

use base::NodeId;

use crate::files::FileRole;

/// A node that could be elected.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its id.
    pub id: NodeId,
    /// Its priority.
    pub priority: i64,
    /// Its release, empty when unknown.
    pub version: String,
    /// What it is.
    pub role: FileRole,
}

/// Sorts the best first: priority, then releases before snapshots before unknown ones, then the higher
/// version, then master before hot standby before standby, then the lowest id.
pub fn order(all: &mut [Candidate]) {
    all.sort_by(|a, b| {
        b.priority
            .cmp(&a.priority)
            .then_with(|| class(&a.version).cmp(&class(&b.version)))
            .then_with(|| natural(&b.version, &a.version))
            .then_with(|| state(a.role).cmp(&state(b.role)))
            .then_with(|| a.id.cmp(&b.id))
    });
}

fn class(version: &str) -> u8 {
    match version {
        "" => 2,
        v if v.to_ascii_lowercase().contains("snapshot") => 1,
        _ => 0,
    }
}

fn state(role: FileRole) -> u8 {
    match role {
        FileRole::Master => 0,
        FileRole::HotStandby => 1,
        _ => 2,
    }
}

/// Digits compare as numbers, so `v10` is above `v3`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(ca), Some(cb)) = (a.chars().next(), b.chars().next()) else { return a.len().cmp(&b.len()) };
        let order = if ca.is_ascii_digit() && cb.is_ascii_digit() {
            let (na, ra) = number(a);
            let (nb, rb) = number(b);
            (a, b) = (ra, rb);
            na.cmp(&nb)
        } else {
            (a, b) = (&a[ca.len_utf8()..], &b[cb.len_utf8()..]);
            ca.cmp(&cb)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn number(text: &str) -> (u64, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse().unwrap_or(u64::MAX), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order_of(list: &[(&str, i64, &str, FileRole)]) -> Vec<String> {
        let mut all: Vec<Candidate> = list
            .iter()
            .map(|(id, priority, version, role)| Candidate {
                id: NodeId::new(*id),
                priority: *priority,
                version: (*version).to_owned(),
                role: *role,
            })
            .collect();
        order(&mut all);
        all.into_iter().map(|c| c.id.to_string()).collect()
    }

    /// The vectors of `brooklyn-ha.md` 7.4.
    #[test]
    fn candidates_are_ordered_as_brooklyn_orders_them() {
        use FileRole::{HotStandby, Master, Standby};
        let all_standby =
            [("node2", 0, "v", Standby), ("node1", 0, "v", Standby), ("node3", 0, "v", Standby)];
        assert_eq!(order_of(&all_standby), ["node1", "node2", "node3"]);
        let states = [("4", 0, "v", Standby), ("5", 0, "v", Master), ("6", 0, "v", HotStandby)];
        assert_eq!(order_of(&states), ["5", "6", "4"]);
        let priorities =
            [("node1", 2, "v", Standby), ("node2", -1, "v", Standby), ("node3", 0, "v", Standby)];
        assert_eq!(order_of(&priorities), ["node1", "node3", "node2"]);
        let versions = [
            ("1", 0, "v10", Standby),
            ("2", 0, "v3-snapshot", Standby),
            ("3", -1, "v3-snapshot", Standby),
            ("4", 0, "v3-snapshot", Standby),
            ("5", 0, "v3-stable", Standby),
            ("6", 0, "v1", Standby),
            ("7", 0, "", Standby),
        ];
        assert_eq!(order_of(&versions), ["1", "5", "6", "2", "4", "7", "3"]);
    }
}
