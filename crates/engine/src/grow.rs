//! Entities are made from their spec: parents before their children.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::EntityId;
use model::ValueType;
use model::config::resolve;
use model::spec::{EntitySpec, StaticSensorSpec};
use model::types::{self, Behaviour, TypeDef, sequence_entity};
use serde_json::{Value, json};

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::Refusal;
use crate::entity::{Definition, Entity, Sensor};
use crate::limits::{DEPTH_MAX, ENTITIES_MAX};
use crate::machine::{Try, fail};
use crate::names;
use crate::service::first_sensors;

/// Where new entities come to stand.
pub(crate) struct Spot<'a> {
    pub(crate) app: EntityId,
    pub(crate) parent: Option<EntityId>,
    /// The text of the blueprint, for what one was given for.
    pub(crate) source: Option<&'a str>,
}

/// What came of a spec.
pub(crate) struct Added {
    /// The topmost entity.
    pub(crate) top: EntityId,
    /// How many there are, with those below it.
    pub(crate) count: usize,
}

impl Draft {
    /// Makes the entities of a spec below an entity and adds them.
    pub(crate) fn add_below(&mut self, parent: &Entity, spec: &EntitySpec) -> Try<Added> {
        self.add_in_zone(parent, spec, None)
    }

    /// The same for a member of a cluster, which runs in this zone of the cluster's location.
    pub(crate) fn add_in_zone(
        &mut self,
        parent: &Entity,
        spec: &EntitySpec,
        zone: Option<u32>,
    ) -> Try<Added> {
        let (top, mut made) = self.grow_below(parent, spec, None).or_else(|e| fail(e.to_string()))?;
        if let Some(topmost) = made.first_mut() {
            Arc::make_mut(&mut topmost.def).zone = zone;
        }
        let count = made.len();
        for entity in made {
            self.add_entity(entity);
        }
        Ok(Added { top, count })
    }

    /// Makes the entities of a spec below an entity, to be added; the first is the topmost, whose id stands beside.
    pub(crate) fn grow_below(
        &mut self,
        parent: &Entity,
        spec: &EntitySpec,
        source: Option<&str>,
    ) -> Result<(EntityId, Vec<Entity>), Refusal> {
        let spot = Spot { app: parent.app.clone(), parent: Some(parent.id.clone()), source };
        let top = self.draw_entity_id();
        Ok((top.clone(), self.grow(&spot, top, spec)?))
    }

    /// Makes the entities of a spec. The first is the topmost, and gets this id.
    pub(crate) fn grow(
        &mut self,
        place: &Spot<'_>,
        id: EntityId,
        spec: &EntitySpec,
    ) -> Result<Vec<Entity>, Refusal> {
        let (at, first) = (self.wall(), self.root.next_seq);
        let above = place.parent.as_ref().map_or(0, |p| self.root.ancestry(p).count());
        let mut made: Vec<Entity> = Vec::new();
        let mut taken = BTreeSet::new();
        let mut id = Some(id);
        let mut unnamed: Vec<usize> = Vec::new();
        let mut open: Vec<(&EntitySpec, Option<EntityId>, usize)> =
            vec![(spec, place.parent.clone(), above + 1)];
        while let Some((spec_of, parent, depth)) = open.pop() {
            if depth > DEPTH_MAX {
                return Err(Refusal::Invalid(format!(
                    "the blueprint nests entities deeper than {DEPTH_MAX} (DEPTH_MAX)"
                )));
            }
            if self.root.entity_count() + made.len() >= ENTITIES_MAX {
                return Err(Refusal::Overloaded(format!(
                    "there would be more than {ENTITIES_MAX} entities (ENTITIES_MAX); remove some first"
                )));
            }
            let id = loop {
                let id = id.take().unwrap_or_else(|| self.draw_entity_id());
                if taken.insert(id.clone()) {
                    break id;
                }
            };
            for child in spec_of.children.iter().rev() {
                open.push((child, Some(id.clone()), depth + 1));
            }
            let simple = spec_of.type_name.simple();
            let short: String = id.as_str().chars().take(4).collect();
            let def = Definition {
                effectors: spec_of.effectors.clone(),
                tags: spec_of.tags.clone(),
                locations: spec_of.locations.clone(),
                icon_url: spec_of.icon_url.clone(),
                catalog_id: spec_of.catalog_id.clone(),
                bundles: spec_of.bundles.clone(),
                parameters: spec_of.parameters.clone(),
                sensor_types: spec_of.sensors.iter().map(|s| (s.name.clone(), s.type_name.clone())).collect(),
                source: place.source.filter(|_| made.is_empty()).map(str::to_owned),
                ..Definition::bare(spec_of.type_name.clone())
            };
            let in_catalog = types::by_wire_name(def.type_name.as_str()).and_then(TypeDef::catalog_name);
            let seq = first + made.len() as u64;
            let mut entity = Entity {
                parent,
                name: spec_of.name.clone().unwrap_or_else(|| {
                    unnamed.push(made.len());
                    match in_catalog {
                        Some(name) => name.to_owned(),
                        None if simple == "BasicApplication" => format!("Application ({id})"),
                        None => format!("{simple}:{short}"),
                    }
                }),
                config: Arc::new(spec_of.config.clone()),
                ..Entity::bare(id, place.app.clone(), seq, at, def)
            };
            let mut sensors = first_sensors(entity.behaviour());
            sensors.insert("application.id".to_owned(), place.app.as_str().into());
            sensors.insert("entity.id".to_owned(), entity.id.as_str().into());
            sensors.insert("catalog.id".to_owned(), entity.catalog_id().into());
            for s in &spec_of.sensors {
                sensors.insert(s.name.clone(), first_value(s));
            }
            entity.sensors = sensors.into_iter().map(|(k, value)| (k, Sensor { value, at })).collect();
            entity.adjuncts = self.first_adjuncts(&spec_of.adjuncts, entity.seq);
            made.push(entity);
        }
        self.name_by_default(&mut made, &unnamed);
        self.check_constraints(&made)?;
        Ok(made)
    }

