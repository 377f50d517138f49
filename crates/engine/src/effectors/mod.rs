//! Effectors that a blueprint adds (`brooklyn-blueprints.md` 6.2), other than shell commands: their programs, and how
//! the steps of these find out whose call they are.
//!
//! What such an effector does is decided by a step of its task, which goes into the log as the rest of the program:
//! a value that is not there yet is waited for, and what cannot be is a task that has failed.

mod batch;
mod children;
mod circle;
mod http;
mod on_each;
mod pass_on;
mod snippet;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;
use model::spec::{EffectorBody, EffectorSpec, ExecutionTarget};
use serde_json::Value;

use crate::config::unreadable;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::machine::{Try, fail};
use crate::program::StepKind;
use crate::read::EffectorRef;
use crate::state::Root;
use crate::task::{Call, Task};

/// The program of an effector from a blueprint.
pub(crate) fn program(spec: &EffectorSpec) -> Vec<StepKind> {
    match &spec.body {
        EffectorBody::ShellCommand { target: ExecutionTarget::Entity, .. } => vec![StepKind::Effector],
        EffectorBody::Http(_) => {
            let steps = vec![StepKind::Request];
            vec![StepKind::Sub { name: spec.name.clone(), steps, tolerated: false }, StepKind::ReturnLast]
        }
        EffectorBody::ShellCommand { .. }
        | EffectorBody::Proxy { .. }
        | EffectorBody::Composite { .. }
        | EffectorBody::ChildrenBatch(_) => vec![StepKind::PassOn],
        EffectorBody::AddChildren(_) => vec![StepKind::CompileChildren],
    }
}

/// An effector from a blueprint that has been called.
pub(crate) struct Called {
    pub(crate) entity: Arc<Entity>,
    pub(crate) spec: EffectorSpec,
    pub(crate) call: Call,
}

/// What an effector's parameters are where they are not given.
pub(crate) fn defaults(
    root: &Root,
    entity: &EntityId,
    effector: &EffectorSpec,
) -> Try<BTreeMap<String, Value>> {
    let with_default = effector.parameters.iter().filter_map(|p| Some((p, p.default.as_ref()?)));
    let each = with_default.map(|(p, default)| {
        let read = root.resolve_at(entity, &p.name, p.value_type(), default).or_else(unreadable)?;
        Ok((p.name.clone(), read.into_json()))
    });
    each.collect()
}

impl Draft {
    /// The effector that a task is a call of, or a part of one.
    pub(crate) fn called_effector(&self, task: &Task) -> Try<Called> {
        let made = self.root.with_parents(task).find_map(|t| Some((t, t.call.clone()?)));
        let Some((of, call)) = made else { return fail("the task is no call of an effector") };
        // A part may run at another entity than the one that has the effector.
        let entity = self.entity_of(of)?;
        match self.root.effector(&entity.id, &call.effector) {
            Some(EffectorRef::OfSpec(spec)) => {
                let spec = spec.clone();
                Ok(Called { entity, spec, call })
            }
            _ => fail(format!("{} has no effector '{}' any more", entity.described(), call.effector)),
        }
    }
}
