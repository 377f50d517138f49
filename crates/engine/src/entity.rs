//! What is remembered of one managed thing.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{AdjunctId, EntityId, Mono, Span, TaskId, WallMs};
use model::catalog::BundleId;
use model::spec::{AdjunctSpec, ConfigMap, EffectorSpec, KeySpec, LocationSpec, TypeName};
use model::types::{self, Behaviour, TypeDef};
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::{ProcessRef, WorkKey};
use crate::lifecycle::Lifecycle;
use crate::names;
use crate::place::{MachineRef, Place};

/// An entity. Cloning is cheap: maps are persistent, what never changes is shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Its id.
    pub id: EntityId,
    /// The application that it belongs to (its own id for an application).
    pub app: EntityId,
    /// What it is a child of; `None` for an application.
    pub parent: Option<EntityId>,
    /// Orders entities by creation.
    pub seq: u64,
    /// The display name.
    pub name: String,
    /// When it was created.
    pub created_at: WallMs,
    /// What was fixed when it was created.
    pub def: Arc<Definition>,
    /// Its own config as it was given; resolved on read.
    pub config: Arc<ConfigMap>,
    /// Its sensors.
    pub sensors: RedBlackTreeMapSync<String, Sensor>,
    /// The machine that it holds: nobody else is given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Arc<MachineRef>>,
    /// Where its folders are; they stay when the machine is given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Arc<Place>>,
    /// Its process, when one is known to have been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessRef>,
    /// What acts by itself beside it.
    #[serde(default, skip_serializing_if = "RedBlackTreeMapSync::is_empty")]
    pub adjuncts: RedBlackTreeMapSync<AdjunctId, Arc<Adjunct>>,
    /// Its members by the number with which they came, where it is a group.
    #[serde(default, skip_serializing_if = "RedBlackTreeMapSync::is_empty")]
    pub members: RedBlackTreeMapSync<u64, EntityId>,
}

/// A policy, enricher or feed of an entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjunct {
    /// Its id.
    pub id: AdjunctId,
    /// Orders adjuncts by creation.
    pub seq: u64,
    /// What was asked for; its config may have been changed since.
    pub spec: AdjunctSpec,
    /// Whether it was told to do nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// What it must remember over a take-over (schedules, failures of late); its own form.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub memory: Value,
}

/// What is fixed when an entity is created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is.
    pub type_name: TypeName,
    /// Effectors added by the blueprint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effectors: Vec<EffectorSpec>,
    /// Tags as given; the only part that is changed later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// Where it is to run; `None`: where its parent does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<LocationSpec>>,
    /// The part of the location of what is above it that it runs in: its zone, as a member of a cluster with zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<u32>,
    /// The address of its icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// The catalog item that it was made from ([`model::EntitySpec::catalog_id`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// The bundles whose files it sees, nearest first ([`model::EntitySpec::bundles`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<BundleId>,
    /// Config keys that its blueprint declares, before those of its type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<KeySpec>,
    /// Of which classes the values of sensors are that its blueprint declares, as blueprints name them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sensor_types: BTreeMap<String, String>,
    /// The blueprint's text (applications only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A published value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensor {
    /// The value.
    pub value: Value,
    /// When it was set last.
    pub at: WallMs,
}

impl Definition {
    /// Of an entity that has nothing but its type.
    pub(crate) fn bare(type_name: TypeName) -> Self {
        Self {
            type_name,
            effectors: Vec::new(),
            tags: Vec::new(),
            locations: None,
            zone: None,
            icon_url: None,
            catalog_id: None,
            bundles: Vec::new(),
            parameters: Vec::new(),
            sensor_types: BTreeMap::new(),
            source: None,
        }
    }
}