    /// Puts a new entity in its place, with what it is as long as nothing has happened to it.
    pub(crate) fn add_entity(&mut self, entity: Entity) {
        let (id, behaviour) = (entity.id.clone(), entity.behaviour());
        let group = entity.is_group();
        let parent = entity.parent.clone();
        self.record(Change::EntityAdded { entity: Box::new(entity) });
        if group {
            self.update_sensor(&id, names::MEMBERS_COUNT, 0.into());
            self.update_sensor(&id, names::MEMBERS, json!([]));
        }
        match behaviour {
            Behaviour::Cluster => {
                self.update_sensor(&id, names::NEXT_MEMBER_ID, json!({ "value": 0 }));
                self.update_sensor(&id, names::ALL_MEMBERS_UP, false.into());
                self.settle(&id);
            }
            Behaviour::Fabric => {
                self.say_fabric_size(&id);
                self.settle(&id);
            }
            Behaviour::Group => self.settle(&id),
            Behaviour::Sequence => {
                let first = self.root.config_int(&id, &sequence_entity::START).unwrap_or(1);
                self.update_sensor(&id, sequence_entity::VALUE, first.into());
            }
            Behaviour::Application
            | Behaviour::Plain
            | Behaviour::Machine
            | Behaviour::Process
            | Behaviour::Startable
            | Behaviour::SharedMachine
            | Behaviour::Conditional
            | Behaviour::Quarantine
            | Behaviour::Data => {}
        }
        if let Some(parent) = parent
            && self.takes_children(&parent)
        {
            self.add_member(&parent, &id);
        }
    }

    /// Whether children of an entity become its members by themselves.
    fn takes_children(&self, id: &EntityId) -> bool {
        let group = self.root.entity(id).is_some_and(|e| e.behaviour() == Behaviour::Group);
        group && self.root.config_flag(id, &model::types::basic_group::CHILDREN_AS_MEMBERS).unwrap_or(false)
    }
}

/// A sensor's first value in the form of its type. Texts stay as they were given: that is also the type where the
/// blueprint names none. So does what is of another type.
fn first_value(sensor: &StaticSensorSpec) -> Value {
    let kind = ValueType::by_name(&sensor.type_name).filter(|kind| *kind != ValueType::Text);
    match kind.map(|kind| resolve(&sensor.name, kind, &sensor.value)) {
        Some(Ok(value)) => value.into_json(),
        _ => sensor.value.given().clone(),
    }
}
