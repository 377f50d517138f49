//! A plane in a bucket: how long nobody can write, what a write takes, and what an idle pair asks for. The service is
//! gofakes3 on this host, so its own time is next to nothing: a real one adds its latency to each number.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Bench, failover};
use crate::bench::measure::load::{load, numbered};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::server::Server;
use crate::bench::measure::table::{Goal, Table};

#[path = "../../../../crates/store/tests/s3/mod.rs"]
mod servers;

use servers::{BUCKET, CREDENTIAL, Counted, IDENTITY, Kind, S3};

const SETTLE: Duration = Duration::from_secs(15);
const WATCHED: Duration = Duration::from_mins(1);
const WRITTEN: Duration = Duration::from_secs(5);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let server = S3::start(Kind::Gofakes3).context("gofakes3 is missing: cargo xtask check --only tools")?;
    let counted = Counted::start(server.port());
    let cfg = config(&counted.endpoint());
    let mut table = Table::default();
    let after = "first acknowledged write on the other node after";
    let lost = rounds(bench, bench.rounds(10), "lost", &cfg, Server::kill_with_parent)?;
    let what = format!("{after} kill -9, the parent process as well, heartbeatTimeout=5s");
    table.timed(&what, &lost, Goal::P99(Duration::from_millis(6_500)));
    let killed = rounds(bench, bench.rounds(50), "killed", &cfg, Server::kill)?;
    table.timed(&format!("{after} kill -9"), &killed, Goal::P99(Duration::from_millis(1_500)));
    let stopped = rounds(bench, bench.rounds(10), "stopped", &cfg, Server::stop)?;
    table.beside(&format!("{after} bin/stop was called"), &stopped);
    quiet(bench, &cfg, &counted, &mut table)?;
    Ok(table)
}

fn config(endpoint: &str) -> String {
    let named = "brooklyn.location.named.bench";
    format!(
        "brooklyn.persistence.location.spec=bench\nbrooklyn.ha.heartbeatTimeout=5s\n{named}=s3:{endpoint}\n\
         {named}.identity={IDENTITY}\n{named}.credential={CREDENTIAL}\n"
    )
}

/// A pair whose state is at a path of its own in the bucket.
fn pair(
    bench: &Bench,
    dir: &Path,
    path: &str,
    cfg: &str,
) -> Result<(Plane, crate::bench::measure::client::Login)> {
    Plane::start_at(&bench.release, dir, Path::new(&format!("{BUCKET}/{path}")), 2, cfg)
}

fn rounds(bench: &Bench, rounds: usize, path: &str, cfg: &str, end: failover::End) -> Result<Samples> {
    let dir = bench.folder()?;
    let (plane, login) = pair(bench, &dir.0, path, cfg)?;
    failover::ended(&plane, &login, rounds, end)
}

/// Writes one after the other, and then nothing.
fn quiet(bench: &Bench, cfg: &str, counted: &Counted, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = pair(bench, &dir.0, "quiet", cfg)?;
    let entity = plane.deploy(&login, &entities(1))?;
    let write = login.post(&format!("{entity}/sensors/bench.1"), "10000000");
    let samples = load(&plane, &login, vec![write], numbered, bench.during(WRITTEN))?;
    table.beside("durable write, 1 at once: its answer", &samples);
    sleep(SETTLE);
    let (before, watched) = (counted.counts(), bench.during(WATCHED));
    sleep(watched);
    let asked = counted.counts().since(before);
    let rate = asked.total() as f64 / watched.as_secs_f64();
    let what = format!(
        "requests of an idle pair over {} s ({} PUT, {} GET, {} LIST)",
        watched.as_secs(),
        asked.put,
        asked.get,
        asked.list
    );
    table.number(
        &what,
        asked.total() as usize,
        &format!("{rate:.2} a second"),
        "<= 3.5 a second",
        rate <= 3.5,
    );
    Ok(())
}