impl Entity {
    /// One to which nothing has happened, without a name, parent and config.
    pub(crate) fn bare(id: EntityId, app: EntityId, seq: u64, created_at: WallMs, def: Definition) -> Self {
        Self {
            id,
            app,
            parent: None,
            seq,
            name: String::new(),
            created_at,
            def: Arc::new(def),
            config: Arc::default(),
            sensors: RedBlackTreeMapSync::new_sync(),
            machine: None,
            place: None,
            process: None,
            adjuncts: RedBlackTreeMapSync::new_sync(),
            members: RedBlackTreeMapSync::new_sync(),
        }
    }

    /// The last part of the type's name (`BasicApplication`).
    pub fn simple_type(&self) -> &str {
        self.def.type_name.simple()
    }

    /// The table of its type; `None` for one that this version does not know.
    pub fn type_def(&self) -> Option<&'static TypeDef> {
        types::by_wire_name(self.def.type_name.as_str())
    }

    /// `name:version` of what it was made from: an item of a bundle, or the type itself where Brooklyn's own catalog has it.
    pub fn catalog_id(&self) -> Option<String> {
        self.def.catalog_id.clone().or_else(|| self.type_def()?.catalog_id())
    }

    /// What it does. One of an unknown type is there and does nothing.
    pub fn behaviour(&self) -> Behaviour {
        self.type_def().map_or(Behaviour::Plain, |t| t.behaviour)
    }

    /// How error texts and task names show it: `BasicApplicationImpl{id=.., name=..}`, without a name that nobody gave it.
    pub fn described(&self) -> String {
        let (kind, id) = (self.simple_type(), &self.id);
        if self.is_named() {
            format!("{kind}Impl{{id={id}, name={}}}", self.name)
        } else {
            format!("{kind}Impl{{id={id}}}")
        }
    }

    /// Whether it has a name of its own, and none that was made from its type, its id or its item.
    fn is_named(&self) -> bool {
        let of_item = self.config.get(types::common::DEFAULT_NAME.name).and_then(|v| v.given().as_str());
        let (simple, id) = (self.simple_type(), self.id.as_str());
        let of_id = self.name.strip_prefix(simple).and_then(|rest| rest.strip_prefix(':'));
        let is_made = of_id.is_some_and(|short| !short.is_empty() && id.starts_with(short));
        !is_made && of_item != Some(self.name.as_str()) && self.name != format!("Application ({id})")
    }

    /// Where its folders are on the machine that it holds, once that has been looked at.
    pub fn held_place(&self) -> Option<&Arc<Place>> {
        self.place.as_ref().filter(|p| self.machine.as_deref() == Some(&p.machine))
    }

    /// The name by which its blueprint's expressions call it.
    pub(crate) fn plan_id(&self) -> Option<&str> {
        self.config.get(types::common::PLAN_ID.name)?.given().as_str()
    }

    /// A sensor's value.
    pub fn sensor(&self, name: &str) -> Option<&Value> {
        self.sensors.get(name).map(|s| &s.value)
    }

    /// `service.state`.
    pub fn state(&self) -> Option<Lifecycle> {
        self.sensor(names::STATE).and_then(Lifecycle::from_value)
    }

    /// The state word of `service.state.expected`.
    pub fn expected(&self) -> Option<Lifecycle> {
        self.sensor(names::EXPECTED).and_then(|v| v.get("state")).and_then(Lifecycle::from_value)
    }

    /// `service.isUp`.
    pub fn is_up(&self) -> Option<bool> {
        self.sensor(names::IS_UP).and_then(Value::as_bool)
    }
}

/// How a process is looked after during this reign; not recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watching {
    /// Counts watches and checks, so that a late report of an earlier one is not taken for this one's.
    pub(crate) count: u32,
    /// The watch that is under way.
    pub(crate) watch: Option<WorkKey>,
    /// The check script that is under way.
    pub(crate) check: Option<WorkKey>,
    /// The start that waits until the process runs.
    pub(crate) waiter: Option<Waiter>,
}

/// A start that waits until its process runs.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    pub(crate) task: TaskId,
    pub(crate) since: Mono,
    pub(crate) limit: Span,
    /// The pause before the next look; grows.
    pub(crate) pause: Span,
}
