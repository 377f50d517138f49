//! Durable writes: `POST` of a sensor over keep-alive, TLS and login, in a pair whose standby follows.

use std::time::Duration;

use anyhow::Result;

use super::{Bench, disk};
use crate::bench::measure::client::Login;
use crate::bench::measure::load::{load, numbered};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

const WARM: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(5);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let entity = plane.deploy(&login, &entities(1))?;
    let mut table = Table::default();
    let measured = bench.during(MEASURED);
    for (connections, wanted) in [(1, 0), (16, 8_000), (64, 15_000)] {
        write(&plane, &login, &entity, connections, WARM)?;
        let samples = write(&plane, &login, &entity, connections, measured)?;
        let what = format!("durable write, {connections} at once: its answer");
        if connections == 1 {
            table.timed(&what, &samples, Goal::Half(Duration::from_micros(1_500)));
        } else {
            table.beside(&what, &samples);
            let what = format!("- that makes, with {connections} connections");
            table.rate(&what, &samples, measured, wanted);
        }
    }
    disk::beside(bench, &mut table)?;
    Ok(table)
}

/// Each connection writes a sensor of its own; each write has another value of the same length.
fn write(plane: &Plane, login: &Login, entity: &str, n: usize, during: Duration) -> Result<Samples> {
    let one = |i| login.post(&format!("{entity}/sensors/bench.{i}"), "10000000");
    load(plane, login, (0..n).map(one).collect(), numbered, during)
}
