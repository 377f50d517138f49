//! `bin/start` on an empty plane, until a deployment is accepted.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Bench, disk};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

const ROUNDS: usize = 20;

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut answers = Vec::new();
    let mut all = Vec::new();
    for _ in 0..bench.rounds(ROUNDS) {
        let dir = bench.folder()?;
        let plane = Plane::lay_out(&bench.release, &dir.0, &dir.0.join("shared"), 1, "")?;
        let began = Instant::now();
        plane.servers[0].start()?;
        answers.push(began.elapsed());
        let login = plane.login()?;
        plane.wait_for(&login, 0, "MASTER")?;
        let healthy = login.get("/v1/server/healthy");
        plane.until("it is healthy", || Ok(plane.ask(&login, 0, &healthy)?.text() == "true"))?;
        let yaml = entities(1);
        let deploy = login.request("POST", "/v1/applications", Some(("application/x-yaml", &yaml)));
        let answer = plane.ask(&login, 0, &deploy)?;
        ensure!(answer.is_good(), "the deployment was refused: {}", answer.text());
        all.push(began.elapsed());
    }
    let mut table = Table::default();
    let goal = Goal::Half(Duration::from_millis(300));
    table.timed(
        "`bin/start` on an empty plane until MASTER, healthy and a deploy accepted",
        &Samples::of(all),
        goal,
    );
    table.beside("- of that, until `bin/start` returned", &Samples::of(answers));
    disk::beside(bench, &mut table)?;
    Ok(table)
}
