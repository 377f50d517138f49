//! Sensors that change ten thousand times a second, those counted that enrichers compute, with each change in the log.
//!
//! The writers do not wait for the server: each write has its time, and its latency counts from there. Where a queue
//! grows, the last seconds are slower than the first, and what is computed lags behind what was written.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Bench, disk};
use crate::bench::measure::client::{Connection, Login};
use crate::bench::measure::load::numbered;
use crate::bench::measure::plane::Plane;
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

/// Entities, each with a writer of its own: a writer has one write under way at a time.
const ENTITIES: usize = 64;
/// Sensors that one write changes: the one that is written, the one that is computed from it, and the sum over all.
const SENSORS_EACH: usize = 3;
const CHANGES_A_SECOND: usize = 10_000;
const MEASURED: Duration = Duration::from_mins(1);
/// Beginning and end are this part of the whole.
const PART: u32 = 6;
/// How long the sum may take to be right after the last write.
const LAG_MAX: Duration = Duration::from_millis(100);

/// When a write was due, from the begin, and how long after that it was answered.
type Write = (Duration, Duration);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let (application, _) = plane.deploy_all(&login, &blueprint())?;
    let children = plane.ask(&login, 0, &login.get(&format!("{application}/entities")))?.json()?;
    let ids: Vec<&str> = children.as_array().into_iter().flatten().filter_map(|c| c["id"].as_str()).collect();
    ensure!(ids.len() == ENTITIES, "the application has {} entities", ids.len());
    let paths: Vec<String> = ids.iter().map(|id| format!("{application}/entities/{id}")).collect();
    let during = bench.during(MEASURED);
    let mut table = Table::default();
    let all = write(&plane, &login, &paths, during)?;
    let lag = lag(&plane, &login, &application, &paths)?;
    rows(&mut table, &all, during, lag);
    disk::beside(bench, &mut table)?;
    Ok(table)
}

fn rows(table: &mut Table, all: &[Write], during: Duration, lag: Duration) {
    let took = |keep: &dyn Fn(Duration) -> bool| {
        Samples::of(all.iter().filter(|(due, _)| keep(*due)).map(|(_, took)| *took).collect())
    };
    let (seconds, part) = (during.as_secs(), during / PART);
    let last = all.iter().map(|(due, took)| *due + *took).max().unwrap_or_default();
    let rate = (all.len() * SENSORS_EACH) as f64 / last.as_secs_f64();
    table.number(
        &format!("sensor changes through enrichers ({ENTITIES} entities and a sum), for {seconds} s"),
        all.len() * SENSORS_EACH,
        &format!("{rate:.0} a second"),
        &format!(">= {CHANGES_A_SECOND} a second"),
        // What is due in the very last moment is answered a little after it.
        rate >= CHANGES_A_SECOND as f64 * 0.995,
    );
    let first = took(&|due| due < part);
    let end = took(&|due| due + part >= during);
    let goal = first.percentile(50).unwrap_or_default() * 2 + Duration::from_millis(2);
    table.beside(&format!("- a write, from when it was due: in the first {} s", part.as_secs()), &first);
    table.timed(&format!("- the same in the last {} s", part.as_secs()), &end, Goal::Half(goal));
    table.timed(
        "- until the sum is right after the last write",
        &Samples::of(vec![lag]),
        Goal::Each(LAG_MAX),
    );
}

/// Write to all entities in turn, at the wanted rate.
fn write(plane: &Plane, login: &Login, paths: &[String], during: Duration) -> Result<Vec<Write>> {
    let mut connections = Vec::new();
    for _ in paths {
        connections.push(plane.connect(login, 0)?);
    }
    let pause = Duration::from_secs((SENSORS_EACH * ENTITIES) as u64) / CHANGES_A_SECOND as u32;
    plane.runtime.block_on(async {
        let began = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for (i, (connection, path)) in connections.into_iter().zip(paths).enumerate() {
            let request = login.post(&format!("{path}/sensors/bench.given"), "10000000");
            let first = pause * i as u32 / ENTITIES as u32;
            tasks.spawn(writes(connection, request, began, (first, pause, during)));
        }
        let mut all = Vec::new();
        while let Some(done) = tasks.join_next().await {
            all.append(&mut done??);
        }
        Ok(all)
    })
}

async fn writes(
    mut connection: Connection,
    mut request: Vec<u8>,
    began: Instant,
    (mut due, pause, during): (Duration, Duration, Duration),
) -> Result<Vec<Write>> {
    let mut all = Vec::new();
    for n in 1.. {
        if due >= during {
            break;
        }
        tokio::time::sleep_until((began + due).into()).await;
        numbered(&mut request, n);
        let answer = connection.ask(&request).await?;
        ensure!(answer.is_good(), "a write was answered with {}: {}", answer.status, answer.text());
        all.push((due, began.elapsed().saturating_sub(due)));
        due += pause;
    }
    Ok(all)
}

/// How long until the sum is that of all values.
fn lag(plane: &Plane, login: &Login, application: &str, paths: &[String]) -> Result<Duration> {
    let began = Instant::now();
    let mut wanted = 0.0;
    for path in paths {
        let value = plane.ask(login, 0, &login.get(&format!("{path}/sensors/bench.given")))?.json()?;
        wanted += value.as_f64().unwrap_or_default();
    }
    let id = application.rsplit('/').next().unwrap_or_default();
    let sum = login.get(&format!("{application}/entities/{id}/sensors/bench.sum"));
    plane.until(&format!("the sum is {wanted}"), || {
        Ok(plane.ask(login, 0, &sum)?.json()?.as_f64().is_some_and(|sum| (sum - wanted).abs() < 0.5))
    })?;
    Ok(began.elapsed())
}

fn blueprint() -> String {
    let one = "- type: org.apache.brooklyn.entity.stock.BasicEntity
  brooklyn.enrichers:
  - type: org.apache.brooklyn.enricher.stock.Transformer
    brooklyn.config:
      enricher.sourceSensor: $brooklyn:sensor(\"bench.given\")
      enricher.targetSensor: $brooklyn:sensor(\"bench.computed\")
      enricher.targetValue: $brooklyn:attributeWhenReady(\"bench.given\")
";
    let sum = "brooklyn.enrichers:
- type: org.apache.brooklyn.enricher.stock.Aggregator
  brooklyn.config:
    enricher.sourceSensor: $brooklyn:sensor(\"bench.computed\")
    enricher.targetSensor: $brooklyn:sensor(\"bench.sum\")
    enricher.aggregating.fromChildren: true
    transformation: sum
";
    format!("name: bench\n{sum}services:\n{}", one.repeat(ENTITIES))
}
