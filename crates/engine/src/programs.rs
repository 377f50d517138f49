//! The programs of start, stop and restart, by what the entity is and how it is configured
//! (`brooklyn-blueprints.md` 5.3, 5.4).

use std::collections::BTreeMap;

use model::types::{Action, Behaviour, basic_application, software_process};
use serde_json::Value;

use crate::cluster;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::program::{Phase, StepKind};
use crate::sequence::Asked;
use crate::state::Root;
use crate::task::OnError;

type Params = BTreeMap<String, Value>;
type Steps = Vec<StepKind>;

const fn expect(state: Lifecycle) -> StepKind {
    StepKind::Expect { state }
}

fn sub(name: &str, steps: Steps) -> StepKind {
    StepKind::Sub { name: name.to_owned(), steps, tolerated: false }
}

fn children(effector: &str, params: &Params) -> StepKind {
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
) -> Result<(Steps, OnError), String> {
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
) -> Result<(Steps, OnError), String> {
    Ok(match (entity.behaviour(), action) {
        (Behaviour::Application | Behaviour::Startable, Action::Start) => {
            (start_app(params), OnError::Running)
        }
        (Behaviour::Application, Action::Stop) => (stop_app(root, entity, !within)?, OnError::OnFire),
        (Behaviour::Startable, Action::Stop) => (stop_whole(entity), OnError::OnFire),
        (Behaviour::Application | Behaviour::Startable, _) => (restart_app(), OnError::Running),
        (Behaviour::Machine | Behaviour::Process, Action::Start) => {
            (start_process(root, entity, params)?, OnError::OnFire)
        }
        (Behaviour::Machine | Behaviour::Process, Action::Stop) => {
            (stop_process(root, entity, params)?, OnError::OnFire)
        }
        (Behaviour::Machine | Behaviour::Process, _) => {
            (restart_process(root, entity, params)?, OnError::OnFire)
        }
        (Behaviour::Cluster, Action::Start) => (cluster::start(params), OnError::Running),
        (Behaviour::Cluster, Action::Stop) => (cluster::stop(entity), OnError::OnFire),
        (Behaviour::Cluster, _) => (cluster::restart(root, entity)?, OnError::Running),
        (Behaviour::Sequence, Action::Stop) => (vec![expect(Lifecycle::Stopped)], OnError::Leave),
        (Behaviour::Sequence, _) => (vec![expect(Lifecycle::Running)], OnError::Leave),
        (Behaviour::Plain | Behaviour::Group | Behaviour::Quarantine, _) => {
            return Err(format!("{} cannot be started or stopped: it has no life cycle", entity.described()));
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

pub(crate) fn start_app(params: &Params) -> Steps {
    vec![expect(Lifecycle::Starting), children("start", params), expect(Lifecycle::Running)]
}

pub(crate) fn restart_app() -> Steps {
    vec![expect(Lifecycle::Starting), children("restart", &Params::new()), expect(Lifecycle::Running)]
}

/// `may_forget`: whether the application goes away with it, if it is configured so.
pub(crate) fn stop_app(root: &Root, app: &Entity, may_forget: bool) -> Result<Steps, String> {
    let mut steps = stop_whole(app);
    let forget = root.config_flag(&app.id, &basic_application::STOP_SHOULD_DESTROY);
    if may_forget && forget.map_err(|e| e.to_string())? {
        steps.push(StepKind::RemoveDirs { entity: app.id.clone() });
        steps.push(StepKind::Forget { entity: app.id.clone() });
    }
    Ok(steps)
}

pub(crate) fn start_process(root: &Root, entity: &Entity, params: &Params) -> Result<Steps, String> {
    let flag = |key| root.config_flag(&entity.id, key).map_err(|e| e.to_string());
    let mut steps = vec![
        StepKind::CheckIdle,
        expect(Lifecycle::Starting),
        sub("pre-start", vec![StepKind::FindProcess, StepKind::TakeMachine]),
    ];
    if !flag(&software_process::SKIP_START)? {
        if !flag(&software_process::SKIP_INSTALL)? {
            phases(root, entity, &[Phase::PreInstall, Phase::Install, Phase::PostInstall], &mut steps)?;
        }
        phases(root, entity, &[Phase::PreCustomize, Phase::Customize, Phase::PostCustomize], &mut steps)?;
        phases(root, entity, &[Phase::PreLaunch, Phase::Launch, Phase::PostLaunch], &mut steps)?;
    }
    come_up(root, entity, params, &mut steps)?;
    Ok(steps)
}

pub(crate) fn restart_process(root: &Root, entity: &Entity, params: &Params) -> Result<Steps, String> {
    let new_machine = params.get("restartMachine").is_some_and(|v| *v == Value::Bool(true) || v == "true");
    let mut steps = vec![
        StepKind::CancelOthers { entity: entity.id.clone() },
        StepKind::CheckIdle,
        expect(Lifecycle::Starting),
    ];
    steps.push(sub("stopping process", end_process(root, entity)?));
    steps.push(sub("pre-start", vec![StepKind::TakeMachine]));
    if new_machine {
        phases(root, entity, &[Phase::PreInstall, Phase::Install, Phase::PostInstall], &mut steps)?;
        phases(root, entity, &[Phase::PreCustomize, Phase::Customize, Phase::PostCustomize], &mut steps)?;
    }
    phases(root, entity, &[Phase::PreLaunch, Phase::Launch, Phase::PostLaunch], &mut steps)?;
    if params.get("restartChildren").is_some_and(|v| *v == Value::Bool(true) || v == "true") {
        steps.push(children("restart", &Params::new()));
    }
    steps.push(sub("post-start", vec![up(entity)]));
    steps.push(expect(Lifecycle::Running));
    Ok(steps)
}

pub(crate) fn stop_process(root: &Root, entity: &Entity, params: &Params) -> Result<Steps, String> {
    let stopped = entity.state() == Some(Lifecycle::Stopped);
    let wanted = |name: &str| match params.get(name).and_then(Value::as_str).map(str::to_ascii_uppercase) {
        Some(mode) if mode == "NEVER" => false,
        Some(mode) if mode == "ALWAYS" => true,
        _ => !stopped,
    };
    let mut steps = vec![
        StepKind::CancelOthers { entity: entity.id.clone() },
        expect(Lifecycle::Stopping),
        StepKind::MarkDown,
    ];
    if starts_children(root, entity)?.is_some() {
        steps.push(children("stop", &Params::new()));
    }
    if wanted("stopProcessMode") {
        steps.push(sub("stopping process", end_process(root, entity)?));
    }
    if wanted("stopMachineMode") {
        steps.push(StepKind::ReleaseMachine);
    }
    steps.push(expect(Lifecycle::Stopped));
    Ok(steps)
}

/// Ends the process: by its own command first, if it has one, and for good.
fn end_process(root: &Root, entity: &Entity) -> Result<Steps, String> {
    let mut steps = vec![StepKind::MarkDown];
    if has_command(root, entity, Phase::Stop)? {
        let name = Phase::Stop.key().name.to_owned();
        steps.push(StepKind::Sub {
            name,
            steps: vec![StepKind::Script { phase: Phase::Stop }],
            tolerated: true,
        });
    }
    if entity.behaviour() == Behaviour::Process {
        steps.push(StepKind::FindProcess);
        steps.push(StepKind::KillProcess);
    }
    Ok(steps)
}

fn come_up(root: &Root, entity: &Entity, params: &Params, steps: &mut Steps) -> Result<(), String> {
    let mode = starts_children(root, entity)?;
    if mode.as_deref().is_some_and(|m| !m.ends_with("_LATE")) {
        steps.push(children("start", params));
    }
    steps.push(sub("post-start", vec![up(entity)]));
    if mode.as_deref().is_some_and(|m| m.ends_with("_LATE")) {
        steps.push(children("start", params));
    }
    steps.push(expect(Lifecycle::Running));
    Ok(())
}

fn up(entity: &Entity) -> StepKind {
    match entity.behaviour() {
        Behaviour::Process => StepKind::AwaitRunning,
        _ => StepKind::MarkUp,
    }
}

/// The mode in which children are started with it; `None`: they are not.
fn starts_children(root: &Root, entity: &Entity) -> Result<Option<String>, String> {
    let mode = root.config_text(&entity.id, &software_process::CHILDREN_MODE).map_err(|e| e.to_string())?;
    Ok(mode.filter(|m| m != "NONE"))
}

fn has_command(root: &Root, entity: &Entity, phase: Phase) -> Result<bool, String> {
    let declared = entity.type_def().is_some_and(|t| t.config_key(phase.key().name).is_some());
    let command = root.config_command(&entity.id, phase.key()).map_err(|e| e.to_string())?;
    Ok(declared && command.is_some())
}

/// Adds the phases that the entity has: the three main ones always for a process, the others with a command.
fn phases(root: &Root, entity: &Entity, phases: &[Phase], steps: &mut Steps) -> Result<(), String> {
    for phase in phases {
        let main = matches!(phase, Phase::Install | Phase::Customize | Phase::Launch)
            && entity.behaviour() == Behaviour::Process;
        if main || has_command(root, entity, *phase)? {
            steps.push(sub(phase.name(), vec![StepKind::Script { phase: *phase }]));
        }
    }
    Ok(())
}
