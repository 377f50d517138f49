//! A step in the making: the state as it will be, and what led there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use base::{AdjunctId, EntityId, Moment, Mono, Rng, TaskId, Term, WallMs};

use crate::adjunct::Who;
use crate::change::Change;
use crate::circle::Cause;
use crate::effect::{Effect, Machine, Work, WorkKey};
use crate::entity::Entity;
use crate::happened::{Happened, Rest, Told};
use crate::input::{Host, TimerId};
use crate::state::{Purpose, Root};
use crate::task::Task;

/// The draft of a step. What is recorded is folded in at once, by the same code as on a standby.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) root: Root,
    pub(crate) at: Moment,
    pub(crate) changes: Vec<Change>,
    pub(crate) effects: Vec<Effect>,
    /// Tasks that may go on; a queue instead of calls keeps the depth bounded.
    pub(crate) ready: VecDeque<TaskId>,
    /// Groups whose members have changed in this step.
    pub(crate) regrouped: BTreeSet<EntityId>,
    /// What is still to be told.
    pub(crate) happened: VecDeque<Told>,
    /// Who is told once of all that has happened, and what caused that.
    pub(crate) late: BTreeMap<Arc<Who>, Option<Arc<Cause>>>,
    /// What causes the changes that are recorded now, where an adjunct does.
    pub(crate) cause: Option<Arc<Cause>>,
    rng: Rng,
}

impl Draft {
    pub(crate) fn new(root: &Root, at: Moment) -> Self {
        let mut root = root.clone();
        let Rest { ready, happened, late } = Arc::unwrap_or_clone(std::mem::take(&mut root.transient.rest));
        let rng = root.rng.clone();
        let (changes, effects, regrouped) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { root, at, changes, effects, ready, regrouped, happened, late, cause: None, rng }
    }

    /// Records a change and folds it in. One that does not fit is a defect of the step that made it: the panic
    /// drops the draft, and only this input fails.
    pub(crate) fn record(&mut self, change: Change) {
        for happened in Happened::by(&change, &self.root) {
            self.tell_later(happened);
        }
        if let Err(e) = self.root.apply(&change) {
            panic!("a step made a change that does not fit: {e}");
        }
        if matches!(change, Change::ReignBegan { .. }) {
            self.rng = self.root.rng.clone();
        }
        self.changes.push(change);
    }

    /// Notes what has happened, to be told when whoever is at work now is done.
    pub(crate) fn tell_later(&mut self, happened: Happened) {
        self.happened.push_back(Told { happened, cause: self.cause.clone() });
    }

    /// Records where the stream of ids stands, if ids were drawn.
    pub(crate) fn record_rng(&mut self) {
        if self.rng != self.root.rng {
            self.record(Change::RngMoved { state: self.rng.clone() });
        }
    }

    /// Mixes random bits from outside into the stream of ids.
    pub(crate) fn stir(&mut self, seed: u64) {
        self.rng = self.rng.fork(seed);
    }

    pub(crate) fn draw_entity_id(&mut self) -> EntityId {
        loop {
            let id = EntityId::draw(&mut self.rng);
            if !self.root.entities.contains_key(&id) {
                return id;
            }
        }
    }

    pub(crate) fn draw_adjunct_id(&mut self) -> AdjunctId {
        AdjunctId::draw(&mut self.rng)
    }

    pub(crate) fn draw_task_id(&mut self) -> TaskId {
        loop {
            let id = TaskId::draw(&mut self.rng);
            if !self.root.tasks.contains_key(&id) {
                return id;
            }
        }
    }

    pub(crate) fn now(&self) -> Mono {
        self.at.now
    }

    pub(crate) fn wall(&self) -> WallMs {
        self.at.wall
    }

    pub(crate) fn task(&self, id: &TaskId) -> Option<Arc<Task>> {
        self.root.tasks.get(id).cloned()
    }

    pub(crate) fn entity(&self, id: &EntityId) -> Option<Arc<Entity>> {
        self.root.entities.get(id).cloned()
    }

    /// The term that this master rules in.
    pub(crate) fn term(&self) -> Term {
        self.root.reign().map_or(Term(0), |r| r.term)
    }

    /// The host that `localhost` means now.
    pub(crate) fn host(&self) -> Option<Host> {
        self.root.reign().map(|r| r.host.clone())
    }

    pub(crate) fn timer(&mut self, id: TimerId, at: Mono) {
        self.effects.push(Effect::Timer { id, at });
    }

    /// Asks a machine for some work and remembers whom its outcome concerns.
    pub(crate) fn run(&mut self, key: WorkKey, machine: Machine, work: Work, purpose: Purpose) {
        self.root.transient.works.insert_mut(key.clone(), purpose);
        self.effects.push(Effect::Run { key, machine, work });
    }

    /// Lets go of some work, if it is under way.
    pub(crate) fn drop_work(&mut self, key: &WorkKey) {
        // Whoever carries it out is told.
        if self.root.transient.works.remove_mut(key) && !base::mutant::on(base::Mutant::CancelLost) {
            self.effects.push(Effect::Cancel { key: key.clone() });
        }
    }
}
