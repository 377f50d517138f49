//! Memory and processor time of servers that have nothing to do, and the size of the program.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::process::{cpu, resident};
use crate::bench::measure::table::Table;

const MIB: f64 = 1024.0 * 1024.0;
/// Until what a start and a deployment left to do is done.
const SETTLE: Duration = Duration::from_secs(5);
const WATCHED: Duration = Duration::from_secs(20);
const ENTITIES: usize = 1_000;

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    size(bench, &mut table)?;
    memory(bench, &mut table)?;
    time(bench, &mut table)?;
    Ok(table)
}

fn size(bench: &Bench, table: &mut Table) -> Result<()> {
    let path = bench.release.join("bin/brownstone");
    let bytes = fs::metadata(&path).with_context(|| format!("{} is missing", path.display()))?.len();
    let mib = bytes as f64 / MIB;
    // What is shipped has the console in it, so the program without it is smaller still.
    table.number(
        "release binary without the console is no larger than this, with it",
        1,
        &shown(mib),
        "<= 25 MiB",
        mib <= 25.0,
    );
    Ok(())
}

fn memory(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let path = bench.root.join("examples/hello.yaml");
    let yaml = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let entity = plane.deploy(&login, &yaml)?;
    sleep(SETTLE);
    let measured = memory_of(&plane, table);
    // Its process would outlive the servers, so the application goes first, whatever became of the rows.
    plane.remove(&login, entity.split("/entities").next().unwrap_or(&entity))?;
    measured
}

fn memory_of(plane: &Plane, table: &mut Table) -> Result<()> {
    let roles = [("master with examples/hello.yaml", 30.0), ("hot standby", 25.0)];
    for (server, (role, goal)) in plane.servers.iter().zip(roles) {
        let own = resident(server.pid()?)? as f64 / MIB;
        let parent = resident(server.parent()?)? as f64 / MIB;
        let what = format!("resident memory of an idle {role}: the server");
        table.number(&what, 1, &shown(own), &format!("<= {goal} MiB"), own <= goal);
        table.note("- its parent process, which shares the program's pages", 1, &shown(parent));
    }
    Ok(())
}

fn time(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    plane.deploy(&login, &entities(ENTITIES))?;
    sleep(SETTLE);
    let spent = || plane.servers.iter().map(|server| cpu(server.pid()?)).collect::<Result<Vec<_>>>();
    let watched = bench.during(WATCHED);
    let before = spent()?;
    sleep(watched);
    for ((before, after), role) in before.iter().zip(spent()?).zip(["master", "hot standby"]) {
        let percent = after.saturating_sub(*before).as_secs_f64() / watched.as_secs_f64() * 100.0;
        let what = format!("CPU of an idle {role}, {ENTITIES} entities, over {} s", watched.as_secs());
        table.number(&what, 1, &format!("{percent:.2} % of a core"), "<= 1 %", percent <= 1.0);
    }
    Ok(())
}

fn shown(mib: f64) -> String {
    format!("{mib:.1} MiB")
}
