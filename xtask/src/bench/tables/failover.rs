//! How long nobody can write: from the moment that a master ends until the other server acknowledges a write.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{Bench, disk};
use crate::bench::measure::client::{Connection, Login};
use crate::bench::measure::plane::{PATIENCE, Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::server::Server;
use crate::bench::measure::table::{Goal, Table};

/// Between two attempts to write.
const PAUSE: Duration = Duration::from_millis(1);

/// How a master comes to its end.
pub(super) type End = fn(&Server) -> Result<()>;

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    let mut add = |what: &str, rounds, cfg, end, goal| -> Result<()> {
        table.timed(what, &rounds_of(bench, rounds, cfg, end)?, goal);
        Ok(())
    };
    let killed: End = Server::kill;
    let after = "first acknowledged write on the other node after";
    add(&format!("{after} kill -9"), bench.rounds(100), "", killed, Goal::P99(Duration::from_millis(1_200)))?;
    add(
        &format!("{after} bin/stop was called"),
        bench.rounds(20),
        "",
        Server::stop,
        Goal::P99(Duration::from_millis(500)),
    )?;
    add(
        &format!("{after} kill -9, the parent process as well, heartbeatTimeout=2s"),
        bench.rounds(10),
        "brooklyn.ha.heartbeatTimeout=2s\n",
        Server::kill_with_parent,
        Goal::P99(Duration::from_millis(2_600)),
    )?;
    let lost = format!("{after} kill -9, the parent process as well, default timeout of 30 s");
    let goal = Duration::from_secs(32);
    if bench.slow {
        add(&lost, bench.rounds(5), "", Server::kill_with_parent, Goal::Each(goal))?;
    } else {
        table.missing(&lost, "waits minutes: --slow", "max <= 32.0 s");
    }
    disk::beside(bench, &mut table)?;
    Ok(table)
}

fn rounds_of(bench: &Bench, rounds: usize, cfg: &str, end: End) -> Result<Samples> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, cfg)?;
    ended(&plane, &login, rounds, end)
}

/// Ends the master of a pair, round after round.
pub(super) fn ended(plane: &Plane, login: &Login, rounds: usize, end: End) -> Result<Samples> {
    let entity = plane.deploy(login, &entities(1))?;
    let mut all = Vec::new();
    let mut master = 0;
    for round in 0..rounds {
        let other = 1 - master;
        // What a client has that knows both servers: a connection, opened beforehand.
        let mut connection = plane.connect(login, other)?;
        let took = gap(plane, login, &entity, (master, end), &mut connection, round)
            .with_context(|| format!("round {}", round + 1))?;
        all.push(took);
        plane.servers[master].start()?;
        plane.wait_for(login, master, "HOT_STANDBY")?;
        master = other;
    }
    Ok(Samples::of(all))
}

/// End the master and write to the other server until that acknowledges.
pub(super) fn gap(
    plane: &Plane,
    login: &Login,
    entity: &str,
    (master, end): (usize, End),
    connection: &mut Connection,
    round: usize,
) -> Result<Duration> {
    let write = login.post(&format!("{entity}/sensors/bench.round"), &round.to_string());
    let server = &plane.servers[master];
    std::thread::scope(|scope| {
        let began = Instant::now();
        // A graceful end takes its time; the write is acknowledged meanwhile.
        let ending = scope.spawn(|| end(server));
        let took = plane.runtime.block_on(async {
            loop {
                let answer = connection.ask(&write).await?;
                if answer.is_good() {
                    return Ok(began.elapsed());
                }
                ensure!(began.elapsed() < PATIENCE, "nobody takes over: {}", answer.text());
                tokio::time::sleep(PAUSE).await;
            }
        });
        ending.join().map_err(|_| anyhow::anyhow!("ending the master failed"))??;
        took
    })
}
