//! How a whole (an application, a group, a cluster) is by its parts: how many must be up, and running well
//! (`brooklyn-blueprints.md` 5.2).

use base::EntityId;
use model::config;
use model::types::{Behaviour, dynamic_cluster};

use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::quorum::Quorum;
use crate::state::{Map, Root};

/// Parts that are named in a text before it says how many more there are.
const NAMED_MAX: usize = 3;

/// What a whole is short of by its parts: why it is not up, and what its problem is.
pub(crate) struct Wholeness {
    pub(crate) not_up: Option<String>,
    pub(crate) problem: Option<String>,
}

/// Which parts a whole is made of, as far as its own state depends on them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Children,
    Members,
    Both,
}

/// How an entity is by its parts; `None` for one that is none. Parts that are neither RUNNING nor `ON_FIRE` do not
/// count. A cluster does not answer for what it has set aside.
pub(crate) fn wholeness(root: &Root, whole: &Entity) -> Option<Wholeness> {
    let parts = match whole.behaviour() {
        Behaviour::Application | Behaviour::Startable | Behaviour::Conditional | Behaviour::SharedMachine => {
            Parts::Children
        }
        Behaviour::Group | Behaviour::Fabric => Parts::Both,
        Behaviour::Cluster => Parts::Members,
        Behaviour::Plain
        | Behaviour::Machine
        | Behaviour::Process
        | Behaviour::Quarantine
        | Behaviour::Sequence
        | Behaviour::Data => return None,
    };
    let index = &root.index;
    let tally = match parts {
        Parts::Children => index.tallies.get(&whole.id).copied().unwrap_or_default(),
        Parts::Members => index.member_tallies.get(&whole.id).copied().unwrap_or_default(),
        Parts::Both => index.tally_of_both(&whole.id),
    };
    let amiss = || amiss_of(root, &whole.id, parts);
    let not_up = match root.quorum(&whole.id, "quorum.up") {
        Err(why) => Some(why),
        Ok(quorum) if quorum.is_met(tally.up, tally.up_known) => None,
        Ok(_) if tally.up < tally.up_known => {
            let list = named(amiss().filter(|e| e.is_up() == Some(false)), Entity::described);
            let verb = if tally.up_known - tally.up == 1 { "is" } else { "are" };
            Some(format!("{list} {verb} not up"))
        }
        Ok(_) if parts_of(root, &whole.id, parts).next().is_none() => Some("No entities present".to_owned()),
        Ok(_) => Some("Not enough entities".to_owned()),
    };
    let problem = match root.quorum(&whole.id, "quorum.running") {
        Err(why) => Some(why),
        Ok(quorum) if quorum.is_met(tally.running, tally.running + tally.on_fire) => None,
        Ok(_) if tally.on_fire > 0 => {
            let list = named(amiss().filter(|e| e.state() == Some(Lifecycle::OnFire)), |e| {
                format!("{} ({}) (on-fire)", e.name, e.id)
            });
            let noun = if tally.on_fire == 1 { "entity" } else { "entities" };
            Some(format!("Required {noun} not healthy: {list}"))
        }
        Ok(_) => Some("Not enough entities running to be quorate".to_owned()),
    };
    Some(Wholeness { not_up, problem })
}

fn parts_of<'a>(root: &'a Root, id: &'a EntityId, parts: Parts) -> impl Iterator<Item = &'a Entity> {
    let children = (parts != Parts::Members).then(|| root.children(id));
    let members = (parts != Parts::Children).then(|| root.members(id));
    let also_child = move |m: &&Entity| parts == Parts::Both && m.parent.as_ref() == Some(id);
    children.into_iter().flatten().chain(members.into_iter().flatten().filter(move |m| !also_child(m)))
}

/// Those of them that are not well. A whole of thousands asks for them whenever one of its parts changes.
fn amiss_of<'a>(root: &'a Root, id: &'a EntityId, parts: Parts) -> impl Iterator<Item = &'a Entity> {
    let of = |map: &'a Map<EntityId, Map<u64, EntityId>>| map.get(id).into_iter().flat_map(|m| m.values());
    let children = (parts != Parts::Members).then(|| of(&root.index.amiss));
    let members = (parts != Parts::Children).then(|| of(&root.index.amiss_members));
    let found = move |id: &EntityId| root.entity(id);
    let also_child = move |m: &&Entity| parts == Parts::Both && m.parent.as_ref() == Some(id);
    let members = members.into_iter().flatten().filter_map(found).filter(move |m| !also_child(m));
    children.into_iter().flatten().filter_map(found).chain(members)
}

impl Root {
    /// What a whole asks of its parts.
    fn quorum(&self, id: &EntityId, key: &str) -> Result<Quorum, String> {
        let Some(entity) = self.entity(id) else { return Ok(Quorum::All) };
        let Some(def) = entity.type_def().and_then(|t| t.config_key(key)) else { return Ok(Quorum::All) };
        // A cluster that begins with nothing is up when it is empty, unless it says otherwise.
        let begins_empty = || self.config_int(id, &dynamic_cluster::INITIAL_SIZE).is_ok_and(|n| n == 0);
        if key == "quorum.up"
            && entity.behaviour() == Behaviour::Cluster
            && config::effective(&self.levels(id), def).is_none()
            && begins_empty()
        {
            return Ok(Quorum::AtLeastOneUnlessEmpty);
        }
        let value = self.config(id, def).map_err(|e| e.to_string())?.into_json();
        Quorum::read(&value).map_err(|why| format!("{}: {why}", def.name))
    }
}

fn named<'a>(entities: impl Iterator<Item = &'a Entity>, show: impl Fn(&Entity) -> String) -> String {
    let mut entities = entities.peekable();
    let mut list: Vec<String> = entities.by_ref().take(NAMED_MAX).map(show).collect();
    if entities.peek().is_some() {
        list.push("and others".to_owned());
    }
    list.join(", ")
}
