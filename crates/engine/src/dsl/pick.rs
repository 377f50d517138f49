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
        let root = self.root;
        if let Some(entity) = self.entity_of(id)? {
            if is_in(root, scope, from, entity) {
                return Ok(entity);
            }
            let (what, wrt) = (entity.described(), from.described());
            return fail(format!("{what} is not in scope {} of {wrt}", scope.name()));
        }
        let wanted = lang::java::text(id);
        if id.is_null() || wanted.trim().is_empty() {
            return fail("the id of an entity is blank");
        }
        let by_id = || root.entity(&EntityId::new(&*wanted)).filter(|e| is_in(root, scope, from, e));
        let by_name = || root.apps().find(|e| scope == Scope::Applications && e.name == wanted);
        match by_plan_id(root, scope, from, &wanted).or_else(by_id).or_else(by_name) {
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

/// The nearest entity with a plan id. Each read of `$brooklyn:entity("id")` comes here, so nothing is walked through as
/// long as the id is the application's only one.
fn by_plan_id<'r>(root: &'r Root, scope: Scope, from: &'r Entity, wanted: &str) -> Option<&'r Entity> {
    if !matches!(scope, Scope::Members | Scope::MembersOnly | Scope::Applications) {
        let mut all = root.planned(&from.app, wanted);
        let first = all.next()?;
        if all.next().is_none() {
            return Some(first).filter(|e| is_in(root, scope, from, e));
        }
    }
    candidates(root, scope, from).find(|e| e.plan_id() == Some(wanted))
}

/// Whether an entity is among those of a scope.
fn is_in(root: &Root, scope: Scope, from: &Entity, e: &Entity) -> bool {
    match scope {
        Scope::Global => e.app == from.app,
        Scope::Child => e.parent.as_ref() == Some(&from.id),
        Scope::Sibling => from.parent.is_some() && e.parent == from.parent && e.id != from.id,
        Scope::Descendant => root.ancestry(&e.id).skip(1).any(|a| a.id == from.id),
        Scope::Ancestor => root.ancestry(&from.id).skip(1).any(|a| a.id == e.id),
        Scope::Members => root.ancestry(&e.id).any(|a| root.index.is_member(&from.id, &a.id)),
        Scope::MembersOnly => root.index.is_member(&from.id, &e.id),
        Scope::Applications => e.parent.is_none(),
    }
}

/// Those of a scope, in the order in which they are looked at.
fn candidates<'r>(
    root: &'r Root,
    scope: Scope,
    from: &'r Entity,
) -> Box<dyn Iterator<Item = &'r Entity> + 'r> {
    let members = move || from.members.values().filter_map(|id| root.entity(id));
    match scope {
        Scope::Global => Box::new(nearest(root, from)),
        Scope::Child => Box::new(root.children(&from.id)),
        Scope::Sibling => {
            let all = from.parent.iter().flat_map(|p| root.children(p));
            Box::new(all.filter(|e| e.id != from.id))
        }
        Scope::Descendant => Box::new(below(root, from, None).skip(1)),
        Scope::Ancestor => Box::new(root.ancestry(&from.id).skip(1)),
        Scope::Members => Box::new(members().flat_map(|m| below(root, m, None))),
        Scope::MembersOnly => Box::new(members()),
        Scope::Applications => Box::new(root.apps()),
    }
}

/// The whole application: the entity and what is below it, then its parent and what else is below that, and so on.
fn nearest<'r>(root: &'r Root, from: &'r Entity) -> impl Iterator<Item = &'r Entity> {
    let mut done: Option<&EntityId> = None;
    root.ancestry(&from.id).flat_map(move |entity| below(root, entity, done.replace(&entity.id)))
}

/// An entity and what is below it, level by level, without one branch.
fn below<'r>(
    root: &'r Root,
    top: &'r Entity,
    without: Option<&'r EntityId>,
) -> impl Iterator<Item = &'r Entity> {
    let mut open = VecDeque::from([top]);
    std::iter::from_fn(move || {
        let entity = open.pop_front()?;
        open.extend(root.children(&entity.id).filter(|c| Some(&c.id) != without));
        Some(entity)
    })
}
