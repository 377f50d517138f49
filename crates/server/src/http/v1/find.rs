//! Finding what a path names, by id or by name, with Brooklyn's words for what is not there.

use std::sync::Arc;

use axum::http::StatusCode;
use base::{AdjunctId, EntityId, TaskId};
use engine::{Entity, Task};
use model::adjuncts::AdjunctKind;

use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::show::adjunct::{Beside, all, by_name};

/// The application that `{app}` names.
pub(super) fn app(call: &Call) -> Result<&Entity, Fail> {
    let token = call.param("app");
    call.root().find_app(token).ok_or_else(|| Fail::not_found(format!("Application '{token}' not found")))
}

/// The entity that `{app}` and `{ent}` name together; the application itself is one of its entities.
pub(super) fn entity(call: &Call) -> Result<&Entity, Fail> {
    let app = app(call)?;
    let token = call.param("ent");
    let missing = || {
        let app_token = call.param("app");
        let text = format!("Cannot find entity '{token}' in application '{app_token}' ({})", app.described());
        Fail::not_found(text)
    };
    let entity = call.root().find_entity(&app.id, token).ok_or_else(missing)?;
    if entity.app != app.id {
        return Err(Fail::said(
            StatusCode::PRECONDITION_FAILED,
            format!(
                "Application '{}' specified does not match application '{}' to which entity '{}' ({}) is \
                 associated",
                app.id,
                entity.app,
                entity.id,
                entity.described()
            ),
        ));
    }
    Ok(entity)
}

/// The policy, enricher or feed that `{adjunct}` names: by id, else the first by name, policies before enrichers before
/// feeds.
pub(super) fn adjunct(call: &Call) -> Result<Beside<'_>, Fail> {
    beside(call, "adjunct", &[AdjunctKind::Policy, AdjunctKind::Enricher, AdjunctKind::Feed])
}

/// The policy that `{policy}` names.
pub(super) fn policy(call: &Call) -> Result<Beside<'_>, Fail> {
    beside(call, "policy", &[AdjunctKind::Policy])
}

fn beside<'a>(call: &'a Call, word: &str, kinds: &[AdjunctKind]) -> Result<Beside<'a>, Fail> {
    let (root, entity, token) = (call.root(), entity(call)?, call.param(word));
    let by_id = all(root, entity).find(|b| b.adjunct.id.as_str() == token);
    if let Some(found) = by_id.filter(|b| kinds.contains(&b.adjunct.spec.kind)) {
        return Ok(found);
    }
    let named = |kind: &AdjunctKind| {
        by_name(root, entity, Some(*kind)).into_iter().find(|b| b.adjunct.display_name() == token)
    };
    let missing =
        || Fail::not_found(format!("Cannot find {word} '{token}' in entity '{}'", entity.described()));
    kinds.iter().find_map(named).ok_or_else(missing)
}

/// An adjunct that was just added.
pub(super) fn adjunct_by_id<'a>(call: &'a Call, ids: &(EntityId, AdjunctId)) -> Result<Beside<'a>, Fail> {
    let root = call.root();
    let found = root.entity(&ids.0).and_then(|entity| Some((entity, entity.adjuncts.get(&ids.1)?)));
    match found {
        Some((entity, adjunct)) => Ok(Beside { root, entity, adjunct: Arc::clone(adjunct), innate: None }),
        None => Err(Fail::not_found(format!("Adjunct '{}' was added and is gone already", ids.1))),
    }
}

/// The task that `{task}` names.
pub(super) fn task(call: &Call) -> Result<&Task, Fail> {
    let token = call.param("task");
    let missing =
        || Fail::not_found(format!("Cannot find task '{token}' - possibly garbage collected to save memory"));
    call.root().task(&TaskId::new(token)).ok_or_else(missing)
}
