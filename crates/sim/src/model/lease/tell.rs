//! The words of a trace.

use super::state::{Kind, Role, State};
use super::{LeaseModel, Step, is_valid};

impl LeaseModel {
    pub(super) fn describe(&self, before: &State, step: Step, after: &State) -> String {
        let demotes =
            |n: usize| before.nodes[n].role != Role::Standby && after.nodes[n].role == Role::Standby;
        let said = match step {
            Step::Tick => "time passes".to_owned(),
            Step::Claim(n) => format!("{} creates terms/{}", name(n), after.terms),
            Step::StartBeat(n) => format!("{} sends a beat as {}", name(n), role(before, n)),
            Step::LandBeat(n, false) => {
                format!("the beat of {} is durable, which it does not learn", name(n))
            }
            Step::LandBeat(n, true) if demotes(n) => {
                format!("the beat of {} is durable; it sees a newer term and demotes itself", name(n))
            }
            Step::LandBeat(n, true) => format!("the beat of {} is durable", name(n)),
            Step::AbandonBeat(n) => format!("{} waits no longer for its beat", name(n)),
            Step::LandLateBeat(n) => format!("an old beat of {} overwrites its file", name(n)),
            Step::SendFence(n) if demotes(n) => format!("{} meets a newer term and gives up", name(n)),
            Step::SendFence(n) | Step::SendData(n) | Step::SendNoop(n) => {
                format!("{} sends {}", name(n), create(after, n))
            }
            Step::Resend(n) => format!("{} sends {} again", name(n), create(after, n)),
            Step::LandCreate(n, told) => {
                let was_free = after.names != before.names;
                let what = if was_free { "creates" } else { "has the name of" };
                let then = match (told, demotes(n)) {
                    (false, _) => "; the reply is lost",
                    (true, true) => "; it demotes itself",
                    (true, false) => "",
                };
                format!("the store {what} {} of {}{then}", create(before, n), name(n))
            }
            Step::Read(n, other) => {
                let watch = after.nodes[n].watch[other];
                let found = if watch.cleared {
                    "needs no more waiting"
                } else if watch.beat != before.nodes[n].watch[other].beat || watch.still == 0 {
                    "it rose"
                } else {
                    "it is still"
                };
                format!("{} reads the file of {}: {found}", name(n), name(other))
            }
            Step::Serve(n) => format!("{} serves term {}", name(n), after.nodes[n].term),
            Step::GiveUp(n) => format!("{} gives up term {}", name(n), before.nodes[n].term),
            Step::Prune(slot) => format!("the record at {slot} is deleted"),
        };
        let leases = (0..self.bounds.nodes).map(|n| {
            let node = &after.nodes[n];
            let state = match (is_valid(after, n), node.role) {
                (true, _) => format!("valid for {}", node.lease.div_ceil(node.rate)),
                (false, Role::Master) => "suspended".to_owned(),
                (false, _) => "-".to_owned(),
            };
            format!("{}: {state}", name(n))
        });
        format!("{said:<76} | {}", leases.collect::<Vec<_>>().join(", "))
    }
}

fn create(state: &State, n: usize) -> String {
    let create = state.nodes[n].create;
    let kind = match create.kind {
        Kind::Fence => "the fence",
        Kind::Noop => "the noop",
        Kind::Data => "the record",
    };
    format!("{kind} at {}", create.slot)
}

fn role(state: &State, n: usize) -> &'static str {
    match state.nodes[n].role {
        Role::Standby => "STANDBY",
        Role::Claiming => "CLAIMING",
        Role::Master => "MASTER or SUSPENDED",
    }
}

fn name(n: usize) -> char {
    ['A', 'B', 'C'][n]
}
