//! What `$brooklyn:` expressions mean (`brooklyn-blueprints.md` 2): evaluated over the state, in an entity.
//!
//! An evaluation only looks. What is not there yet is told as something to wait for, and whoever asked decides: a
//! task's step waits, a read over REST shows the expression. Every value is evaluated anew at each read.

mod call;
mod external;
mod function;
mod interpolate;
mod pick;
mod ready;
mod scene;
mod tagged;

use std::cell::Cell;

use model::config::{ConfigError, Evaluate, Unresolved};
use serde_json::{Map, Value};

pub use external::{Externals, Provider};
pub(crate) use function::url_encoded;
use scene::{Reading, Scene};

use crate::entity::Entity;
use crate::state::Root;

/// How deep expressions, the config that they read, and its expressions may be nested.
const DEPTH_MAX: u32 = 128;
/// How many expressions and parts of them one read may evaluate.
const EVALUATIONS_MAX: u32 = 20_000;

/// What an evaluation gives.
type Eval<T = Value> = Result<T, Unresolved>;

fn fail<T>(why: impl Into<String>) -> Eval<T> {
    Err(Unresolved::Failed(why.into()))
}

/// An error of a read within an evaluation.
fn unresolved(error: ConfigError) -> Unresolved {
    match error {
        ConfigError::NotReady { awaited, .. } => Unresolved::NotReady(awaited),
        other => Unresolved::Failed(other.to_string()),
    }
}

/// In which entity an inherited value is evaluated. Release 1.1.0 was seen to do both (`brooklyn-blueprints.md`
/// E.2.1): its REST API and `config("key")` evaluate in the reader, everything else in the declarer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the entity on which the value was set.
    Declarer,
    /// In the entity for which it is read.
    Reader,
}

/// Evaluates what is read for an entity.
pub(crate) struct Reader<'a> {
    root: &'a Root,
    /// The entity, its parent and so on.
    chain: Vec<&'a Entity>,
    place: Place,
    reading: Option<&'a Reading<'a>>,
    /// How many more evaluations this read may take.
    budget: Cell<u32>,
    depth: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(root: &'a Root, entity: &base::EntityId, place: Place) -> Self {
        let chain = root.ancestry(entity).collect();
        Self { root, chain, place, reading: None, budget: Cell::new(EVALUATIONS_MAX), depth: 0 }
    }

    fn scene(&self, level: usize) -> Eval<Scene<'_>> {
        let Some(me) = self.chain.get(level).copied() else {
            return fail("the entity is not there any more");
        };
        let (root, reading, budget, depth) = (self.root, self.reading, &self.budget, self.depth);
        Ok(Scene { root, me, reading, budget, depth })
    }

    /// A template file of the entity, filled in.
    pub(crate) fn fill_in(&self, text: &str, given: Map<String, Value>) -> Result<String, Unresolved> {
        self.scene(0).and_then(|scene| scene.render(scene.me, text, given, true))
    }
}

impl Evaluate for Reader<'_> {
    fn evaluate(&self, given: &Value, level: usize) -> Result<Value, Unresolved> {
        let level = if self.place == Place::Reader { 0 } else { level };
        let Some(me) = self.chain.get(level).copied() else {
            return fail("the entity is not there any more");
        };
        let scene =
            Scene { root: self.root, me, reading: self.reading, budget: &self.budget, depth: self.depth };
        scene.value(given)
    }
}
