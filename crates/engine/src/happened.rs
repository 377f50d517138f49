//! What a step has brought about, for those who want to know: tasks that wait, and what acts beside entities.
//!
//! It is noted while changes are folded in and told afterwards, one after the other, so that nobody is called in the
//! middle of another's work. What is told is only *that* something is otherwise now: whoever cares looks at the state.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use base::{EntityId, TaskId};

use crate::adjunct::{Event, Who};
use crate::change::Change;
use crate::circle::{self, Cause};
use crate::draft::Draft;
use crate::input::TimerId;
use crate::limits::REACTIONS_MAX;
use crate::state::Root;

/// Something that is otherwise now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happened {
    /// A sensor was set (perhaps to what it was) or cleared.
    Sensor { entity: EntityId, name: String },
    /// A sensor told something, as JSON, without having a value.
    Emitted { entity: EntityId, name: String, json: String },
    /// A config key was set.
    Config { entity: EntityId, key: String },
    /// An entity is there; what it is a child of has one more.
    Added { entity: EntityId },
    /// An entity is gone; its parent had it as a child.
    Removed { entity: EntityId, parent: Option<EntityId> },
    /// A group has one member more.
    Joined { group: EntityId, member: EntityId },
    /// A group has one member less.
    Left { group: EntityId, member: EntityId },
    /// A task has ended.
    Ended { task: TaskId },
}

impl Happened {
    /// What a change brings about, if anybody may want to know. To be asked before it is folded in: what is removed
    /// can still be looked at.
    pub(crate) fn by(change: &Change, before: &Root) -> Vec<Self> {
        let one = match change {
            Change::SensorSet { entity, name, .. } | Change::SensorCleared { entity, name } => {
                Self::Sensor { entity: entity.clone(), name: name.clone() }
            }
            Change::ConfigSet { entity, key, .. } => {
                Self::Config { entity: entity.clone(), key: key.clone() }
            }
            Change::EntityAdded { entity } => Self::Added { entity: entity.id.clone() },
            Change::EntityRemoved { entity } => {
                let parent = before.entity(entity).and_then(|e| e.parent.clone());
                // It leaves its groups without a change of their own.
                let groups = before.index.groups_of(entity).into_iter();
                let left = groups.map(|group| Self::Left { group, member: entity.clone() });
                return left.chain([Self::Removed { entity: entity.clone(), parent }]).collect();
            }
            Change::MemberAdded { group, member, .. } => {
                Self::Joined { group: group.clone(), member: member.clone() }
            }
            Change::MemberRemoved { group, member } => {
                Self::Left { group: group.clone(), member: member.clone() }
            }
            Change::TaskEnded { task, .. } => Self::Ended { task: task.clone() },
            _ => return Vec::new(),
        };
        vec![one]
    }
}

/// Something that has happened, and the adjunct that caused it, if one did.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) happened: Happened,
    pub(crate) cause: Option<Arc<Cause>>,
}

/// What a step did not get to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rest {
    pub(crate) ready: VecDeque<TaskId>,
    pub(crate) happened: VecDeque<Told>,
    pub(crate) late: BTreeMap<Arc<Who>, Option<Arc<Cause>>>,
}

impl Draft {
    /// Tells those who want to know.
    fn react(&mut self, told: Told) {
        self.cause = told.cause;
        self.wake_waiting(&told.happened);
        self.tell_adjuncts(&told.happened);
        self.cause = None;
    }

    /// Tells an adjunct of all that has happened when nothing else is to be told.
    pub(crate) fn tell_once(&mut self, who: &Arc<Who>) {
        let cause = self.cause.clone();
        let known = self.late.remove(who);
        let cause = known.map_or(cause.clone(), |known| circle::nearer(known, cause));
        self.late.insert(Arc::clone(who), cause);
    }

    /// Lets every task that may go on do so, and tells what has happened, as far as one step may: the rest is for the
    /// next one, so that a circle of reactions never holds the server.
    pub(crate) fn run_ready(&mut self) {
        for _ in 0..REACTIONS_MAX {
            if let Some(id) = self.ready.pop_front() {
                self.advance(&id);
            } else if let Some(told) = self.happened.pop_front() {
                self.react(told);
            } else if let Some((who, cause)) = self.late.pop_first() {
                self.cause = cause;
                self.tell(&who, &Event::Changed);
                self.cause = None;
            } else if !self.publish_groups() {
                return;
            }
        }
        self.leave_rest();
    }

    /// Keeps what is left for the next step. Each thing once: whoever is told looks at what is then, and there are no
    /// more things than entities with their sensors, however fast they change.
    fn leave_rest(&mut self) {
        self.publish_groups();
        if self.ready.is_empty() && self.happened.is_empty() && self.late.is_empty() {
            return;
        }
        let mut ready = std::mem::take(&mut self.ready);
        let happened = each_once(std::mem::take(&mut self.happened));
        let mut seen = BTreeSet::new();
        ready.retain(|id| seen.insert(id.clone()));
        let late = std::mem::take(&mut self.late);
        self.root.transient.rest = Arc::new(Rest { ready, happened, late });
        let now = self.now();
        self.timer(TimerId::GoOn, now);
    }
}

/// Each thing at its first place.
fn each_once(all: VecDeque<Told>) -> VecDeque<Told> {
    let mut at: BTreeMap<Happened, usize> = BTreeMap::new();
    let mut kept: VecDeque<Told> = VecDeque::new();
    for told in all {
        if let Some(same) = at.get(&told.happened).and_then(|i| kept.get_mut(*i)) {
            same.cause = circle::nearer(same.cause.take(), told.cause);
        } else {
            at.insert(told.happened.clone(), kept.len());
            kept.push_back(told);
        }
    }
    kept
}
