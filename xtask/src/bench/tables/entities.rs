//! Large applications: how long they take to deploy, what they weigh, and what they cost a takeover and a start.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::failover::{End, gap};
use super::{Bench, disk};
use crate::bench::measure::client::Login;
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::process::resident;
use crate::bench::measure::samples::Samples;
use crate::bench::measure::server::Server;
use crate::bench::measure::table::{Goal, Table};

const MANY: usize = 1_000;
const LARGE: usize = 10_000;
const MIB: f64 = 1024.0 * 1024.0;
const MIB_MAX: f64 = 150.0;
/// What a large state may add to a takeover.
const ADDED: Duration = Duration::from_millis(200);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    many(bench, &mut table)?;
    large(bench, &mut table)?;
    promoted(bench, &mut table)?;
    cold(bench, &mut table)?;
    disk::beside(bench, &mut table)?;
    Ok(table)
}

/// One after the other on the same plane, each alone on it.
fn many(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
    let mut all = Vec::new();
    for _ in 0..bench.rounds(20) {
        let (application, took) = plane.deploy_all(&login, &entities(MANY))?;
        all.push(took);
        plane.remove(&login, &application)?;
    }
    let what = format!("application of {MANY} BasicEntity: from the request until its task is done");
    table.timed(&what, &Samples::of(all), Goal::Half(Duration::from_millis(300)));
    Ok(())
}

fn large(bench: &Bench, table: &mut Table) -> Result<()> {
    let (mut all, mut weights) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds(5) {
        let dir = bench.folder()?;
        let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
        let (_, took) = plane.deploy_all(&login, &entities(LARGE))?;
        all.push(took);
        weights.push(resident(plane.servers[0].pid()?)? as f64 / MIB);
    }
    let (n, heaviest) = (weights.len(), weights.into_iter().fold(0.0, f64::max));
    let what = format!("application of {LARGE} BasicEntity: from the request until its task is done");
    table.timed(&what, &Samples::of(all), Goal::Half(Duration::from_secs(3)));
    let (value, goal) = (format!("{heaviest:.1} MiB"), format!("<= {MIB_MAX} MiB"));
    table.number("- resident memory of the server then", n, &value, &goal, heaviest <= MIB_MAX);
    Ok(())
}

/// The standby of a large plane against that of one with a single entity.
fn promoted(bench: &Bench, table: &mut Table) -> Result<()> {
    let what = "first acknowledged write on a hot standby after kill -9 of the master";
    let small = promotions(bench, 1)?;
    table.beside(&format!("{what}, 1 entity"), &small);
    let goal = small.percentile(50).context("nothing was measured")? + ADDED;
    table.timed(&format!("{what}, {LARGE} entities"), &promotions(bench, LARGE)?, Goal::Half(goal));
    Ok(())
}

fn promotions(bench: &Bench, n: usize) -> Result<Samples> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let (application, _) = plane.deploy_all(&login, &entities(n))?;
    let entity = topmost(&application);
    let mut all = Vec::new();
    let mut master = 0;
    for round in 0..bench.rounds(20) {
        let other = 1 - master;
        plane.until("the standby shows the application", || {
            Ok(plane.ask(&login, other, &login.get(&application))?.json()?["status"] == "RUNNING")
        })?;
        let mut connection = plane.connect(&login, other)?;
        let end: End = Server::kill;
        all.push(gap(&plane, &login, &entity, (master, end), &mut connection, round)?);
        plane.servers[master].start()?;
        plane.wait_for(&login, master, "HOT_STANDBY")?;
        master = other;
    }
    Ok(Samples::of(all))
}

/// A lone server that starts with a large state. It was deployed in so few records that no checkpoint was due: all of
/// it is read from the log.
fn cold(bench: &Bench, table: &mut Table) -> Result<()> {
    let ends: [(&str, End); 2] = [("`bin/stop`", Server::stop), ("kill -9", Server::kill)];
    for (said, end) in ends {
        let dir = bench.folder()?;
        let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
        let (application, _) = plane.deploy_all(&login, &entities(LARGE))?;
        let mut all = Vec::new();
        for round in 0..bench.rounds(10) {
            all.push(restart(&plane, &login, &topmost(&application), end, round)?);
        }
        let what = format!("`bin/start` with {LARGE} entities after {said}, until a write is acknowledged");
        table.timed(&what, &Samples::of(all), Goal::Half(Duration::from_secs(1)));
    }
    Ok(())
}

fn restart(plane: &Plane, login: &Login, entity: &str, end: End, round: usize) -> Result<Duration> {
    let write = login.post(&format!("{entity}/sensors/bench.round"), &round.to_string());
    end(&plane.servers[0])?;
    let began = Instant::now();
    plane.servers[0].start()?;
    plane.until("a write is acknowledged", || Ok(plane.ask(login, 0, &write)?.is_good()))?;
    Ok(began.elapsed())
}

/// The application as an entity.
fn topmost(application: &str) -> String {
    let id = application.rsplit('/').next().unwrap_or_default();
    format!("{application}/entities/{id}")
}
