//! A master that is stopped past its timeout and goes on afterwards, with clients that know nothing of it.

use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::signal::Signal;

use super::Bench;
use crate::bench::measure::client::{Connection, Login};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::process::signal;
use crate::bench::measure::table::Table;

const ROUNDS: usize = 10;
const CLIENTS: usize = 8;
/// How long clients go on writing to it.
const AFTER: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(2);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "brooklyn.ha.heartbeatTimeout=2s\n")?;
    let entity = plane.deploy(&login, &entities(1))?;
    let write = login.post(&format!("{entity}/sensors/bench.zombie"), "1");
    let (mut sent, mut acknowledged, mut master) = (0, 0, 0);
    let rounds = bench.rounds(ROUNDS);
    for _ in 0..rounds {
        let tried = stop_and_go_on(&plane, &login, master, &write)?;
        sent += tried.0;
        acknowledged += tried.1;
        plane.wait_for(&login, master, "HOT_STANDBY")?;
        master = 1 - master;
    }
    let mut table = Table::default();
    table.number(
        "writes acknowledged by a master after SIGSTOP past its timeout and SIGCONT",
        rounds,
        &acknowledged.to_string(),
        "0",
        acknowledged == 0,
    );
    table.note("- sent to it, from its stop until a second after it went on", rounds, &sent.to_string());
    Ok(table)
}

/// How many writes were sent to the stopped master, and how many it acknowledged.
fn stop_and_go_on(plane: &Plane, login: &Login, master: usize, write: &[u8]) -> Result<(usize, usize)> {
    let pid = plane.servers[master].pid()?;
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(plane.connect(login, master)?);
    }
    signal(pid, Signal::SIGSTOP)?;
    // These wait in its sockets until it goes on.
    let waiting = plane.runtime.block_on(async {
        for connection in &mut connections {
            connection.send(write).await?;
        }
        anyhow::Ok(())
    });
    let replaced =
        plane.until("the other server takes writes", || Ok(plane.ask(login, 1 - master, write)?.is_good()));
    signal(pid, Signal::SIGCONT)?;
    waiting.and(replaced)?;
    plane.runtime.block_on(async {
        let until = Instant::now() + AFTER;
        let mut tasks = tokio::task::JoinSet::new();
        for connection in connections {
            tasks.spawn(go_on(connection, write.to_vec(), until));
        }
        let mut all = (0, 0);
        while let Some(done) = tasks.join_next().await {
            let (sent, acknowledged) = done?;
            all = (all.0 + sent, all.1 + acknowledged);
        }
        Ok(all)
    })
}

/// Take the answer to what was sent before, and write again and again. A connection that breaks acknowledges
/// nothing.
async fn go_on(mut connection: Connection, write: Vec<u8>, until: Instant) -> (usize, usize) {
    let (mut sent, mut acknowledged) = (1, 0);
    while let Ok(answer) = connection.receive().await {
        acknowledged += usize::from(answer.is_good());
        if Instant::now() >= until || connection.send(&write).await.is_err() {
            break;
        }
        sent += 1;
        tokio::time::sleep(PAUSE).await;
    }
    (sent, acknowledged)
}
