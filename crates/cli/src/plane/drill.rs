//! `ha drill`: a fail-over test on the user's own plane. A writer writes all the time what changes nothing, while the
//! chair is handed over and back, and if asked the master is ended as by kill -9; what is told is how long the writer
//! was not answered. No application is changed.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use api::chair::{DrillRequest, HandedOver, SwitchoverRequest};
use api::cluster::Cluster;
use api::paths::{HA_CLUSTER, HA_DRILL, HA_SWITCHOVER};
use clap::Args;
use client::{Client, Request};
use serde::Serialize;
use serde_json::json;

use super::failed::Failed;
use super::session::{Session, done};

/// How often the writer writes.
const EVERY: Duration = Duration::from_millis(20);
/// How long one write may wait for its answer before the next server is asked.
const WRITE_WAIT: Duration = Duration::from_secs(2);
/// How long a fail-over may take, beside the plane's own timeout.
const PATIENCE: Duration = Duration::from_mins(1);
/// Writes that are answered before and after each step: what was measured began and ended well.
const SETTLED: usize = 5;
const JSON: &str = "application/json";

/// A fail-over test.
#[derive(Debug, Args)]
pub struct Drill {
    /// Also end the master as by kill -9. It stays down: start it again afterwards.
    #[arg(long)]
    kill: bool,
    /// Do not ask before that.
    #[arg(long)]
    yes: bool,
}

/// What was measured of one step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    what: &'static str,
    from: String,
    to: String,
    term: u64,
    /// The longest time between two answered writes, in milliseconds.
    gap_ms: u64,
}

impl Drill {
    /// `writing` is the way of the writer, which goes on while this one asks.
    pub(super) fn run(self, session: &mut Session, writing: Client) -> Result<(), Failed> {
        let before = cluster(session)?;
        let (master, standby) = healthy(&before)?;
        if self.kill && !self.yes {
            agree(&master)?;
        }
        let writer = Writer::start(writing)?;
        let mut all = vec![writer.measure("hand-over", PATIENCE, || hand_over(session, Some(&standby)))?];
        wait_for_standby(session, &master)?;
        all.push(writer.measure("hand-over back", PATIENCE, || hand_over(session, Some(&master)))?);
        if self.kill {
            wait_for_standby(session, &standby)?;
            let patience = PATIENCE + Duration::from_millis(before.timeout_ms) * 2;
            all.push(writer.measure("kill -9", patience, || kill(session))?);
        }
        drop(writer);
        let said = json!({ "healthy": true, "steps": all, "killed": self.kill.then_some(&master) });
        session.show(&said, |look| {
            let row = |m: &Measured| {
                let to = [m.what.to_owned(), m.from.clone(), m.to.clone(), m.term.to_string()];
                to.into_iter().chain([format!("{} ms", m.gap_ms)]).collect::<Vec<_>>()
            };
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            let table = look.table(&["STEP", "FROM", "TO", "TERM", "NO WRITE FOR"], &rows);
            let end = if self.kill { format!("{master} was ended: start it again\n") } else { String::new() };
            format!("{table}{end}")
        });
        Ok(())
    }
}

fn cluster(session: &mut Session) -> Result<Cluster, Failed> {
    let answer = session.send(&Request::get(HA_CLUSTER))?;
    serde_json::from_slice(&answer.body)
        .map_err(|e| Failed::refused(format!("the answer is not understood: {e}")))
}

/// Master and best standby of a plane that may be drilled.
fn healthy(plane: &Cluster) -> Result<(String, String), Failed> {
    let unfit = |why: String| Err(Failed::refused(format!("the plane is not fit for a drill: {why}")));
    let Some(master) = plane.master.clone().filter(|_| plane.role == "MASTER") else {
        return unfit("it has no master".to_owned());
    };
    if !plane.store_trouble.is_empty() {
        return unfit(format!("the store: {}", plane.store_trouble));
    }
    if plane.paused.is_some() {
        return unfit("automatic fail-over is paused; resume it first (`ha resume`)".to_owned());
    }
    if let Some(failed) = plane.nodes.iter().find(|n| n.role == "FAILED") {
        return unfit(format!(
            "{} is FAILED ({}); mend it, or `ha clear {}`",
            failed.id, failed.why, failed.id
        ));
    }
    let able = |role: &str| plane.nodes.iter().find(|n| n.role == role).map(|n| n.id.clone());
    match able("HOT_STANDBY").or_else(|| able("STANDBY")) {
        Some(standby) => Ok((master, standby)),
        None => unfit("no standby could take over; start another server".to_owned()),
    }
}

/// Ending a server is asked about where somebody can answer.
fn agree(master: &str) -> Result<(), Failed> {
    let needs_yes = || Failed::usage("--kill ends the master: say --yes where nobody can be asked");
    if !std::io::stdin().is_terminal() {
        return Err(needs_yes());
    }
    let mut err = std::io::stderr();
    let _ = write!(err, "End the master {master} as by kill -9, and leave it down? [y/N] ");
    let _ = err.flush();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|_| needs_yes())?;
    if line.trim().eq_ignore_ascii_case("y") { Ok(()) } else { Err(Failed::refused("nothing was done")) }
}

fn hand_over(session: &mut Session, to: Option<&str>) -> Result<(), Failed> {
    let body =
        serde_json::to_string(&SwitchoverRequest { to: to.map(str::to_owned), at: None }).unwrap_or_default();
    let asked = Request::post(HA_SWITCHOVER, JSON, body);
    let answer = done(session.client.send_within(&asked, Some(Duration::from_secs(30)))?)?;
    serde_json::from_slice::<HandedOver>(&answer.body)
        .map(|_| ())
        .map_err(|e| Failed::refused(format!("the answer is not understood: {e}")))
}

