//! Finding what a path names, by id or by name, with Brooklyn's words for what is not there.

use axum::http::StatusCode;
use base::TaskId;
use engine::Entity;
use engine::Task;

use crate::http::call::Call;
use crate::http::fail::Fail;

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

/// The task that `{task}` names.
pub(super) fn task(call: &Call) -> Result<&Task, Fail> {
    let token = call.param("task");
    let missing =
        || Fail::not_found(format!("Cannot find task '{token}' - possibly garbage collected to save memory"));
    call.root().task(&TaskId::new(token)).ok_or_else(missing)
}
