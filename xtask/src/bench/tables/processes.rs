//! Processes on the server's own host: how long until they are up, and how soon their death is seen.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::Signal;

use super::{Bench, disk};
use crate::bench::measure::client::Login;
use crate::bench::measure::plane::Plane;
use crate::bench::measure::process;
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

const MANY: usize = 20;
/// Processes that are killed, one after the other.
const KILLED: usize = 20;
/// What "at once" means: below what anybody who looks would notice.
const AT_ONCE: Duration = Duration::from_millis(50);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    up(bench, &mut table)?;
    killed(bench, &mut table)?;
    disk::beside(bench, &mut table)?;
    Ok(table)
}

fn up(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
    for (n, rounds, goal) in [(1, 20, 300), (MANY, 5, 2_000)] {
        let mut all = Vec::new();
        for _ in 0..bench.rounds(rounds) {
            all.push(with_processes(&plane, &login, &dir.0, n, |_, took| Ok(took))?);
        }
        let noun = if n == 1 { "process" } else { "processes in one application" };
        let what = format!("{n} Vanilla {noun}: from the request until service.isUp");
        table.timed(&what, &Samples::of(all), Goal::Half(Duration::from_millis(goal)));
    }
    Ok(())
}

fn killed(bench: &Bench, table: &mut Table) -> Result<()> {
    let rounds = bench.rounds(KILLED);
    for (said, restarted) in [("", false), (" that a new server found running", true)] {
        let dir = bench.folder()?;
        let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
        let samples = with_processes(&plane, &login, &dir.0, rounds, |application, _| {
            if restarted {
                plane.servers[0].kill()?;
                plane.servers[0].start()?;
                plane.wait_for(&login, 0, "MASTER")?;
                wait_until_up(&plane, &login, application)?;
            }
            let entities = plane.ask(&login, 0, &login.get(&format!("{application}/entities")))?.json()?;
            let entities = entities.as_array().context("the application has no entities")?;
            Samples::take(entities.len(), |i| {
                let (id, name) = (entities[i]["id"].as_str(), entities[i]["name"].as_str());
                let (id, name) = id.zip(name).context("an entity has no name")?;
                death(&plane, &login, &dir.0.join(name), &format!("{application}/entities/{id}"))
            })
        })?;
        let what = format!("kill -9 of a process{said}, until service.isUp is false");
        table.timed(&what, &samples, Goal::P99(AT_ONCE));
    }
    Ok(())
}

fn death(plane: &Plane, login: &Login, pid_file: &Path, entity: &str) -> Result<()> {
    let text = fs::read_to_string(pid_file).with_context(|| format!("{} is missing", pid_file.display()))?;
    let is_up = login.get(&format!("{entity}/sensors/service.isUp"));
    let mut connection = plane.connect(login, 0)?;
    process::signal(text.trim().parse()?, Signal::SIGKILL)?;
    plane.until("the death is seen", || Ok(plane.runtime.block_on(connection.ask(&is_up))?.text() == "false"))
}

/// Deploy an application of processes and do something with it, given how long it took until all were up. It is
/// removed whatever came of that: its processes would outlive the servers.
fn with_processes<T>(
    plane: &Plane,
    login: &Login,
    dir: &Path,
    n: usize,
    done: impl FnOnce(&str, Duration) -> Result<T>,
) -> Result<T> {
    let yaml = blueprint(dir, n);
    let deploy = login.request("POST", "/v1/applications", Some(("application/x-yaml", &yaml)));
    let began = Instant::now();
    let task = plane.ask(login, 0, &deploy)?.json()?;
    let id = task["entityId"].as_str().context("the deployment names no application")?;
    let application = format!("/v1/applications/{id}");
    let result = wait_until_up(plane, login, &application).and_then(|()| done(&application, began.elapsed()));
    plane.remove(login, &application)?;
    result
}

/// An application is up when its start is over and all below it is up.
fn wait_until_up(plane: &Plane, login: &Login, application: &str) -> Result<()> {
    let id = application.rsplit('/').next().unwrap_or_default();
    let is_up = login.get(&format!("{application}/entities/{id}/sensors/service.isUp"));
    let mut connection = plane.connect(login, 0)?;
    plane.until("the application is up", || {
        Ok(plane.runtime.block_on(connection.ask(&is_up))?.text() == "true")
    })
}

/// Each process is one that sleeps; it leaves its pid in the bench's folder too, under its entity's name.
fn blueprint(dir: &Path, n: usize) -> String {
    let one = |i| {
        let copy = dir.join(format!("process-{i}"));
        format!(
            "- type: org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess\n  name: process-{i}\n  \
             brooklyn.config:\n    launch.command: |\n      nohup sleep 3600 > /dev/null 2>&1 < /dev/null &\n      \
             echo $! > \"$PID_FILE\"\n      cp \"$PID_FILE\" '{}'\n",
            copy.display()
        )
    };
    format!("name: bench\nlocation: localhost\nservices:\n{}", (0..n).map(one).collect::<String>())
}
