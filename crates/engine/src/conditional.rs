//! Conditional entities: a child is made when they are started, if their config says so.

use base::EntityId;
use model::TypeName;
use model::adjuncts::enricher::PRODUCER;
use model::adjuncts::propagator;
use model::config;
use model::spec::{AdjunctKind, AdjunctSpec, ConfigMap, ConfigValue};
use model::types::conditional_entity as conditional;
use serde_json::json;

use crate::advance::Flow;
use crate::draft::Draft;
use crate::group::{as_value, from_value};
use crate::machine::{Try, fail, settled};
use crate::names;
use crate::task::Task;

impl Draft {
    pub(crate) fn make_conditional(&mut self, task: &Task) -> Flow {
        settled(self.try_make_conditional(task))
    }

    fn try_make_conditional(&mut self, task: &Task) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let there = entity.sensor(conditional::CHILD).and_then(from_value);
        let wanted =
            self.root.config_flag(&entity.id, &conditional::CREATE).or_else(|e| fail(e.to_string()))?;
        self.update_sensor(&entity.id, conditional::CREATE.name, wanted.into());
        if !wanted || there.is_some_and(|id| self.root.entity(&id).is_some()) {
            return Ok(Flow::Next);
        }
        let Some(spec) = self.spec_in(&entity, &conditional::SPEC)? else { return Ok(Flow::Next) };
        let child = self.add_below(&entity, &spec)?.top;
        self.set_sensor(&entity.id, conditional::CHILD, as_value(&child));
        self.propagate_child(&entity.id, &child)?;
        Ok(Flow::Next)
    }

    /// Shows the child's sensors on the conditional entity as well, if its config says so.
    fn propagate_child(&mut self, id: &EntityId, child: &EntityId) -> Try<()> {
        if !self.root.config_flag(id, &conditional::PROPAGATE).or_else(|e| fail(e.to_string()))? {
            return Ok(());
        }
        let levels = self.root.levels(id);
        let named = config::effective(&levels, &conditional::SENSORS_LIST).map(|e| e.value);
        let named = named.filter(|v| v.given().as_array().is_some_and(|list| !list.is_empty()));
        let mut wanted = ConfigMap::from([(PRODUCER.name.to_owned(), ConfigValue::new(as_value(child)))]);
        match named {
            Some(list) => wanted.insert(propagator::PROPAGATING.name.to_owned(), list),
            None => {
                wanted.insert(propagator::ALL_BUT.name.to_owned(), ConfigValue::new(json!(names::OF_ITSELF)))
            }
        };
        let spec = AdjunctSpec {
            kind: AdjunctKind::Enricher,
            type_name: TypeName::new(propagator::TYPE.java_type),
            name: None,
            unique_tag: Some("conditional.entity.propagate".to_owned()),
            config: wanted,
            catalog_id: None,
        };
        self.add_adjunct(id, spec);
        Ok(())
    }
}
