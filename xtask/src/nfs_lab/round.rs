//! One fault, from a pair that is well to a pair that is well again, with writers all the time, and the verdict.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::audit::{self, Counts};
use super::fault::Fault;
use super::inside::{Lab, PATIENCE, until};
use super::load::{Ack, Load};

/// Writes that must be taken before a fault and after it.
const WRITES: usize = 20;
/// Numbers that a writer may use in one round.
const NUMBERS: u64 = 1_000_000;

/// What came of it.
pub(super) struct Round {
    /// How long nobody could write; nothing when the chair had changed hands before the fault, as it does on a host
    /// that is so busy that beats come late: then the fault struck the other one.
    pub(super) outage: Option<Duration>,
    /// How long each write took that was acknowledged before the fault.
    pub(super) writes: Vec<Duration>,
    /// Whether the other server is master now.
    pub(super) took_over: bool,
    pub(super) counts: Counts,
    pub(super) problems: Vec<String>,
}

/// Make one fault. An error means that the pair did not get well, or that the lab is broken.
pub(super) fn run(lab: &mut Lab, fault: Fault, number: u64) -> Result<Round> {
    let master = lab.master()?;
    let other = 1 - master;
    let load = Load::start(&lab.nodes, &lab.entity, number * NUMBERS);
    load.more(WRITES, PATIENCE)?;

    let began = Instant::now();
    fault.strike(lab, master)?;
    if fault.is_of_the_master() {
        until("the other server takes writes", || {
            Ok(load.look(|seen| seen.acks.iter().any(|ack| ack.node == other && ack.at > began)))
        })?;
    }
    if fault.is_of_the_master() {
        load.be_gentle();
    }
    let role = fault.mend(lab, master, began)?;
    let now = lab.master()?;
    load.more(WRITES, PATIENCE)?;
    let seen = load.stop()?;

    lab.read_log()?;
    let (counts, mut problems) = audit::compare(&seen.writes, &lab.log);
    problems.extend(audit::two_masters(&seen.heard));
    problems.extend(seen.odd);
    problems.extend(difference(lab));
    if let Some(role) = role.filter(|role| role == "MASTER" || role == "silent") {
        problems.push(format!("a master that was cut from its store for long said {role}, not SUSPENDED"));
    }
    let moved = seen.acks.iter().any(|ack| ack.node == other && ack.at < began);
    let by = fault.is_of_the_master().then_some(other);
    let outage = (!moved).then(|| outage(&seen.acks, began, by));
    let writes = seen.acks.iter().filter(|ack| ack.at < began).map(|ack| ack.took).collect();
    Ok(Round { outage, writes, took_over: now == other, counts, problems })
}

/// How long nobody could write: up to the first acknowledgement of the server that takes over, or where none needs to,
/// the longest time between two.
fn outage(acks: &[Ack], began: Instant, by: Option<usize>) -> Duration {
    let mut times: Vec<Instant> = acks.iter().filter(|ack| ack.at > began).map(|ack| ack.at).collect();
    times.sort();
    if let Some(node) = by {
        let of_node = acks.iter().filter(|ack| ack.node == node && ack.at > began).map(|ack| ack.at).min();
        return of_node.unwrap_or(began).duration_since(began);
    }
    let starts = std::iter::once(&began).chain(&times);
    starts.zip(&times).map(|(one, next)| next.duration_since(*one)).max().unwrap_or_default()
}

/// Both servers must come to have what the log says; how they differ when they do not.
fn difference(lab: &Lab) -> Option<String> {
    let same = until("both servers have what the log has", || {
        for node in 0..lab.nodes.len() {
            let sensors = lab.sensors(node)?;
            for (writer, last) in &lab.log.last {
                let value = &sensors[audit::sensor(*writer)];
                if value.as_u64() != Some(*last) {
                    bail!("server {} has {value} of writer {writer}, the log {last}", node + 1);
                }
            }
        }
        Ok(true)
    });
    same.err().map(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_ends_with_the_other_servers_first_write_or_is_the_longest_silence() {
        let began = Instant::now();
        let ack = |node, ms| Ack { node, at: began + Duration::from_millis(ms), took: Duration::ZERO };
        // A write of the old master that was on its way is no end of the outage.
        let acks = [ack(0, 10), ack(1, 900), ack(1, 950), ack(1, 1_500)];
        assert_eq!(outage(&acks, began, Some(1)), Duration::from_millis(900));
        assert_eq!(outage(&acks, began, None), Duration::from_millis(890));
    }
}
