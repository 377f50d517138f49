//! The programs of what has a machine on which its children run (`SameServerEntity`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Latch, program};
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::program::StepKind;
use crate::programs::{children, expect, sub};
use crate::state::Root;

type Params = BTreeMap<String, Value>;

pub(crate) fn start(root: &Root, entity: &Entity, params: &Params) -> Vec<StepKind> {
    let mut steps = vec![StepKind::CheckIdle, expect(Lifecycle::Starting)];
    steps.extend(program::latch(root, entity, Latch::Start));
    steps.push(sub("pre-start", vec![StepKind::TakeMachine]));
    steps.extend([children("start", params), expect(Lifecycle::Running)]);
    steps
}

pub(crate) fn stop(entity: &Entity) -> Vec<StepKind> {
    vec![
        StepKind::CancelOthers { entity: entity.id.clone() },
        expect(Lifecycle::Stopping),
        children("stop", &Params::new()),
        StepKind::ReleaseMachine,
        expect(Lifecycle::Stopped),
    ]
}

/// The machine is kept.
pub(crate) fn restart(entity: &Entity) -> Vec<StepKind> {
    vec![
        StepKind::CancelOthers { entity: entity.id.clone() },
        StepKind::CheckIdle,
        expect(Lifecycle::Starting),
        sub("pre-start", vec![StepKind::TakeMachine]),
        children("restart", &Params::new()),
        expect(Lifecycle::Running),
    ]
}
