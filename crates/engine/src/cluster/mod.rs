//! Clusters: their programs (`brooklyn-blueprints.md` 4.5). What a step decides (how many to add, which to remove)
//! goes into the log as the rest of the task's program, so a later master sees what was meant.

mod failed;
mod members;
mod size;
mod zones;

use std::collections::BTreeMap;

use base::EntityId;
use serde_json::Value;

use crate::config::unreadable;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::machine::{Try, fail};
use crate::program::StepKind;
use crate::state::Root;

type Params = BTreeMap<String, Value>;
type Steps = Vec<StepKind>;

pub(crate) fn start(params: &Params) -> Steps {
    vec![
        StepKind::Expect { state: Lifecycle::Starting },
        StepKind::MakeQuarantine,
        StepKind::Resize { to: None, params: params.clone() },
        StepKind::CheckInitialSize,
        StepKind::RestPolicies { rest: false },
        StepKind::Expect { state: Lifecycle::Running },
    ]
}

pub(crate) fn stop(cluster: &Entity) -> Steps {
    vec![
        StepKind::CancelOthers { entity: cluster.id.clone() },
        StepKind::Expect { state: Lifecycle::Stopping },
        StepKind::RestPolicies { rest: true },
        StepKind::Resize { to: Some(0), params: Params::new() },
        // What is left: members that were set aside.
        StepKind::Children { effector: "stop".to_owned(), params: Params::new() },
        StepKind::Expect { state: Lifecycle::Stopped },
    ]
}

pub(crate) fn restart(root: &Root, cluster: &Entity) -> Try<Steps> {
    let key = &model::types::dynamic_cluster::RESTART_MODE;
    let mode = root.config_text(&cluster.id, key).or_else(unreadable)?;
    let at_once = match mode.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None => {
            return fail(format!("Restart not supported for this cluster: {} is not configured.", key.name));
        }
        Some("off") => return fail("Restart not supported for this cluster."),
        Some("sequential") => 1,
        Some("parallel") => 0,
        Some(other) => {
            return fail(format!("Unknown {} '{other}'; expected off, sequential or parallel", key.name));
        }
    };
    let entities: Vec<EntityId> = root
        .children(&cluster.id)
        .filter(|c| root.effector(&c.id, "restart").is_some())
        .map(|c| c.id.clone())
        .collect();
    Ok(vec![
        StepKind::Expect { state: Lifecycle::Starting },
        each("restart", entities, Params::new(), at_once, false),
        StepKind::Expect { state: Lifecycle::Running },
    ])
}

pub(crate) fn resize(params: &Params) -> Try<Steps> {
    let to = number(params, "desiredSize")?;
    let Ok(to) = u32::try_from(to) else {
        return fail(format!("the size of a cluster is a number from 0 on, not {to}"));
    };
    Ok(vec![StepKind::Resize { to: Some(to), params: start_params() }, StepKind::ReturnSize])
}

pub(crate) fn resize_by(params: &Params) -> Try<Steps> {
    let by = number(params, "delta")?;
    Ok(vec![StepKind::ResizeBy { by, params: start_params() }])
}

pub(crate) fn replace(params: &Params) -> Try<Steps> {
    match params.get("memberId").and_then(Value::as_str) {
        Some(member) => Ok(vec![StepKind::Replace { member: EntityId::new(member) }]),
        None => fail("memberId must be supplied"),
    }
}

/// The removal of some entities, each with its folders; `stop_at_once`: how many are stopped at a time before,
/// `None`: they are not.
pub(crate) fn removal(root: &Root, entities: Vec<EntityId>, stop_at_once: Option<u32>) -> Steps {
    let stops = |id: &EntityId| root.effector(id, "stop").is_some();
    let mut steps = Vec::new();
    if let Some(at_once) = stop_at_once {
        let stopped: Vec<EntityId> = entities.iter().filter(|id| stops(id)).cloned().collect();
        if !stopped.is_empty() {
            steps.push(each("stop", stopped, Params::new(), at_once, true));
        }
    }
    for entity in entities {
        steps.push(StepKind::RemoveDirs { entity: entity.clone() });
        steps.push(StepKind::Forget { entity });
    }
    steps
}

/// A part that calls an effector of each of some entities; `at_once` 0: all at the same time.
pub(crate) fn each(
    effector: &str,
    entities: Vec<EntityId>,
    params: Params,
    at_once: u32,
    tolerated: bool,
) -> StepKind {
    let doing = match effector {
        "start" => "starting".to_owned(),
        "stop" => "stopping".to_owned(),
        other => format!("invoking {other} on"),
    };
    let (n, how) = (entities.len(), if at_once == 1 { "sequential" } else { "parallel" });
    let s = if n == 1 { "" } else { "s" };
    let effector = effector.to_owned();
    StepKind::Sub {
        name: format!("{doing} {n} node{s} ({how})"),
        steps: vec![StepKind::EachOf { entities, effector, params, at_once }],
        tolerated,
    }
}

pub(crate) fn start_params() -> Params {
    BTreeMap::from([("locations".to_owned(), Value::Array(Vec::new()))])
}

fn number(params: &Params, name: &str) -> Try<i64> {
    match params.get(name).and_then(Value::as_i64) {
        Some(number) => Ok(number),
        None => fail(format!("{name} must be supplied")),
    }
}
