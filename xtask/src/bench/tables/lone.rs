//! A server without another: killed, and started again. It must not wait for its own dead record.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Bench, disk};
use crate::bench::measure::load::{load, numbered};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::server::Server;
use crate::bench::measure::table::{Goal, Table};

/// What a server is kept busy with before its end, and how long: its last beat names none of the newest records.
const WRITERS: usize = 64;
const BUSY: Duration = Duration::from_millis(1_500);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    let goal = Goal::P99(Duration::from_millis(500));
    let what = "first acknowledged write after `bin/start` of a lone server that was";
    table.timed(&format!("{what} killed with -9"), &rounds(bench, Server::kill, 0)?, goal);
    let all = rounds(bench, Server::kill_with_parent, 0)?;
    table.timed(&format!("{what} killed with its parent process (a host that restarted)"), &all, goal);
    let all = rounds(bench, Server::kill_with_parent, WRITERS)?;
    table.timed(&format!("- the same right after {WRITERS} connections wrote"), &all, goal);
    disk::beside(bench, &mut table)?;
    Ok(table)
}

fn rounds(bench: &Bench, end: fn(&Server) -> Result<()>, writers: usize) -> Result<Samples> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
    let entity = plane.deploy(&login, &entities(1))?;
    let mut all = Vec::new();
    for round in 0..bench.rounds(20) {
        let write = login.post(&format!("{entity}/sensors/bench.round"), &round.to_string());
        if writers > 0 {
            let one = |i| login.post(&format!("{entity}/sensors/bench.{i}"), "10000000");
            load(&plane, &login, (0..writers).map(one).collect(), numbered, BUSY)?;
        }
        end(&plane.servers[0])?;
        let began = Instant::now();
        plane.servers[0].start()?;
        plane.until("a write is acknowledged", || Ok(plane.ask(&login, 0, &write)?.is_good()))?;
        all.push(began.elapsed());
    }
    Ok(Samples::of(all))
}
