//! What is derived from the durable state while folding, so that no read and no decision walks everything.
//! It depends on the content only, not on the order in which it came: a checkpoint's lines may come in any.

use base::{EntityId, TaskId};

use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::place::LocationRef;
use crate::state::{Map, WriteRecord};
use crate::task::Task;

type Ordered<V> = Map<u64, V>;

/// The indexes.
#[derive(Clone, Default)]
pub(crate) struct Index {
    pub(crate) apps: Ordered<EntityId>,
    pub(crate) children: Map<EntityId, Ordered<EntityId>>,
    /// The entities of an application that have a plan id.
    pub(crate) planned: Map<(EntityId, String), Ordered<EntityId>>,
    /// The groups that an entity is a member of, with its number in each.
    pub(crate) memberships: Map<EntityId, Map<EntityId, u64>>,
    /// How the children of an entity are.
    pub(crate) tallies: Map<EntityId, Tally>,
    /// How the members of a group are.
    pub(crate) member_tallies: Map<EntityId, Tally>,
    /// How those are that are both at once.
    pub(crate) both_tallies: Map<EntityId, Tally>,
    /// The children of an entity that are not as they should be: those that it names when it says why it is not well.
    pub(crate) amiss: Map<EntityId, Ordered<EntityId>>,
    /// The members of a group of which the same is true.
    pub(crate) amiss_members: Map<EntityId, Ordered<EntityId>>,
    pub(crate) counts: Map<EntityId, Counts>,
    pub(crate) tasks_of: Map<EntityId, Ordered<TaskId>>,
    /// Those of them that may be forgotten: ended, no part of another, without a process that they left.
    pub(crate) forgettable: Map<EntityId, Ordered<TaskId>>,
    pub(crate) subs: Map<TaskId, Ordered<TaskId>>,
    /// How many sub-tasks go on.
    pub(crate) open_subs: Map<TaskId, u32>,
    /// Tasks that are no part of another.
    pub(crate) top: Ordered<TaskId>,
    /// Tasks that go on.
    pub(crate) running: Ordered<TaskId>,
    /// Interrupted tasks that left a process.
    pub(crate) leftovers: Ordered<TaskId>,
    pub(crate) writes: Ordered<String>,
    /// The tasks that a latch let through and that go on, by the latch.
    pub(crate) permits: Map<String, Ordered<TaskId>>,
    /// The entities that hold a machine of a location.
    pub(crate) holders: Map<LocationRef, Ordered<EntityId>>,
    /// The entities that have ports on a host, by its id.
    pub(crate) port_holders: Map<String, Ordered<EntityId>>,
}

/// How the children or members of one entity are, as far as its own state depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// RUNNING.
    pub(crate) running: u32,
    /// `ON_FIRE`.
    pub(crate) on_fire: u32,
    /// Of these two: those that say whether they are up.
    pub(crate) up_known: u32,
    /// Of those: the ones that are.
    pub(crate) up: u32,
}

impl Tally {
    /// What one entity counts for.
    fn of(e: &Entity) -> Self {
        let (running, on_fire) = match e.state() {
            Some(Lifecycle::Running) => (1, 0),
            Some(Lifecycle::OnFire) => (0, 1),
            _ => return Self::default(),
        };
        let up = e.is_up();
        Self { running, on_fire, up_known: u32::from(up.is_some()), up: u32::from(up == Some(true)) }
    }

    fn with(self, other: Self, add: bool) -> Self {
        let one = |a: u32, b: u32| if add { a.saturating_add(b) } else { a.saturating_sub(b) };
        Self {
            running: one(self.running, other.running),
            on_fire: one(self.on_fire, other.on_fire),
            up_known: one(self.up_known, other.up_known),
            up: one(self.up, other.up),
        }
    }
}

