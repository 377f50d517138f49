//! The programs of start, stop and restart, by what the entity is and how it is configured
//! (`brooklyn-blueprints.md` 5.3, 5.4).

use std::collections::BTreeMap;

use model::types::{Action, Behaviour, basic_application};
use serde_json::Value;

use crate::cluster;
use crate::config::unreadable;
use crate::entity::Entity;
use crate::fabric;
use crate::lifecycle::Lifecycle;
use crate::machine::{Try, fail};
use crate::phases::{Latch, program as process, shared};
use crate::program::StepKind;
use crate::sequence::Asked;
use crate::state::Root;
use crate::task::OnError;

type Params = BTreeMap<String, Value>;
type Steps = Vec<StepKind>;

pub(crate) const fn expect(state: Lifecycle) -> StepKind {
    StepKind::Expect { state }
}

pub(crate) fn sub(name: &str, steps: Steps) -> StepKind {
    StepKind::Sub { name: name.to_owned(), steps, tolerated: false }
}

pub(crate) fn children(effector: &str, params: &Params) -> StepKind {
    StepKind::Children { effector: effector.to_owned(), params: params.clone() }
}

/// The program of an effector that a type has, and what becomes of the entity when it fails. `within`: it is a part
/// of another task.
pub(crate) fn of_action(
    root: &Root,
    entity: &Entity,
    action: Action,
    params: &Params,
    within: bool,
) -> Try<(Steps, OnError)> {
    let quiet = |steps| Ok((steps, OnError::Leave));
    let asked = |asked| quiet(vec![StepKind::Sequence { asked }]);
    match action {
        Action::Start | Action::Stop | Action::Restart => lifecycle(root, entity, action, params, within),
        Action::Resize => quiet(cluster::resize(params)?),
        Action::ResizeByDelta => quiet(cluster::resize_by(params)?),
        Action::ReplaceMember => quiet(cluster::replace(params)?),
        Action::ExpungeMembers => {
            let stop = params.get("stopFirst") != Some(&Value::Bool(false));
            let members = entity.members.values().cloned().collect();
            quiet(cluster::removal(root, members, stop.then_some(0)))
        }
        Action::Diagnose => quiet(vec![StepKind::Diagnose]),
        Action::Exec => quiet(vec![exec(params)?]),
        Action::SequenceReset => asked(Asked::Reset),
        Action::SequenceIncrement => asked(Asked::Increment),
        Action::SequenceGet => asked(Asked::Get),
        Action::SequenceNext => asked(Asked::Next),
    }
}

fn lifecycle(
    root: &Root,
    entity: &Entity,
    action: Action,
    params: &Params,
    within: bool,
) -> Try<(Steps, OnError)> {
    Ok(match (entity.behaviour(), action) {
        (Behaviour::Application | Behaviour::Startable, Action::Start) => {
            (start_app(root, entity, params), OnError::Running)
        }
        (Behaviour::Application, Action::Stop) => (stop_app(root, entity, !within)?, OnError::OnFire),
        (Behaviour::SharedMachine, Action::Start) => (shared::start(root, entity, params), OnError::OnFire),
        (Behaviour::SharedMachine, Action::Stop) => (shared::stop(entity), OnError::OnFire),
        (Behaviour::SharedMachine, _) => (shared::restart(entity), OnError::OnFire),
        (Behaviour::Conditional, Action::Start) => {
            let mut steps = start_app(root, entity, params);
            steps.insert(0, StepKind::MakeConditional);
            (steps, OnError::Running)
        }
        (Behaviour::Startable | Behaviour::Conditional | Behaviour::Fabric, Action::Stop) => {
            (stop_whole(entity), OnError::OnFire)
        }
        (Behaviour::Application | Behaviour::Startable | Behaviour::Conditional, _) => {
            (restart_app(), OnError::Running)
        }
        (Behaviour::Machine | Behaviour::Process, Action::Start) => {
            (process::start(root, entity, params)?, OnError::OnFire)
        }
        (Behaviour::Machine | Behaviour::Process, Action::Stop) => {
            (process::stop(root, entity, params)?, OnError::OnFire)
        }
        (Behaviour::Machine | Behaviour::Process, _) => {
            (process::restart(root, entity, params)?, OnError::OnFire)
        }
        (Behaviour::Fabric, Action::Start) => (fabric::start(root, entity, params)?, OnError::OnFire),
        (Behaviour::Fabric, _) => return fail("Restart not supported for a fabric."),
        (Behaviour::Cluster, Action::Start) => (cluster::start(params), OnError::Running),
        (Behaviour::Cluster, Action::Stop) => (cluster::stop(entity), OnError::OnFire),
        (Behaviour::Cluster, _) => (cluster::restart(root, entity)?, OnError::Running),
        (Behaviour::Sequence | Behaviour::Data, Action::Stop) => {
            (vec![expect(Lifecycle::Stopped)], OnError::Leave)
        }
        (Behaviour::Sequence | Behaviour::Data, _) => (vec![expect(Lifecycle::Running)], OnError::Leave),
        (Behaviour::Plain | Behaviour::Group | Behaviour::Quarantine, _) => {
            return fail(format!(
                "{} cannot be started or stopped: it has no life cycle",
                entity.described()
            ));
        }
    })
}

fn stop_whole(entity: &Entity) -> Steps {
    vec![
        StepKind::CancelOthers { entity: entity.id.clone() },
        expect(Lifecycle::Stopping),
        children("stop", &Params::new()),
        expect(Lifecycle::Stopped),
    ]
}

pub(crate) fn start_app(root: &Root, app: &Entity, params: &Params) -> Steps {
    let mut steps = vec![expect(Lifecycle::Starting)];
    steps.extend(process::latch(root, app, Latch::Start));
    steps.extend([children("start", params), expect(Lifecycle::Running)]);
    steps
}

pub(crate) fn restart_app() -> Steps {
    vec![expect(Lifecycle::Starting), children("restart", &Params::new()), expect(Lifecycle::Running)]
}

/// `may_forget`: whether the application goes away with it, if it is configured so.
pub(crate) fn stop_app(root: &Root, app: &Entity, may_forget: bool) -> Try<Steps> {
    let mut steps = stop_whole(app);
    let forget = root.config_flag(&app.id, &basic_application::STOP_SHOULD_DESTROY);
    if may_forget && forget.or_else(unreadable)? {
        steps.push(StepKind::RemoveDirs { entity: app.id.clone() });
        steps.push(StepKind::Forget { entity: app.id.clone() });
    }
    Ok(steps)
}

fn exec(params: &Params) -> Try<StepKind> {
    let Some(command) = params.get("command").and_then(Value::as_str) else {
        return fail("the parameter 'command' is missing: what is to be run");
    };
    let timeout = match params.get("timeout").and_then(Value::as_str) {
        None | Some("never") => None,
        Some(text) => Some(text.parse().or_else(|e: base::time::BadSpan| fail(format!("timeout: {e}")))?),
    };
    Ok(StepKind::Exec { command: command.to_owned(), timeout })
}
