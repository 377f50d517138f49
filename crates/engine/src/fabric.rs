//! Fabrics: one member for each location (`brooklyn-blueprints.md` 4.6).

use std::collections::BTreeMap;

use base::EntityId;
use model::spec::{ConfigMap, EntitySpec, LocationKind, LocationSpec};
use model::types::dynamic_fabric as fabric;
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::cluster::each;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::machine::{Try, fail, settled};
use crate::names;
use crate::program::StepKind;
use crate::state::Root;
use crate::task::Task;

type Params = BTreeMap<String, Value>;

/// Brooklyn looks for locations before anything is expected of the fabric: without one it stays as it is
/// (`brooklyn-blueprints.md` E.2.3).
pub(crate) fn start(root: &Root, fabric: &Entity, params: &Params) -> Try<Vec<StepKind>> {
    if root.locations(&fabric.id).is_empty() {
        return fail("One or more locations must be supplied");
    }
    Ok(vec![
        StepKind::Expect { state: Lifecycle::Starting },
        StepKind::MakeFabric { params: params.clone() },
        StepKind::Expect { state: Lifecycle::Running },
    ])
}

/// The single places of a list of locations: one of several parts counts as its parts.
fn single(locations: &[LocationSpec]) -> Vec<LocationSpec> {
    let parts = |l: &LocationSpec| match &l.kind {
        LocationKind::Multi(parts) => parts.clone(),
        _ => vec![l.clone()],
    };
    locations.iter().flat_map(parts).collect()
}

impl Draft {
    pub(crate) fn make_fabric(&mut self, task: &Task, params: &Params) -> Flow {
        settled(self.try_make_fabric(task, params))
    }

    fn try_make_fabric(&mut self, task: &Task, params: &Params) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let mut locations = single(self.root.locations(&entity.id));
        let include =
            self.root.config_flag(&entity.id, &fabric::INCLUDE_CHILDREN).or_else(|e| fail(e.to_string()))?;
        let starts = |draft: &Self, id: &EntityId| draft.root.effector(id, "start").is_some();
        let there: Vec<EntityId> = self.root.children(&entity.id).map(|c| c.id.clone()).collect();
        let there: Vec<EntityId> = there.into_iter().filter(|id| starts(self, id)).collect();
        let mut taken = 0;
        for child in &there {
            if include {
                self.add_member(&entity.id, child);
            }
            if self.root.entity(child).is_some_and(|c| c.def.locations.is_none()) {
                let at = if include { taken % locations.len() } else { 0 };
                taken += usize::from(include);
                let one = vec![locations[at].clone()];
                self.record(Change::LocationsSet { entity: child.clone(), locations: one });
            }
        }
        // A fabric that was started before has its members already.
        let had = entity.members.size();
        locations.drain(..(taken + had).min(locations.len()));
        for location in locations {
            self.add_fabric_member(&entity, location)?;
        }
        let members: Vec<EntityId> = self.root.members(&entity.id).map(|m| m.id.clone()).collect();
        let mut all = there;
        all.extend(members.into_iter().filter(|m| starts(self, m)));
        all.sort();
        all.dedup();
        if all.is_empty() {
            return Ok(Flow::Next);
        }
        Ok(self.expand(task, vec![each("start", all, params.clone(), 0, false)]))
    }

    fn add_fabric_member(&mut self, entity: &Entity, location: LocationSpec) -> Try<()> {
        let now = self.entity(&entity.id);
        let empty = now.is_none_or(|e| e.members.is_empty());
        let first = if empty { self.spec_in(entity, &fabric::FIRST_MEMBER_SPEC)? } else { None };
        let spec = match first {
            Some(spec) => Some(spec),
            None => self.spec_in(entity, &fabric::MEMBER_SPEC)?,
        };
        let Some(mut spec) = spec else {
            return fail(format!("No member spec supplied for dynamic fabric {}", entity.described()));
        };
        let flags: ConfigMap = self.child_flags(entity, &fabric::CUSTOM_CHILD_FLAGS)?;
        spec.config.extend(flags);
        self.name_member(entity, &mut spec, location.display_name())?;
        spec.locations = Some(vec![location]);
        let member = self.add_below(entity, &spec)?.top;
        self.add_member(&entity.id, &member);
        Ok(())
    }

    fn name_member(&self, entity: &Entity, spec: &mut EntitySpec, place: &str) -> Try<()> {
        let text = |key| self.root.config_text(&entity.id, key).or_else(|e| fail(e.to_string()));
        let (prefix, suffix) = (text(&fabric::NAME_PREFIX)?, text(&fabric::NAME_SUFFIX)?);
        spec.name = Some(if prefix.is_some() || suffix.is_some() {
            format!("{}{place}{}", prefix.unwrap_or_default(), suffix.unwrap_or_default())
        } else {
            match &spec.name {
                Some(name) if name.contains(place) => name.clone(),
                Some(name) => format!("{name} ({place})"),
                None => format!("{} ({place})", spec.type_name.simple()),
            }
        });
        Ok(())
    }

    /// Says how many members the members of a fabric have in all.
    pub(crate) fn say_fabric_size(&mut self, id: &EntityId) {
        if self.root.entity(id).is_none_or(|e| e.behaviour() != model::types::Behaviour::Fabric) {
            return;
        }
        let count = |e: &Entity| e.sensor(names::MEMBERS_COUNT).and_then(Value::as_u64).unwrap_or(0);
        let size: u64 = self.root.children(id).map(count).sum();
        self.update_sensor(id, fabric::SIZE, size.into());
    }
}
