//! Finding entities: by plan id, else by entity id, the nearest first (`brooklyn-blueprints.md` 2.2).

use std::collections::VecDeque;

use base::EntityId;
use serde_json::Value;

use super::scene::Scene;
use super::{Eval, fail};
use crate::entity::Entity;
use crate::state::Root;

/// Among which entities one is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The application, nearest first.
    Global,
    Child,
    Sibling,
    Descendant,
    Ancestor,
    /// The members of a group and what is below them.
    Members,
    /// The members alone.
    MembersOnly,
    /// Other applications; these are found by their names too.
    Applications,
}

impl Scope {
    /// Its name in errors.
    fn name(self) -> &'static str {
        match self {
            Scope::Global => "global",
            Scope::Child => "child",
            Scope::Sibling => "sibling",
            Scope::Descendant => "descendant",
            Scope::Ancestor => "ancestor",
            Scope::Members => "members",
            Scope::MembersOnly => "membersOnly",
            Scope::Applications => "applications",
        }
    }
}

impl<'a> Scene<'a> {
    /// The entity that an id names in a scope, seen from an entity. The id may be an entity itself.
    pub(super) fn pick(self, scope: Scope, from: &'a Entity, id: &Value) -> Eval<&'a Entity> {
        let all: Vec<&Entity> = candidates(self.root, scope, from);
        if let Some(entity) = self.entity_of(id)? {
            if all.iter().any(|e| e.id == entity.id) {
                return Ok(entity);
            }
            let (what, wrt) = (entity.described(), from.described());
            return fail(format!("{what} is not in scope {} of {wrt}", scope.name()));
        }
        let wanted = lang::java::text(id);
        if id.is_null() || wanted.trim().is_empty() {
            return fail("the id of an entity is blank");
        }
        let by_plan_id = all.iter().find(|e| plan_id(e) == Some(wanted.as_str()));
        let by_id = || all.iter().find(|e| e.id.as_str() == wanted);
        let by_name = || all.iter().find(|e| scope == Scope::Applications && e.name == wanted);
        match by_plan_id.or_else(by_id).or_else(by_name) {
            Some(entity) => Ok(entity),
            None if scope == Scope::Global => fail(format!("No entity matching id '{wanted}'")),
            None => fail(format!(
                "No entity matching id '{wanted}', in scope {} wrt {}",
                scope.name(),
                from.described()
            )),
        }
    }

    /// The entity above.
    pub(super) fn parent_of(self, entity: &'a Entity) -> Eval<&'a Entity> {
        match self.above(entity) {
            Some(parent) => Ok(parent),
            None => fail(format!("{} has no parent", entity.described())),
        }
    }

    fn above(self, entity: &Entity) -> Option<&'a Entity> {
        entity.parent.as_ref().and_then(|id| self.root.entity(id))
    }

    pub(super) fn application_of(self, entity: &'a Entity) -> &'a Entity {
        self.root.entity(&entity.app).unwrap_or(entity)
    }

    /// The topmost entity that was made from the same catalog item; without one, the topmost that was made from none.
    pub(super) fn scope_root_of(self, entity: &'a Entity) -> &'a Entity {
        let same = |above: &&Entity| above.def.catalog_id == entity.def.catalog_id;
        let up = std::iter::successors(Some(entity), |e| self.above(e).filter(same));
        up.last().unwrap_or(entity)
    }
}

fn plan_id(entity: &Entity) -> Option<&str> {
    entity.config.get(model::types::common::PLAN_ID.name)?.given().as_str()
}

fn candidates<'r>(root: &'r Root, scope: Scope, from: &'r Entity) -> Vec<&'r Entity> {
    let members = || from.members.values().filter_map(|id| root.entity(id));
    match scope {
        Scope::Global => nearest(root, from),
        Scope::Child => root.children(&from.id).collect(),
        Scope::Sibling => {
            let all = from.parent.iter().flat_map(|p| root.children(p));
            all.filter(|e| e.id != from.id).collect()
        }
        Scope::Descendant => below(root, from, None).into_iter().skip(1).collect(),
        Scope::Ancestor => root.ancestry(&from.id).skip(1).collect(),
        Scope::Members => members().flat_map(|m| below(root, m, None)).collect(),
        Scope::MembersOnly => members().collect(),
        Scope::Applications => root.apps().collect(),
    }
}

/// The whole application: the entity and what is below it, then its parent and what else is below that, and so on.
fn nearest<'r>(root: &'r Root, from: &'r Entity) -> Vec<&'r Entity> {
    let mut all = Vec::new();
    let mut done: Option<&EntityId> = None;
    for entity in root.ancestry(&from.id) {
        all.extend(below(root, entity, done));
        done = Some(&entity.id);
    }
    all
}

/// An entity and what is below it, level by level, without one branch.
fn below<'r>(root: &'r Root, top: &'r Entity, without: Option<&EntityId>) -> Vec<&'r Entity> {
    let mut all = Vec::new();
    let mut open = VecDeque::from([top]);
    while let Some(entity) = open.pop_front() {
        open.extend(root.children(&entity.id).filter(|c| Some(&c.id) != without));
        all.push(entity);
    }
    all
}
