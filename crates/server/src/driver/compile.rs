//! Blueprints that effectors bring are compiled here: what they are compiled among is known to the server only.

use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::effect::Outcome;
use model::Surroundings;
use model::compile::{Params, compile_children};

/// The children that a blueprint describes, or all that is wrong with it. A compiler that breaks on one must not
/// take the thread with it.
pub(super) fn children(blueprint: &str, params: &Params, around: &Surroundings) -> Outcome {
    let compiled =
        catch_unwind(AssertUnwindSafe(|| compile_children("blueprint", blueprint, params, around)));
    match compiled {
        Ok(Ok(children)) => Outcome::Children(children.specs),
        Ok(Err(found)) => Outcome::Failed(found.brooklyn_message()),
        Err(_) => Outcome::Failed("the blueprint made the compiler fail; nothing was added".to_owned()),
    }
}
