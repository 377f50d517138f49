//! Which machine an entity gets: the next free one of its location (`brooklyn-blueprints.md` 9.2 to 9.4).

use model::compile::LOCALHOST_OVER_SSH;
use model::spec::{ConfigMap, LocationKind, LocationSpec};
use model::value::ValueType;
use serde_json::Value;

use super::target::{Flags, parts_of};
use super::{NO_MACHINES, Try, fail};
use crate::draft::Draft;
use crate::entity::Entity;
use crate::place::{LocationRef, MachineRef, Reach};
use crate::task::Task;

/// The port of an sshd where none is said.
const SSH_PORT: u16 = 22;

/// The machines of a `byon` location in order, each with its own flags.
pub(super) fn machines_of(spec: &LocationSpec, flags: &Flags<'_>) -> Try<Vec<(Reach, ConfigMap)>> {
    let LocationKind::Byon { machines, deferred } = &spec.kind else { return Ok(Vec::new()) };
    let resolved;
    let machines = match deferred {
        None => machines,
        Some(hosts) => {
            let hosts = flags.read_value("hosts", ValueType::Any, hosts)?.into_json();
            resolved = model::compile::machines(&hosts).or_else(fail)?;
            &resolved
        }
    };
    let default = (flags.text("user")?, port_of(flags)?);
    let one = |m: &model::spec::MachineSpec| {
        let own = flags.with(&m.flags);
        let user = m.user.clone().map_or_else(|| own.text("user"), |u| Ok(Some(u)))?;
        let reach = Reach::Ssh {
            address: m.address.clone(),
            port: m.port.unwrap_or(default.1),
            user: user.or_else(|| default.0.clone()),
        };
        Ok((reach, m.flags.clone()))
    };
    machines.iter().map(one).collect()
}

/// The machine of a `localhost`.
pub(super) fn localhost(flags: &Flags<'_>) -> Try<Reach> {
    if !flags.flag(LOCALHOST_OVER_SSH)? {
        return Ok(Reach::Local);
    }
    let address = "127.0.0.1".to_owned();
    Ok(Reach::Ssh { address, port: port_of(flags)?, user: flags.text("user")? })
}

fn port_of(flags: &Flags<'_>) -> Try<u16> {
    match flags.number("port")? {
        None => Ok(SSH_PORT),
        Some(n) => u16::try_from(n)
            .ok()
            .filter(|n| *n > 0)
            .map_or_else(|| fail(format!("{n} is no port of an sshd; ports go from 1 to 65535")), Ok),
    }
}

impl Draft {
    /// A machine for an entity, of the location that the call names or that it has.
    pub(super) fn obtain(&self, task: &Task, entity: &Entity) -> Try<MachineRef> {
        if let Some(whole) = self.root.machine_shared_with(entity) {
            return match &whole.machine {
                Some(machine) => Ok((**machine).clone()),
                None => fail(format!(
                    "{} runs on the machine of {}, which has none; start that first",
                    entity.described(),
                    whole.described()
                )),
            };
        }
        let from = self.location_for(task, entity)?;
        self.check_may_provision(
            &from.as_ref().map_or_else(|| "localhost".to_owned(), |(_, spec)| shown(spec)),
        )?;
        match from {
            Some((from, spec)) => {
                // What is said of the locations around a zone counts for it.
                let mut around = self.root.location_chain(&from).unwrap_or_default();
                around.pop();
                let none = Flags::none(&self.root, Some(&from.owner));
                let flags = around.iter().fold(none, |flags, spec| flags.with(&spec.flags));
                self.next_free(&from, spec, &flags)?.or_else(fail)
            }
            None => Ok(MachineRef::default()),
        }
    }

    /// The entities that were given a machine of a location; those that share one with them do not count.
    fn takers<'a>(&'a self, from: &'a LocationRef) -> impl Iterator<Item = &'a Entity> {
        self.root.holders(from).filter(|e| self.root.machine_shared_with(e).is_none())
    }