/// Whether an entity counts against what it is a part of: on fire, or running and not up.
fn is_amiss(e: &Entity) -> bool {
    match e.state() {
        Some(Lifecycle::OnFire) => true,
        Some(Lifecycle::Running) => e.is_up() == Some(false),
        _ => false,
    }
}

fn weigh(map: &mut Map<EntityId, Tally>, whole: &EntityId, part: Tally, add: bool) {
    if part == Tally::default() {
        return;
    }
    let tally = map.get(whole).copied().unwrap_or_default().with(part, add);
    if tally == Tally::default() {
        map.remove_mut(whole);
    } else {
        map.insert_mut(whole.clone(), tally);
    }
}

/// How many entities below an application are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    by_state: [u32; Lifecycle::ALL.len()],
    /// Those without a state.
    pub stateless: u32,
}

impl Counts {
    /// How many are in a state.
    pub fn of(&self, state: Lifecycle) -> u32 {
        self.by_state[state as usize]
    }

    /// How many there are.
    pub fn total(&self) -> u32 {
        self.by_state.iter().sum::<u32>() + self.stateless
    }
}

fn step(n: &mut u32, add: bool) {
    *n = if add { n.saturating_add(1) } else { n.saturating_sub(1) };
}

/// Puts or removes one entry of an inner map; an inner map that became empty goes away.
fn edit<K: Ord + Clone, V: Clone>(outer: &mut Map<K, Ordered<V>>, key: &K, seq: u64, value: Option<V>) {
    let mut inner = outer.get(key).cloned().unwrap_or_default();
    match value {
        Some(value) => inner.insert_mut(seq, value),
        None => {
            inner.remove_mut(&seq);
        }
    }
    if inner.is_empty() {
        outer.remove_mut(key);
    } else {
        outer.insert_mut(key.clone(), inner);
    }
}

impl Index {
    /// Whether a change of an entity from `old` to `new` leaves the indexes as they are.
    pub(crate) fn is_alike(old: &Entity, new: &Entity) -> bool {
        old.state() == new.state()
            && old.is_up() == new.is_up()
            && old.machine == new.machine
            && old.plan_id() == new.plan_id()
            && host_of_ports(old) == host_of_ports(new)
    }

    /// The groups that an entity is a member of.
    pub(crate) fn groups_of(&self, member: &EntityId) -> Vec<EntityId> {
        self.memberships.get(member).map_or_else(Vec::new, |groups| groups.keys().cloned().collect())
    }

    /// The number that a member has in a group.
    pub(crate) fn member_seq(&self, group: &EntityId, member: &EntityId) -> Option<u64> {
        self.memberships.get(member)?.get(group).copied()
    }

    pub(crate) fn is_member(&self, group: &EntityId, member: &EntityId) -> bool {
        self.member_seq(group, member).is_some()
    }

    /// Enters a membership under its number, or takes it out. `there`: the member, unless it comes later.
    pub(crate) fn member(
        &mut self,
        group: &EntityId,
        member: &EntityId,
        there: Option<&Entity>,
        seq: Option<u64>,
    ) {
        if let Some(there) = there
            && let Some(number) = seq.or_else(|| self.member_seq(group, member))
        {
            self.weigh_member(group, there, number, seq.is_some());
        }
        let mut groups = self.memberships.get(member).cloned().unwrap_or_default();
        match seq {
            Some(seq) => groups.insert_mut(group.clone(), seq),
            None => {
                groups.remove_mut(group);
            }
        }
        if groups.is_empty() {
            self.memberships.remove_mut(member);
        } else {
            self.memberships.insert_mut(member.clone(), groups);
        }
    }

