//! Durable writes: `POST` of a sensor over keep-alive, TLS and login, in a pair whose standby follows.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Bench, disk};
use crate::bench::measure::client::{Connection, Login};
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
        load(&plane, &login, &entity, connections, WARM)?;
        let samples = load(&plane, &login, &entity, connections, measured)?;
        let what = format!("durable write, {connections} at once: its answer");
        if connections == 1 {
            table.timed(&what, &samples, Goal::Half(Duration::from_micros(1_500)));
        } else {
            table.beside(&what, &samples);
            let rate = samples.n() as f64 / measured.as_secs_f64();
            table.number(
                &format!("- that makes, with {connections} connections"),
                samples.n(),
                &format!("{rate:.0} a second"),
                &format!(">= {wanted} a second"),
                rate >= f64::from(wanted),
            );
        }
    }
    disk::beside(bench, &mut table)?;
    Ok(table)
}

/// Write as fast as the server answers; how long each write took. One that is refused ends it.
fn load(plane: &Plane, login: &Login, entity: &str, n: usize, during: Duration) -> Result<Samples> {
    let mut connections = Vec::new();
    for _ in 0..n {
        connections.push(plane.connect(login, 0)?);
    }
    plane.runtime.block_on(async {
        let until = Instant::now() + during;
        let mut tasks = tokio::task::JoinSet::new();
        for (i, connection) in connections.into_iter().enumerate() {
            // The last bytes are the value: each write has another one, of the same length.
            let request = login.post(&format!("{entity}/sensors/bench.{i}"), "10000000");
            tasks.spawn(writes(connection, request, until));
        }
        let mut all = Vec::new();
        while let Some(done) = tasks.join_next().await {
            all.append(&mut done??);
        }
        Ok(Samples::of(all))
    })
}

async fn writes(mut connection: Connection, mut request: Vec<u8>, until: Instant) -> Result<Vec<Duration>> {
    let mut all = Vec::new();
    let digits = request.len() - 7;
    for value in 0_u32.. {
        let began = Instant::now();
        if began >= until {
            break;
        }
        request[digits..].copy_from_slice(format!("{:07}", value % 10_000_000).as_bytes());
        let answer = connection.ask(&request).await?;
        ensure!(answer.is_good(), "a write was answered with {}: {}", answer.status, answer.text());
        all.push(began.elapsed());
    }
    Ok(all)
}