/// Sent once: a repeat would end the next master as well.
fn kill(session: &mut Session) -> Result<(), Failed> {
    let master = session.client.master().cloned();
    let master = master.ok_or_else(|| Failed::refused("the plane has no master at this moment"))?;
    let body = serde_json::to_string(&DrillRequest { kill: true }).unwrap_or_default();
    match session.client.send_to(&master, &Request::post(HA_DRILL, JSON, body)) {
        Ok(answer) => done(answer).map(|_| ()),
        // It may end before its answer has left.
        Err(client::Failure::Lost(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// Who stepped down must be able to take over again.
fn wait_for_standby(session: &mut Session, id: &str) -> Result<(), Failed> {
    let begun = Instant::now();
    loop {
        let plane = cluster(session)?;
        let ready = |n: &api::cluster::ClusterNode| {
            n.id == id && matches!(n.role.as_str(), "STANDBY" | "HOT_STANDBY")
        };
        if plane.nodes.iter().any(ready) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failed::refused(format!(
                "{id} has not become a standby within {} s",
                PATIENCE.as_secs()
            )));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// An answered write: when, by whom, in which term.
struct Written {
    at: Instant,
    node: String,
    term: u64,
}

/// Writes all the time until it is dropped.
struct Writer {
    written: Receiver<Written>,
    ends: std::sync::Arc<AtomicBool>,
}

impl Writer {
    fn start(mut client: Client) -> Result<Writer, Failed> {
        let ends = std::sync::Arc::new(AtomicBool::new(false));
        let ended = std::sync::Arc::clone(&ends);
        let (tell, written) = channel();
        let write = move || {
            while !ended.load(Ordering::Relaxed) {
                if let Some(one) = write(&mut client)
                    && tell.send(one).is_err()
                {
                    return;
                }
                thread::sleep(EVERY);
            }
        };
        let thread = thread::Builder::new().name("writer".to_owned()).spawn(write);
        thread.map_err(|e| Failed::refused(format!("no thread for the writer: {e}")))?;
        Ok(Writer { written, ends })
    }

    /// Does something, and tells the longest time between two answered writes around it, until another term has
    /// answered some.
    fn measure(
        &self,
        what: &'static str,
        patience: Duration,
        step: impl FnOnce() -> Result<(), Failed>,
    ) -> Result<Measured, Failed> {
        let late =
            || Failed::refused(format!("{what}: no write was answered within {} s", patience.as_secs()));
        let next = || self.written.recv_timeout(patience).map_err(|_| late());
        // What was answered before is of no interest.
        while self.written.try_recv().is_ok() {}
        let mut last = next()?;
        for _ in 1..SETTLED {
            last = next()?;
        }
        let (from, term) = (last.node.clone(), last.term);
        step()?;
        let (mut gap, mut after, begun) = (Duration::ZERO, 0, Instant::now());
        while after < SETTLED {
            let one = next()?;
            gap = gap.max(one.at - last.at);
            after += usize::from(one.term > term);
            last = one;
            if begun.elapsed() > patience {
                return Err(Failed::refused(format!("{what}: {from} is still master; see its log")));
            }
        }
        let gap_ms = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX);
        Ok(Measured { what, from, to: last.node, term: last.term, gap_ms })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

fn write(client: &mut Client) -> Option<Written> {
    let answer = client.send_within(&Request::post(HA_DRILL, JSON, ""), Some(WRITE_WAIT)).ok()?;
    let said: api::chair::Drilled =
        serde_json::from_slice(&answer.body).ok().filter(|_| answer.is_success())?;
    Some(Written { at: Instant::now(), node: said.node, term: said.term })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(nodes: &[(&str, &str)]) -> Cluster {
        let node = |(id, role): &(&str, &str)| {
            json!({"id": id, "uri": "", "role": role, "term": 1, "priority": 0, "head": 1, "lag": 0, "lastBeat": 0,
                   "seenAt": 0, "version": "", "host": "", "why": "silent", "own": false, "master": false, "linked": false})
        };
        serde_json::from_value(json!({
            "plane": null, "own": nodes[0].0, "role": nodes[0].1, "why": "", "term": 1, "master": nodes[0].0,
            "masterUri": null, "leaseRemainingMs": null, "log": {"applied": 1, "head": 1, "lag": 0, "floor": 0},
            "nodes": nodes.iter().map(node).collect::<Vec<_>>(), "damage": [], "storeTrouble": "", "history": [],
            "timeoutMs": 2000, "pollMs": 400, "now": 0,
        }))
        .unwrap()
    }

    #[test]
    fn only_a_healthy_plane_is_drilled() {
        let good = plane(&[("m", "MASTER"), ("c", "STANDBY"), ("h", "HOT_STANDBY")]);
        assert_eq!(healthy(&good), Ok(("m".to_owned(), "h".to_owned())));
        let refused = |plane: &Cluster| healthy(plane).unwrap_err().why;
        assert!(refused(&plane(&[("m", "MASTER"), ("b", "HOT_BACKUP")])).contains("no standby"));
        assert!(
            refused(&plane(&[("m", "MASTER"), ("h", "HOT_STANDBY"), ("f", "FAILED")]))
                .contains("f is FAILED")
        );
        assert!(refused(&plane(&[("m", "SUSPENDED"), ("h", "HOT_STANDBY")])).contains("no master"));
    }
}
