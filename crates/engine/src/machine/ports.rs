//! Ports: for each config key of type `port`, one that nothing listens on and that no other entity on the machine has.
//! The entity has it until it gives the machine back; a sensor of the key's name says which.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::EntityId;
use model::ValueType;
use model::ports::PortRange as Given;
use model::spec::KeySpec;
use serde_json::Value;

use super::{Site, Try, fail, settled};
use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{PortRange, Work};
use crate::entity::Entity;
use crate::place::Place;
use crate::task::Task;

/// More ports are not there.
const PORTS_MAX: usize = 65_536;

/// Whether a key's value is a range of ports of which the entity is to have one.
pub(crate) fn is_port(key: &KeySpec) -> bool {
    key.value_type() == ValueType::Port
}

impl Draft {
    pub(crate) fn take_ports(&mut self, task: &Task) -> Flow {
        settled(self.try_take_ports(task))
    }

    fn try_take_ports(&mut self, task: &Task) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let Some(site) = self.site(&entity)? else {
            return fail(format!("{} has no machine", entity.described()));
        };
        let wanted = self.wanted_ports(&entity, &site.place)?;
        if wanted.is_empty() {
            return Ok(Flow::Next);
        }
        let taken = self.taken_ports(&entity.id, &site.place);
        let mut wishes = Vec::new();
        for (key, given) in &wanted {
            let left = without(given, &taken);
            if left.is_empty() {
                let host = &site.place.host.name;
                return fail(format!(
                    "no port for '{key}' on {host}: all of {given} are in use by other entities"
                ));
            }
            wishes.push(left);
        }
        let keys: Vec<&str> = wanted.keys().map(String::as_str).collect();
        let what = format!("looks for free ports for {}", keys.join(", "));
        Ok(self.act_at(task, &site, what, Work::FindPorts { wishes }))
    }

    /// Free ports were found; others may have been given some of them meanwhile.
    pub(crate) fn ports_found(&mut self, task: &Task, ports: &[u16]) -> Flow {
        settled(self.try_ports_found(task, ports))
    }

    fn try_ports_found(&mut self, task: &Task, ports: &[u16]) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let Some(Site { place, .. }) = self.site(&entity)? else {
            return fail(format!("{} has no machine", entity.described()));
        };
        let wanted = self.wanted_ports(&entity, &place)?;
        let taken = self.taken_ports(&entity.id, &place);
        if wanted.len() != ports.len() || ports.iter().any(|p| taken.contains(p)) {
            self.ready.push_back(task.id.clone());
            return Ok(Flow::Wait);
        }
        let mut held = place.ports.clone();
        for ((key, _), port) in wanted.into_iter().zip(ports) {
            self.update_sensor(&entity.id, &key, (*port).into());
            held.insert(key, *port);
        }
        let place = Some(Arc::new(Place { ports: held, ..(*place).clone() }));
        self.record(Change::PlaceSet { entity: entity.id.clone(), place });
        Ok(Flow::Next)
    }

    /// The keys for which the entity has no port yet, with what is given for them.
    fn wanted_ports(&self, entity: &Entity, place: &Place) -> Try<BTreeMap<String, Given>> {
        let mut wanted = BTreeMap::new();
        for key in entity.def.parameters.iter().filter(|k| is_port(k) && !place.ports.contains_key(&k.name)) {
            let value = self.root.config_uncoerced(&entity.id, &key.name).or_else(unreadable)?;
            if value == Value::Null {
                continue;
            }
            let given = Given::of(&value).or_else(|e| fail(format!("'{}': {e}", key.name)))?;
            wanted.insert(key.name.clone(), given);
        }
        Ok(wanted)
    }

    /// What others have on the same host.
    fn taken_ports(&self, id: &EntityId, place: &Place) -> BTreeSet<u16> {
        let others = self.root.index.port_holders.get(&place.host.id).into_iter().flat_map(|h| h.values());
        let others = others.filter(|other| *other != id).filter_map(|other| self.root.entity(other));
        others.filter_map(Entity::held_place).flat_map(|p| p.ports.values().copied()).collect()
    }
}

/// The ports in their order, without those that are taken.
fn without(given: &Given, taken: &BTreeSet<u16>) -> Vec<PortRange> {
    let mut left: Vec<PortRange> = Vec::new();
    for port in given.iter().take(PORTS_MAX).filter(|p| !taken.contains(p)) {
        match left.last_mut() {
            Some(last) if last.to.checked_add(1) == Some(port) => last.to = port,
            _ => left.push(PortRange { from: port, to: port }),
        }
    }
    left
}
