//! The words of a trace.

use super::history::{Kind, NO_RECORD, RecordId};
use super::state::{Reply, State};
use super::{LogModel, Role, Step};

impl LogModel {
    pub(super) fn describe(&self, before: &State, step: Step, after: &State) -> String {
        let said = match step {
            Step::Claim(n) => format!("{} creates terms/{}", name(n), after.terms),
            Step::Apply(n) if after.nodes[n].base != before.nodes[n].base => {
                format!(
                    "{} meets a record that does not follow, differs from the checkpoint, reloads",
                    name(n)
                )
            }
            Step::Apply(n) => {
                let applied = self.library.last(after.nodes[n].history);
                format!("{} applies {}", name(n), self.record(applied))
            }
            Step::Reload(n) => format!("{} restarts and loads checkpoint {}", name(n), after.nodes[n].base),
            Step::SendFence(n)
                if after.wire == before.wire && after.nodes[n].outstanding == before.nodes[n].outstanding =>
            {
                format!("{} finds its last record gone, loads checkpoint {}", name(n), after.nodes[n].base)
            }
            Step::SendFence(n) | Step::Append(n) | Step::SendNoop(n) => {
                let sent = after.nodes[n].outstanding.iter().zip(&before.nodes[n].outstanding);
                let new = sent.filter(|(new, old)| new != old).map(|(new, _)| self.record(new.record));
                format!("{} sends {}", name(n), new.collect::<String>())
            }
            Step::Receive(n, place) => self.received(before, n, place, after),
            Step::Validate(n) if after.nodes[n].role == Role::Master => {
                format!("{} finds itself valid and serves term {}", name(n), after.nodes[n].term)
            }
            Step::Validate(n) => {
                format!("{} is not valid, loads checkpoint {}", name(n), after.nodes[n].base)
            }
            Step::GiveUp(n) => format!("{} gives up term {}", name(n), before.nodes[n].term),
            Step::Suspend(n) => format!("{} suspends itself", name(n)),
            Step::Compare(n) if after.checkpoints != before.checkpoints => {
                format!("{} writes checkpoint {}", name(n), self.library.len(after.nodes[n].history))
            }
            Step::Compare(n) if after.nodes[n].agreed != before.nodes[n].agreed => {
                format!(
                    "{} is about to write checkpoint {}",
                    name(n),
                    self.library.len(after.nodes[n].agreed)
                )
            }
            Step::Compare(n) => format!("{} differs from the newest checkpoint and reloads", name(n)),
            Step::Publish(n) => {
                format!("{} writes checkpoint {}", name(n), self.library.len(before.nodes[n].agreed))
            }
            Step::Land(record) => self.landed(before, record),
            Step::Prune(slot) => format!("{} is deleted", self.record(before.slots[slot as usize])),
            Step::TakeImage => format!("the memory of {} is saved", name(0)),
            Step::RestoreImage => format!("{} goes back to its saved memory", name(0)),
        };
        format!("{said:<76} | log {}", self.log(after))
    }

    fn received(&self, before: &State, n: usize, place: usize, after: &State) -> String {
        let out = before.nodes[n].outstanding[place];
        let what = self.record(out.record);
        let learned = match out.reply {
            Reply::Created => "created",
            Reply::Exists => "exists",
            Reply::None => "nothing",
        };
        let then = if after.acknowledged != before.acknowledged {
            "acknowledges the write"
        } else if after.refused != before.refused {
            "answers: not recorded"
        } else {
            match (before.nodes[n].role, after.nodes[n].role) {
                (Role::Fencing, Role::Fenced) => "its fence stands",
                (Role::Fencing, _) => "reads on",
                (_, Role::Standby) => "demotes itself",
                (Role::Suspended, Role::Master) => "resumes",
                _ => "goes on",
            }
        };
        format!("{} learns of {what}: {learned}; {then}", name(n))
    }

    fn landed(&self, before: &State, record: RecordId) -> String {
        let standing = before.slots[self.library.slot_of(record) as usize];
        if standing == NO_RECORD {
            format!("the store creates {}", self.record(record))
        } else {
            format!("the store has the name of {} already", self.record(record))
        }
    }

    fn record(&self, id: RecordId) -> String {
        let record = self.library.record(id);
        let slot = self.library.slot_of(id);
        match record.kind {
            Kind::Fence => format!("fence of term {} at {slot}", record.term),
            Kind::Data(write) => format!("write {write} of term {} at {slot}", record.term),
            Kind::Noop => format!("noop of term {} at {slot}", record.term),
        }
    }

    /// The names that stand, shortly: `1:F1 2:w0 3:-`, and the floor.
    fn log(&self, state: &State) -> String {
        let mut words = Vec::new();
        for slot in 1..=self.bounds.slots {
            let id = state.slots[slot as usize];
            let word = match self.library.record(id).kind {
                _ if id == NO_RECORD => "-".to_owned(),
                Kind::Fence => format!("F{}", self.library.record(id).term),
                Kind::Data(write) => format!("w{write}"),
                Kind::Noop => "noop".to_owned(),
            };
            words.push(format!("{slot}:{word}"));
        }
        format!("{} floor {}", words.join(" "), state.newest_checkpoint().0)
    }
}

fn name(n: usize) -> char {
    ['A', 'B', 'C'][n]
}
