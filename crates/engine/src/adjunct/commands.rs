//! Adding, taking away, suspending, resuming and changing adjuncts.

use std::sync::Arc;

use base::{AdjunctId, EntityId};
use model::adjuncts::{self, schedule};
use model::spec::AdjunctSpec;
use serde_json::Value;

use super::Cause;
use super::tag::unique_tag;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::entity::Adjunct;
use crate::limits::ADJUNCTS_MAX;
use crate::on_write::{as_data, check_size};
use crate::state::Map;

impl Draft {
    /// The adjuncts that a new entity has, numbered from `first`. Of several with one tag the last stays.
    pub(crate) fn first_adjuncts(
        &mut self,
        specs: &[AdjunctSpec],
        first: u64,
    ) -> Map<AdjunctId, Arc<Adjunct>> {
        let mut made = Map::new_sync();
        for (i, spec) in specs.iter().enumerate() {
            let tag = unique_tag(spec);
            let replaced = |s: &AdjunctSpec| tag.is_some() && unique_tag(s) == tag;
            if !specs[i + 1..].iter().any(replaced) {
                let id = self.draw_adjunct_id();
                let (seq, spec) = (first + i as u64, spec.clone());
                let adjunct = Adjunct { id: id.clone(), seq, spec, suspended: false, memory: Value::Null };
                made.insert_mut(id, Arc::new(adjunct));
            }
        }
        made
    }

    pub(crate) fn on_add_adjunct(&mut self, id: &EntityId, spec: &AdjunctSpec) -> Result<Reply, Refusal> {
        let entity = self.must_have(id)?;
        if adjuncts::by_wire_name(spec.type_name.as_str()).is_none() {
            return Err(Refusal::Invalid(format!("there is no adjunct of type {}", spec.type_name)));
        }
        if entity.adjuncts.size() >= ADJUNCTS_MAX {
            return Err(Refusal::Overloaded(format!(
                "{} has {ADJUNCTS_MAX} adjuncts already (ADJUNCTS_MAX)",
                entity.described()
            )));
        }
        Ok(Reply::Value(self.add_adjunct(id, spec.clone()).as_str().into()))
    }

    /// Adds an adjunct; one with the same tag goes.
    pub(crate) fn add_adjunct(&mut self, id: &EntityId, spec: AdjunctSpec) -> AdjunctId {
        let tag = unique_tag(&spec);
        let same = |a: &&Arc<Adjunct>| tag.is_some() && a.unique_tag() == tag;
        let old = self.root.entity(id).and_then(|e| e.adjuncts.values().find(same)).map(|a| a.id.clone());
        if let Some(old) = old {
            self.remove_adjunct(id, &old);
        }
        let new = self.draw_adjunct_id();
        let adjunct =
            Adjunct { id: new.clone(), seq: self.root.next_seq, spec, suspended: false, memory: Value::Null };
        self.record(Change::AdjunctAdded { entity: id.clone(), adjunct: Box::new(adjunct) });
        self.begin_adjunct(id, &new, Cause::Added);
        new
    }

    pub(crate) fn on_remove_adjunct(&mut self, id: &EntityId, adjunct: &AdjunctId) -> Result<Reply, Refusal> {
        self.must_have_adjunct(id, adjunct)?;
        self.remove_adjunct(id, adjunct);
        Ok(Reply::Done)
    }

    pub(crate) fn remove_adjunct(&mut self, id: &EntityId, adjunct: &AdjunctId) {
        self.end_adjunct(adjunct);
        self.record(Change::AdjunctRemoved { entity: id.clone(), adjunct: adjunct.clone() });
    }

    pub(crate) fn on_suspend_adjunct(
        &mut self,
        id: &EntityId,
        adjunct: &AdjunctId,
    ) -> Result<Reply, Refusal> {
        self.must_have_adjunct(id, adjunct)?;
        self.rest_adjunct(id, adjunct, true);
        Ok(Reply::Done)
    }

    pub(crate) fn on_resume_adjunct(&mut self, id: &EntityId, adjunct: &AdjunctId) -> Result<Reply, Refusal> {
        self.must_have_adjunct(id, adjunct)?;
        self.rest_adjunct(id, adjunct, false);
        Ok(Reply::Done)
    }

    /// Lets an adjunct rest, or go on.
    pub(crate) fn rest_adjunct(&mut self, id: &EntityId, adjunct: &AdjunctId, suspended: bool) {
        let known = self.root.entity(id).and_then(|e| e.adjuncts.get(adjunct)).map(|a| a.suspended);
        if known.is_none_or(|now| now == suspended) {
            return;
        }
        let (entity, id_of) = (id.clone(), adjunct.clone());
        self.record(Change::AdjunctSuspended { entity, adjunct: id_of, suspended });
        if suspended {
            self.end_adjunct(adjunct);
        } else {
            self.begin_adjunct(id, adjunct, Cause::Resumed);
        }
    }

    pub(crate) fn on_set_adjunct_config(
        &mut self,
        id: &EntityId,
        adjunct: &AdjunctId,
        key: &str,
        value: Value,
    ) -> Result<Reply, Refusal> {
        let found = self.must_have_adjunct(id, adjunct)?;
        check_size("config key", key, &value)?;
        let declared = adjuncts::by_wire_name(found.spec.type_name.as_str()).and_then(|t| t.config_key(key));
        let Some(declared) = declared else {
            return Err(Refusal::NotFound(format!("{} has no config key '{key}'", found.spec.type_name)));
        };
        if schedule::KEPT.iter().any(|key| std::ptr::eq(*key, declared)) {
            return Err(Refusal::Invalid(format!(
                "'{}' is kept by the server: it cannot be set",
                declared.name
            )));
        }
        let key = declared.name.to_owned();
        let (entity, id_of, value) = (id.clone(), adjunct.clone(), as_data(value));
        self.record(Change::AdjunctConfigSet { entity, adjunct: id_of, key, value });
        if !found.suspended {
            self.end_adjunct(adjunct);
            self.begin_adjunct(id, adjunct, Cause::Reconfigured);
        }
        Ok(Reply::Done)
    }

    fn must_have_adjunct(&self, id: &EntityId, adjunct: &AdjunctId) -> Result<Arc<Adjunct>, Refusal> {
        let entity = self.must_have(id)?;
        entity
            .adjuncts
            .get(adjunct)
            .cloned()
            .ok_or_else(|| Refusal::NotFound(format!("{} has no adjunct '{adjunct}'", entity.described())))
    }
}
