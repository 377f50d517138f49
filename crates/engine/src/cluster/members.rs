//! One member is made; one takes another's place.

use base::EntityId;
use model::config;
use model::spec::{AdjunctKind, ConfigMap, ConfigValue, EntitySpec};
use model::types::{ConfigDef, dynamic_cluster as cluster};
use serde_json::{Value, json};

use super::{removal, start_params};
use crate::advance::Flow;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::group::as_value;
use crate::grow::Added;
use crate::machine::{Try, fail, settled};
use crate::names;
use crate::program::StepKind;
use crate::task::Task;

/// The key under which a compiled spec stands in a value.
const ENTITY_SPEC: &str = "$brooklyn:entitySpec";

impl Draft {
    /// Makes one member, in this zone if the cluster has any; says how many entities came with it.
    pub(super) fn add_cluster_member(&mut self, id: &EntityId, zone: Option<u32>) -> Try<usize> {
        let Some(entity) = self.entity(id) else { return fail("the entity is not there any more") };
        let mut spec = self.member_spec(&entity)?;
        let number =
            entity.sensor(names::NEXT_MEMBER_ID).and_then(|v| v.get("value")).and_then(Value::as_u64);
        let number = number.unwrap_or(0);
        spec.config.extend(self.child_flags(&entity, &cluster::CUSTOM_CHILD_FLAGS)?);
        spec.config.insert(cluster::MEMBER_ID.name.to_owned(), ConfigValue::new(number));
        let Added { top: member, count } = self.add_in_zone(&entity, &spec, zone)?;
        self.set_sensor(id, names::NEXT_MEMBER_ID, json!({ "value": number + 1 }));
        self.set_sensor(&member, names::IS_MEMBER, true.into());
        self.set_sensor(&member, names::CLUSTER, as_value(id));
        self.add_member(id, &member);
        Ok(count)
    }

    /// What the next member is made from.
    pub(super) fn member_spec(&self, entity: &Entity) -> Try<EntitySpec> {
        let first =
            if entity.members.is_empty() { self.spec_in(entity, &cluster::FIRST_MEMBER_SPEC)? } else { None };
        let spec = match first {
            Some(spec) => Some(spec),
            None => self.spec_in(entity, &cluster::MEMBER_SPEC)?,
        };
        match spec {
            Some(spec) => Ok(spec),
            None => fail(format!("No member spec supplied for dynamic cluster {}", entity.described())),
        }
    }

    /// The entity spec that stands in a config key; `None` where nothing does.
    pub(crate) fn spec_in(&self, entity: &Entity, key: &'static ConfigDef) -> Try<Option<EntitySpec>> {
        let Some(found) = config::effective(&self.root.levels(&entity.id), key) else { return Ok(None) };
        if found.value.given().is_null() {
            return Ok(None);
        }
        match found.value.given().get(ENTITY_SPEC).map(|spec| serde_json::from_value(spec.clone())) {
            Some(Ok(spec)) => Ok(Some(spec)),
            _ => fail(format!(
                "{} of {} is no entity spec; write `$brooklyn:entitySpec:` and below it the entity",
                key.name,
                entity.described()
            )),
        }
    }

    /// Config that a key gives to each entity that is made.
    pub(crate) fn child_flags(&self, entity: &Entity, key: &'static ConfigDef) -> Try<ConfigMap> {
        let value = self.root.config(&entity.id, key).or_else(unreadable)?;
        let Value::Object(flags) = value.into_json() else { return Ok(ConfigMap::new()) };
        Ok(flags.into_iter().map(|(key, value)| (key, ConfigValue::new(value))).collect())
    }

    /// The group for members that cannot be started, where the cluster wants one.
    pub(crate) fn make_quarantine(&mut self, task: &Task) -> Flow {
        settled(self.try_make_quarantine(task))
    }

    fn try_make_quarantine(&mut self, task: &Task) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let wanted = self.root.config_flag(&entity.id, &cluster::QUARANTINE).or_else(unreadable)?;
        if !wanted || self.quarantine_of(&entity).is_some() {
            return Ok(Flow::Next);
        }
        let mut spec = EntitySpec::new(model::TypeName::new(model::types::quarantine_group::TYPE.java_type));
        spec.name = Some("quarantine".to_owned());
        let group = self.add_below(&entity, &spec)?.top;
        self.set_sensor(&entity.id, names::QUARANTINE, as_value(&group));
        Ok(Flow::Next)
    }

    /// Lets the policies of an entity rest, or go on.
    pub(crate) fn rest_policies(&mut self, task: &Task, rest: bool) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else { return Flow::Next };
        for adjunct in entity.adjuncts.values().filter(|a| a.spec.kind == AdjunctKind::Policy) {
            self.rest_adjunct(&entity.id, &adjunct.id, rest);
        }
        Flow::Next
    }

    pub(crate) fn replace_member(&mut self, task: &Task, old: &EntityId) -> Flow {
        settled(self.try_replace_member(task, old))
    }

    fn try_replace_member(&mut self, task: &Task, old: &EntityId) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let Some(member) = self.entity(old) else {
            return fail(format!(
                "In {}, entity {old} cannot be resolved, so not replacing",
                entity.described()
            ));
        };
        if !self.root.index.is_member(&entity.id, old) {
            return fail(format!(
                "In {}, entity {} is not a member so not replacing",
                entity.described(),
                member.described()
            ));
        }
        let since = self.root.next_seq;
        // It comes where the old one is.
        let (zone, params) = (member.def.zone, start_params());
        let steps = vec![
            StepKind::AddMembers { count: 1, since, params, zone },
            StepKind::CheckReplaced { old: old.clone(), since },
        ];
        Ok(self.expand(task, steps))
    }

    /// The new member is there: the old one goes.
    pub(crate) fn check_replaced(&mut self, task: &Task, old: &EntityId, since: u64) -> Flow {
        settled(self.try_check_replaced(task, old, since))
    }

    fn try_check_replaced(&mut self, task: &Task, old: &EntityId, since: u64) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let Some(new) = entity.members.range(since..).map(|(_, id)| id.clone()).next() else {
            let why =
                self.start_errors(task).into_iter().next().map(|e| format!(": {e}")).unwrap_or_default();
            return fail(format!(
                "In {}, failed to grow, to replace {old}; not removing{why}",
                entity.described()
            ));
        };
        self.remove_member(&entity.id, old);
        let mut steps = removal(&self.root, vec![old.clone()], Some(1));
        steps.push(StepKind::Return { value: new.as_str().into() });
        Ok(self.expand(task, steps))
    }
}