    /// The listed location to start an entity in: of those that the call of `start` names, else its own. `None`: the
    /// `localhost` that nobody lists.
    pub(super) fn listed_location(
        &self,
        task: &Task,
        entity: &Entity,
    ) -> Try<Option<(LocationRef, &LocationSpec)>> {
        let up = |t: &&Task| t.parent.as_ref().and_then(|p| self.root.task(p));
        let call = std::iter::successors(Some(task), up).find_map(|t| t.call.as_ref());
        let given = call.and_then(|c| c.params.get("locations")).map(locations_given).unwrap_or_default();
        let mut known = self.root.ancestry(&entity.id).flat_map(|e| {
            let list = e.def.locations.as_deref().unwrap_or_default();
            list.iter().zip(0..).map(|(spec, n)| (LocationRef { owner: e.id.clone(), path: vec![n] }, spec))
        });
        let own: Vec<&str> = self.root.locations(&entity.id).iter().map(|l| l.spec.as_str()).collect();
        let several = match (given.as_slice(), own.as_slice()) {
            ([], []) => return fail(format!("No locations specified when starting {}", entity.described())),
            ([], [_]) => return Ok(known.next()),
            ([name], _) => {
                return match known.find(|(_, spec)| is_called(spec, name)) {
                    None if name != "localhost" => fail(format!(
                        "location '{name}' is not known here: name `localhost`, or a location of {} or of what \
                         is above it",
                        entity.described()
                    )),
                    found => Ok(found),
                };
            }
            ([], own) => own.join(", "),
            (given, _) => given.join(", "),
        };
        fail(format!("Ambiguous locations detected when starting {}: {several}", entity.described()))
    }

    /// The next free machine of a location, or why there is none.
    fn next_free(
        &self,
        from: &LocationRef,
        spec: &LocationSpec,
        above: &Flags<'_>,
    ) -> Try<Result<MachineRef, String>> {
        let flags = above.with(&spec.flags);
        let given = |reach| MachineRef { from: Some(from.clone()), reach };
        let part = |n: u32| {
            let path = from.path.iter().copied().chain([n]).collect();
            LocationRef { owner: from.owner.clone(), path }
        };
        match &spec.kind {
            LocationKind::Localhost => {
                let most = flags.number("count")?.and_then(|n| usize::try_from(n).ok());
                if most.is_some_and(|most| self.takers(from).count() >= most) {
                    return Ok(Err(none_in(spec)));
                }
                Ok(Ok(given(localhost(&flags)?)))
            }
            LocationKind::Byon { .. } => {
                let machines = machines_of(spec, &flags)?;
                let taken: Vec<&Reach> =
                    self.takers(from).filter_map(|e| Some(&e.machine.as_ref()?.reach)).collect();
                let mut free =
                    machines.into_iter().filter(|(m, _)| taken.iter().all(|t| !t.is_same_machine(m)));
                let free = free.next();
                Ok(free.map(|(reach, _)| given(reach)).ok_or_else(|| none_in(spec)))
            }
            LocationKind::Single(_) | LocationKind::Multi(_) => {
                let parts = parts_of(spec);
                for (one, n) in parts.iter().zip(0..) {
                    if let Ok(machine) = self.next_free(&part(n), one, &flags)? {
                        return Ok(Ok(machine));
                    }
                }
                Ok(Err(format!("{NO_MACHINES} in any of the {} location(s) configured here", parts.len())))
            }
        }
    }
}

fn none_in(spec: &LocationSpec) -> String {
    let name = shown(spec);
    format!("{NO_MACHINES} in {name}: all that it has are in use")
}

/// A location's name for people. The text in its parentheses may hold a password.
pub(crate) fn shown(spec: &LocationSpec) -> String {
    let named = ["displayName", "name"].iter().find_map(|n| spec.flags.get(*n)?.given().as_str());
    named.unwrap_or_else(|| spec.spec.split('(').next().unwrap_or_default().trim_end_matches(':')).to_owned()
}

fn is_called(spec: &LocationSpec, name: &str) -> bool {
    spec.spec == name || shown(spec) == name
}

/// The locations that a call of `start` names: a list of names, or one.
fn locations_given(value: &Value) -> Vec<String> {
    let one = |v: &Value| match v {
        Value::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        Value::Object(map) => map.keys().next().cloned(),
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}
