//! What must hold in every state. Called after each step in tests and in the simulation.

use crate::index::{Counts, Index};
use crate::state::Root;
use crate::task::Status;

/// Everything that does not hold, in words; nothing when all is well.
pub fn check(root: &Root) -> Vec<String> {
    let mut bad = Vec::new();
    for e in root.entities() {
        let parent = e.parent.as_ref();
        if let Some(parent) = parent
            && root.entity(parent).is_none()
        {
            bad.push(format!("entity {}: its parent {parent} is not there", e.id));
        }
        match root.entity(&e.app) {
            Some(app) if app.parent.is_none() => {}
            _ => bad.push(format!("entity {}: its application {} is not there", e.id, e.app)),
        }
        for member in e.members.values().filter(|m| root.entity(m).is_none()) {
            bad.push(format!("entity {}: its member {member} is not there", e.id));
        }
        if e.seq >= root.next_seq {
            bad.push(format!("entity {}: its number was not given out yet", e.id));
        }
        if e.process.is_some() && e.place.is_none() {
            bad.push(format!("entity {}: it has a process and no machine", e.id));
        }
    }
    for t in root.tasks() {
        if let Some(parent) = &t.parent {
            match root.task(parent) {
                None => bad.push(format!("task {}: it is a part of {parent}, which is not there", t.id)),
                Some(parent) if parent.is_ended() && !t.is_ended() => {
                    bad.push(format!("task {}: it goes on although {} has ended", t.id, parent.id));
                }
                Some(_) => {}
            }
        }
        if t.is_ended() != t.ended_at.is_some() {
            bad.push(format!("task {}: it is {:?} and ended at {:?}", t.id, t.status, t.ended_at));
        }
        if t.interrupted.is_some() && t.status != Status::Failed {
            bad.push(format!("task {}: it was interrupted and is {:?}", t.id, t.status));
        }
        if !t.is_ended() && t.current().is_none() {
            bad.push(format!("task {}: it goes on after its last step", t.id));
        }
        if t.seq >= root.next_seq {
            bad.push(format!("task {}: its number was not given out yet", t.id));
        }
    }
    check_ports(root, &mut bad);
    let mut catalog = model::catalog::Catalog::default();
    root.catalog.bundles().for_each(|b| catalog.put(std::sync::Arc::clone(b)));
    if catalog != *root.catalog {
        bad.push("the catalog's names are not those of its bundles".to_owned());
    }
    check_index(root, &mut bad);
    bad
}

/// A port of a host is one entity's.
fn check_ports(root: &Root, bad: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    for place in root.entities().filter_map(|e| e.held_place()) {
        for port in place.ports.values().filter(|p| !seen.insert((place.host.id.clone(), **p))) {
            bad.push(format!("port {port} of host {} was given twice", place.host.name));
        }
    }
}

/// The indexes must be what one would derive anew.
fn check_index(root: &Root, bad: &mut Vec<String>) {
    let mut fresh = Index::default();
    root.entities().for_each(|e| fresh.entity(e, true));
    for group in root.entities() {
        for (seq, member) in &group.members {
            fresh.member(&group.id, member, root.entity(member), Some(*seq));
        }
    }
    root.tasks().for_each(|t| fresh.task(t, true));
    root.writes.values().for_each(|w| fresh.write(w, true));
    let kept = &root.index;
    let mut same = |name: &str, equal: bool| {
        if !equal {
            bad.push(format!("index {name} is not what the state says"));
        }
    };
    same("apps", fresh.apps == kept.apps);
    same("children", fresh.children == kept.children);
    same("memberships", fresh.memberships == kept.memberships);
    same("tallies", fresh.tallies == kept.tallies);
    same("member_tallies", fresh.member_tallies == kept.member_tallies);
    same("both_tallies", fresh.both_tallies == kept.both_tallies);
    same("amiss", fresh.amiss == kept.amiss);
    same("amiss_members", fresh.amiss_members == kept.amiss_members);
    same("counts", fresh.counts == kept.counts);
    same("tasks_of", fresh.tasks_of == kept.tasks_of);
    same("planned", fresh.planned == kept.planned);
    same("forgettable", fresh.forgettable == kept.forgettable);
    same("subs", fresh.subs == kept.subs);
    same("open_subs", fresh.open_subs == kept.open_subs);
    same("top", fresh.top == kept.top);
    same("running", fresh.running == kept.running);
    same("leftovers", fresh.leftovers == kept.leftovers);
    same("writes", fresh.writes == kept.writes);
    same("holders", fresh.holders == kept.holders);
    same("port_holders", fresh.port_holders == kept.port_holders);
    same("permits", fresh.permits == kept.permits);
    for app in root.apps() {
        let below = root.tree(&app.id).count() as u32 - 1;
        if root.counts(&app.id).total() != below {
            bad.push(format!("application {}: {:?} is not all of {below}", app.id, Counts::default()));
        }
    }
}
