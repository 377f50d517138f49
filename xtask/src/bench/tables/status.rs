//! `GET /v1/server/ha/state` while the store hangs: a file system of its own on a loop-back device, frozen.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::Bench;
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};
use crate::run::capture;

const WHAT: &str = "`GET /v1/server/ha/state` while the store hangs";
const DISK_BYTES: u64 = 64 * 1024 * 1024;
/// Past the timeout: the answers before and after the lease ended are measured.
const FROZEN: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    let dir = bench.folder()?;
    let disk = match Disk::mount(&dir.0) {
        Ok(disk) => disk,
        Err(error) => {
            eprintln!("{error:#}");
            table.missing(WHAT, "needs root, loop-back devices and ext4", "max <= 50.0 ms");
            return Ok(table);
        }
    };
    // The servers are gone before the file system is: it is declared first and so dropped last.
    let shared = disk.at.join("plane");
    let plane = Plane::lay_out(&bench.release, &dir.0, &shared, 1, "brooklyn.ha.heartbeatTimeout=2s\n")?;
    plane.servers[0].start()?;
    let login = plane.login()?;
    plane.wait_for(&login, 0, "MASTER")?;
    let entity = plane.deploy(&login, &entities(1))?;
    let mut connection = plane.connect(&login, 0)?;
    let mut writer = plane.connect(&login, 0)?;
    let (get, write) =
        (login.get("/v1/server/ha/state"), login.post(&format!("{entity}/sensors/bench.x"), "1"));
    let mut words = Vec::new();
    disk.freeze()?;
    let samples = plane.runtime.block_on(async {
        // It makes the server wait for the store, and shows that the store does hang.
        writer.send(&write).await?;
        let mut all = Vec::new();
        let until = Instant::now() + bench.during(FROZEN);
        while Instant::now() < until {
            let began = Instant::now();
            let answer = connection.ask(&get).await?;
            all.push(began.elapsed());
            ensure!(answer.is_good(), "the state was answered with {}", answer.status);
            if words.last() != Some(&answer.text()) {
                words.push(answer.text());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(Samples::of(all))
    });
    let written = plane.runtime.block_on(async { tokio::time::timeout(PAUSE, writer.receive()).await });
    disk.thaw();
    let acknowledged = matches!(&written, Ok(Ok(answer)) if answer.is_good());
    ensure!(!acknowledged, "a write was acknowledged while the store was frozen");
    table.timed(WHAT, &samples?, Goal::Each(Duration::from_millis(50)));
    table.note("- what it said, in this order", words.len(), &words.join(", "));
    Ok(table)
}

/// A mounted file system, which is thawed and taken away when the measurement ends.
struct Disk {
    at: PathBuf,
}

impl Disk {
    fn mount(dir: &Path) -> Result<Self> {
        let (image, at) = (dir.join("disk.img"), dir.join("disk"));
        File::create(&image)?.set_len(DISK_BYTES)?;
        fs::create_dir(&at)?;
        capture(Command::new("mkfs.ext4").arg("-q").arg(&image))?;
        capture(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&at))?;
        Ok(Self { at })
    }

    fn freeze(&self) -> Result<()> {
        capture(Command::new("fsfreeze").arg("--freeze").arg(&self.at)).map(drop)
    }

    /// One that is not frozen refuses, which is as well.
    fn thaw(&self) {
        let _ = Command::new("fsfreeze").arg("--unfreeze").arg(&self.at).output();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.thaw();
        // A server that was just killed may take a moment to let go; lazily, it is gone when it has.
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).output();
    }
}
