//! Effectors that a blueprint adds (`brooklyn-blueprints.md` 6.2), other than shell commands: their programs, and how
//! the steps of these find out whose call they are.
//!
//! What such an effector does is decided by a step of its task, which goes into the log as the rest of the program:
//! a value that is not there yet is waited for, and what cannot be is a task that has failed.

mod batch;
mod circle;
mod http;
mod pass_on;
mod snippet;

use std::sync::Arc;

use model::spec::{EffectorBody, EffectorSpec, ExecutionTarget};

use crate::draft::Draft;
use crate::entity::Entity;
use crate::machine::{Try, fail};
use crate::program::StepKind;
use crate::read::EffectorRef;
use crate::task::{Call, Task};

/// The program of an effector from a blueprint.
pub(crate) fn program(spec: &EffectorSpec) -> Try<Vec<StepKind>> {
    Ok(match &spec.body {
        EffectorBody::ShellCommand { target: ExecutionTarget::Entity, .. } => vec![StepKind::Effector],
        EffectorBody::ShellCommand { target, .. } => {
            return fail(format!(
                "effector '{}' runs on {target:?}, which this version cannot; use ENTITY",
                spec.name
            ));
        }
        EffectorBody::Http(_) => {
            let steps = vec![StepKind::Request];
            vec![StepKind::Sub { name: spec.name.clone(), steps, tolerated: false }, StepKind::ReturnLast]
        }
        EffectorBody::Proxy { .. } | EffectorBody::Composite { .. } | EffectorBody::ChildrenBatch(_) => {
            vec![StepKind::PassOn]
        }
        EffectorBody::AddChildren(_) => {
            return fail(format!("effector '{}' is of a kind that this version cannot run", spec.name));
        }
    })
}

/// An effector from a blueprint that has been called.
pub(crate) struct Called {
    pub(crate) entity: Arc<Entity>,
    pub(crate) spec: EffectorSpec,
    pub(crate) call: Call,
}

impl Draft {
    /// The effector that a task is a call of, or a part of one.
    pub(crate) fn called_effector(&self, task: &Task) -> Try<Called> {
        let entity = self.entity_of(task)?;
        let call = self.root.with_parents(task).find_map(|t| t.call.clone());
        let Some(call) = call else { return fail("the task is no call of an effector") };
        match self.root.effector(&entity.id, &call.effector) {
            Some(EffectorRef::OfSpec(spec)) => {
                let spec = spec.clone();
                Ok(Called { entity, spec, call })
            }
            _ => fail(format!("{} has no effector '{}' any more", entity.described(), call.effector)),
        }
    }
}