    /// Enters an entity, or takes it out.
    pub(crate) fn entity(&mut self, e: &Entity, add: bool) {
        let id = || add.then(|| e.id.clone());
        if let Some(from) = e.machine.as_ref().and_then(|m| m.from.as_ref()) {
            edit(&mut self.holders, from, e.seq, id());
        }
        if let Some(host) = host_of_ports(e) {
            edit(&mut self.port_holders, host, e.seq, id());
        }
        if let Some(plan_id) = e.plan_id() {
            edit(&mut self.planned, &(e.app.clone(), plan_id.to_owned()), e.seq, id());
        }
        let Some(parent) = &e.parent else {
            match id() {
                Some(id) => self.apps.insert_mut(e.seq, id),
                None => {
                    self.apps.remove_mut(&e.seq);
                }
            }
            return;
        };
        edit(&mut self.children, parent, e.seq, id());
        self.count(e, add);
        weigh(&mut self.tallies, parent, Tally::of(e), add);
        if is_amiss(e) {
            edit(&mut self.amiss, parent, e.seq, id());
        }
        for group in self.groups_of(&e.id) {
            let seq = self.member_seq(&group, &e.id).unwrap_or_default();
            self.weigh_member(&group, e, seq, add);
        }
    }

    fn weigh_member(&mut self, group: &EntityId, member: &Entity, seq: u64, add: bool) {
        if is_amiss(member) {
            edit(&mut self.amiss_members, group, seq, add.then(|| member.id.clone()));
        }
        weigh(&mut self.member_tallies, group, Tally::of(member), add);
        if member.parent.as_ref() == Some(group) {
            weigh(&mut self.both_tallies, group, Tally::of(member), add);
        }
    }

    /// How the members of a group and its children are, each counted once.
    pub(crate) fn tally_of_both(&self, id: &EntityId) -> Tally {
        let of = |map: &Map<EntityId, Tally>| map.get(id).copied().unwrap_or_default();
        of(&self.tallies).with(of(&self.member_tallies), true).with(of(&self.both_tallies), false)
    }

    fn count(&mut self, e: &Entity, add: bool) {
        let mut counts = self.counts.get(&e.app).copied().unwrap_or_default();
        match e.state() {
            Some(state) => step(&mut counts.by_state[state as usize], add),
            None => step(&mut counts.stateless, add),
        }
        if counts == Counts::default() {
            self.counts.remove_mut(&e.app);
        } else {
            self.counts.insert_mut(e.app.clone(), counts);
        }
    }

    /// Enters a task, or takes it out.
    pub(crate) fn task(&mut self, t: &Task, add: bool) {
        let id = || add.then(|| t.id.clone());
        if let Some(entity) = &t.entity {
            edit(&mut self.tasks_of, entity, t.seq, id());
            if t.is_forgettable() {
                edit(&mut self.forgettable, entity, t.seq, id());
            }
        }
        match &t.parent {
            Some(parent) => {
                edit(&mut self.subs, parent, t.seq, id());
                if !t.is_ended() {
                    let mut open = self.open_subs.get(parent).copied().unwrap_or_default();
                    step(&mut open, add);
                    if open == 0 {
                        self.open_subs.remove_mut(parent);
                    } else {
                        self.open_subs.insert_mut(parent.clone(), open);
                    }
                }
            }
            None => put(&mut self.top, t.seq, id()),
        }
        if !t.is_ended() {
            if let Some(latch) = &t.permit {
                edit(&mut self.permits, latch, t.seq, id());
            }
            put(&mut self.running, t.seq, id());
        } else if t.may_have_left() {
            put(&mut self.leftovers, t.seq, id());
        }
    }

    /// Enters a write, or takes it out.
    pub(crate) fn write(&mut self, w: &WriteRecord, add: bool) {
        put(&mut self.writes, w.seq, add.then(|| w.key.clone()));
    }
}

/// The host on which an entity has ports.
fn host_of_ports(e: &Entity) -> Option<&String> {
    e.held_place().filter(|p| !p.ports.is_empty()).map(|p| &p.host.id)
}

fn put<V>(map: &mut Ordered<V>, seq: u64, value: Option<V>) {
    match value {
        Some(value) => map.insert_mut(seq, value),
        None => {
            map.remove_mut(&seq);
        }
    }
}
