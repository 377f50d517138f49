//! Reads as consoles and scripts do them: over keep-alive, TLS and login, while nothing is written; and the calls of
//! an effector that answers with a number.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Bench, disk};
use crate::bench::measure::client::Login;
use crate::bench::measure::load::{load, unaltered};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::process::resident;
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

const WARM: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 16;
const SENSORS: usize = 50;
const MIB: f64 = 1024.0 * 1024.0;
/// By how much a server may grow while it is read: what the allocator keeps, not what is leaked.
const GROWTH_MIB_MAX: f64 = 16.0;

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    small(bench, &mut table)?;
    trees(bench, &mut table)?;
    sequence(bench, &mut table)?;
    disk::beside(bench, &mut table)?;
    Ok(table)
}

fn small(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let entity = plane.deploy(&login, &entities(1))?;
    let mut values = String::from("{");
    for i in 0..SENSORS {
        let _ = write!(values, "{}\"bench.{i}\":{i}", if i == 0 { "" } else { "," });
    }
    let set = plane.ask(&login, 0, &login.post(&format!("{entity}/sensors"), &(values + "}")))?;
    ensure!(set.is_good(), "the sensors were refused: {}", set.text());
    let rows = [
        ("/v1/server/ha/state".to_owned(), "`GET /v1/server/ha/state`".to_owned(), 30_000, Some(3)),
        ("/v1/applications".to_owned(), "`GET /v1/applications`, one application".to_owned(), 25_000, None),
        (
            format!("{entity}/sensors/current-state"),
            format!("`GET .../sensors/current-state` of {SENSORS} sensors"),
            15_000,
            None,
        ),
    ];
    for (path, what, wanted, p99) in rows {
        flat(&plane, &what, table, |table| {
            let samples = read(bench, &plane, &login, &path, CONNECTIONS)?;
            let answer = format!("{what}, {CONNECTIONS} at once: its answer");
            match p99 {
                Some(millis) => table.timed(&answer, &samples, Goal::P99(Duration::from_millis(millis))),
                None => table.beside(&answer, &samples),
            }
            table.rate("- that makes", &samples, bench.during(MEASURED), wanted);
            Ok(())
        })?;
    }
    Ok(())
}

fn trees(bench: &Bench, table: &mut Table) -> Result<()> {
    for n in [1_000, 10_000] {
        let dir = bench.folder()?;
        let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
        plane.deploy_all(&login, &entities(n))?;
        let path = "/v1/applications/fetch";
        let kilobytes = plane.ask(&login, 0, &login.get(path))?.body.len() / 1000;
        let what = format!("`GET {path}`, {n} entities ({kilobytes} kB)");
        flat(&plane, &what, table, |table| {
            let alone = read(bench, &plane, &login, path, 1)?;
            let goal = Goal::Half(Duration::from_millis(if n == 1_000 { 5 } else { 60 }));
            table.timed(&format!("{what}, one at a time: its answer"), &alone, goal);
            if n == 1_000 {
                let together = read(bench, &plane, &login, path, CONNECTIONS)?;
                let what = format!("- that makes, with {CONNECTIONS} connections");
                table.rate(&what, &together, bench.during(MEASURED), 600);
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn sequence(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let yaml = "name: bench\nservices:\n- type: org.apache.brooklyn.entity.stock.SequenceEntity\n";
    let entity = plane.deploy(&login, yaml)?;
    let path = format!("{entity}/effectors/incrementAndGet");
    let calls = |during| {
        let requests = (0..CONNECTIONS).map(|_| login.post(&path, "{}")).collect();
        load(&plane, &login, requests, unaltered, during)
    };
    calls(WARM)?;
    let what = "`incrementAndGet` of a SequenceEntity, durable";
    flat(&plane, what, table, |table| {
        let samples = calls(bench.during(MEASURED))?;
        table.beside(&format!("{what}, {CONNECTIONS} at once: its answer"), &samples);
        table.rate("- that makes", &samples, bench.during(MEASURED), 5_000);
        Ok(())
    })
}

fn read(bench: &Bench, plane: &Plane, login: &Login, path: &str, connections: usize) -> Result<Samples> {
    let requests = || (0..connections).map(|_| login.get(path)).collect();
    load(plane, login, requests(), unaltered, WARM)?;
    load(plane, login, requests(), unaltered, bench.during(MEASURED))
}

/// Rows, and by how much the server grew while they were made.
fn flat(
    plane: &Plane,
    what: &str,
    table: &mut Table,
    rows: impl FnOnce(&mut Table) -> Result<()>,
) -> Result<()> {
    let weight = || Ok::<_, anyhow::Error>(resident(plane.servers[0].pid()?)? as f64 / MIB);
    let before = weight()?;
    rows(table)?;
    let growth = weight()? - before;
    let (value, goal) = (format!("{growth:+.1} MiB"), format!("<= {GROWTH_MIB_MAX} MiB"));
    table.number(
        &format!("- the server's memory meanwhile: {what}"),
        1,
        &value,
        &goal,
        growth <= GROWTH_MIB_MAX,
    );
    Ok(())
}
