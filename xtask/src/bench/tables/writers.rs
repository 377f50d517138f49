//! What becomes of acknowledged writes when masters are killed under load.
//!
//! Each writer counts up in a sensor of its own. What it last saw acknowledged must be there on the next master,
//! which it asks before it writes again: a loss is always one of the newest writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use crate::bench::measure::client::{Connection, Login};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::table::Table;

const WRITERS: usize = 8;
/// How long all write before the next master is killed.
const BETWEEN: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(2);

/// What writers count together.
#[derive(Default)]
struct Counts {
    acknowledged: AtomicU64,
    lost: AtomicU64,
    ended: AtomicBool,
}

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 2, "")?;
    let entity = plane.deploy(&login, &entities(1))?;
    let counts = Arc::new(Counts::default());
    let ports = [plane.servers[0].port, plane.servers[1].port];
    let rounds = bench.rounds(100);
    let writers = {
        let (login, counts) = (login.clone(), Arc::clone(&counts));
        std::thread::spawn(move || write_all(&login, ports, &entity, &counts))
    };
    let killed = kill_masters(&plane, &login, &counts, rounds);
    counts.ended.store(true, Relaxed);
    writers.join().map_err(|_| anyhow::anyhow!("the writers failed"))??;
    killed?;
    let (acknowledged, lost) = (counts.acknowledged.load(Relaxed), counts.lost.load(Relaxed));
    let mut table = Table::default();
    let what = format!("acknowledged writes lost, {WRITERS} writers at full speed, masters killed with -9");
    table.number(&what, rounds, &lost.to_string(), "0", lost == 0);
    table.note("- acknowledged in these rounds", rounds, &acknowledged.to_string());
    Ok(table)
}

fn kill_masters(plane: &Plane, login: &Login, counts: &Counts, rounds: usize) -> Result<()> {
    let mut master = 0;
    for round in 0..rounds {
        let acknowledged = || counts.acknowledged.load(Relaxed);
        sleep(BETWEEN);
        plane.servers[master].kill()?;
        master = 1 - master;
        plane.wait_for(login, master, "MASTER")?;
        let before = acknowledged();
        plane
            .until("writes go on", || Ok(acknowledged() > before + 100))
            .with_context(|| format!("round {}", round + 1))?;
        plane.servers[1 - master].start()?;
        plane.wait_for(login, 1 - master, "HOT_STANDBY")?;
    }
    Ok(())
}

fn write_all(login: &Login, ports: [u16; 2], entity: &str, counts: &Arc<Counts>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for i in 0..WRITERS {
            let (login, counts) = (login.clone(), Arc::clone(counts));
            let path = format!("{entity}/sensors/bench.writer{i}");
            tasks.spawn(async move { Writer { login, path, acknowledged: 0, counts }.run(ports).await });
        }
        while let Some(done) = tasks.join_next().await {
            done?;
        }
        Ok(())
    })
}

struct Writer {
    login: Login,
    path: String,
    acknowledged: u64,
    counts: Arc<Counts>,
}

impl Writer {
    /// Write to whichever server is master. What a server refuses, and whatever breaks, is a reason to ask the
    /// other.
    async fn run(mut self, ports: [u16; 2]) {
        for port in ports.into_iter().cycle() {
            // An error is a server that was killed.
            if self.write_to(port).await.unwrap_or(false) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// True when this master has what was acknowledged and the writers were told to end.
    async fn write_to(&mut self, port: u16) -> Result<bool> {
        let mut connection = Connection::open(&self.login, port).await?;
        let found = connection.ask(&self.login.get(&self.path)).await?;
        if !found.is_good() || found.header("x-ha-role") != Some("MASTER") {
            return Ok(false);
        }
        let mut value: u64 = if found.body.is_empty() { 0 } else { found.text().trim().parse()? };
        if value < self.acknowledged {
            self.counts.lost.fetch_add(self.acknowledged - value, Relaxed);
        }
        self.acknowledged = value;
        loop {
            if self.counts.ended.load(Relaxed) {
                return Ok(true);
            }
            value += 1;
            let answer = connection.ask(&self.login.post(&self.path, &value.to_string())).await?;
            if !answer.is_good() {
                return Ok(false);
            }
            self.acknowledged = value;
            self.counts.acknowledged.fetch_add(1, Relaxed);
        }
    }
}
