//! History read back: the state that `store restore --at` and `store backup` fold, and a server that starts.
//!
//! The plane is a server's own, with an application; when it has ended, records are laid behind its last one as a master
//! would have written them, and its file names the last. Nobody waits for these to be durable: they are only read.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use archive::state::{At, state_at};
use archive::{Folded, Source};
use base::{EntityId, Incarnation, Lsn, NodeId, WallMs};
use engine::Change;
use ha::files::{self, NodeFile};
use ha::names;
use ha::pack::{Packing, pack_name};
use ha::record::{self, Header, Kind};
use ha::verbs::Name;
use store::folder::FolderStore;

use super::super::Bench;
use crate::bench::measure::client::Login;
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::table::Table;

const ENTITIES: usize = 1_000;
const RECORDS: u64 = 20_000;
/// Changes in each record of the first row.
const MANY: usize = 20;
const CHANGES_MIN: f64 = 300_000.0;
const RECORDS_MIN: f64 = 50_000.0;

pub(super) fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    let changes = Replayed::take(bench, MANY, Lay::HalfInPacks)?;
    let rate = changes.records as f64 * MANY as f64 / changes.read.as_secs_f64();
    let what = format!("state changes read back a second, {MANY} in a record, half of it in packs");
    let goal = format!(">= {CHANGES_MIN}");
    table.number(&what, changes.records * MANY, &format!("{rate:.0}"), &goal, rate >= CHANGES_MIN);
    let single = Replayed::take(bench, 1, Lay::HalfInPacks)?;
    let rate = single.records as f64 / single.read.as_secs_f64();
    let goal = format!(">= {RECORDS_MIN}");
    let what = "records of one change read back a second, half of them in packs";
    table.number(what, single.records, &format!("{rate:.0}"), &goal, rate >= RECORDS_MIN);
    let started = Replayed::take(bench, 1, Lay::AllInLog)?;
    let rate = started.records as f64 / started.read.as_secs_f64();
    table.note("- the same, each in a file of the log", started.records, &format!("{rate:.0}"));
    let seconds = started.started.as_secs_f64();
    table.note("- `bin/start` over these, until a write is acknowledged", 1, &format!("{seconds:.2} s"));
    Ok(())
}

/// Where records lie.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lay {
    HalfInPacks,
    AllInLog,
}

/// How long it took to have a plane's state.
struct Replayed {
    records: usize,
    /// By a command.
    read: Duration,
    /// By a server, where no record was packed.
    started: Duration,
}

impl Replayed {
    fn take(bench: &Bench, each: usize, lay: Lay) -> Result<Replayed> {
        let dir = bench.folder()?;
        let shared = dir.0.join("shared");
        let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
        let (application, _) = plane.deploy_all(&login, &entities(ENTITIES))?;
        plane.servers[0].stop()?;
        let ids = ids(&state(&shared)?);
        let laid = Laid { dir: &shared, ids: &ids, each, lay };
        let last = laid.lay()?;
        let began = Instant::now();
        let found = state(&shared)?;
        let read = began.elapsed();
        ensure!(found.lsn == last && found.losses.is_empty(), "it was not read to its end");
        let started = match lay {
            Lay::AllInLog => start(&plane, &login, &application)?,
            Lay::HalfInPacks => Duration::ZERO,
        };
        Ok(Replayed { records: RECORDS as usize, read, started })
    }
}

fn start(plane: &Plane, login: &Login, application: &str) -> Result<Duration> {
    let id = application.rsplit('/').next().unwrap_or_default();
    let write = login.post(&format!("{application}/entities/{id}/sensors/bench"), "1");
    let began = Instant::now();
    plane.servers[0].start()?;
    plane.until("a write is acknowledged", || Ok(plane.ask(login, 0, &write)?.is_good()))?;
    Ok(began.elapsed())
}

/// What `store restore` would make of the plane.
fn state(shared: &Path) -> Result<Folded> {
    let store = FolderStore::open(shared)?;
    let source = Source::new(&store);
    Ok(state_at(source, &source.plane()?, At::Newest, &mut |_, _, _| {})?)
}

fn ids(folded: &Folded) -> Vec<EntityId> {
    folded.root.entities().map(|e| e.id.clone()).collect()
}

/// Records that are laid behind the last one.
struct Laid<'a> {
    dir: &'a Path,
    ids: &'a [EntityId],
    each: usize,
    lay: Lay,
}

impl Laid<'_> {
    fn lay(&self) -> Result<Lsn> {
        let before = state(self.dir)?;
        let (mut lsn, mut chain) = (before.lsn, before.chain);
        let mut packing = Packing::default();
        for n in 0..RECORDS {
            lsn = lsn.next();
            let ops: Vec<String> = (0..self.each).map(|i| self.change(n, i).encode()).collect();
            let header = Header {
                format: before.format,
                lsn,
                term: before.term,
                kind: Kind::Data,
                node: NodeId::new("bench"),
                incarnation: Incarnation(1),
                uid: "bench".to_owned(),
                prev: chain,
                ops: ops.len(),
            };
            let bytes = record::encode(&header, &ops);
            chain = chain.next(&bytes);
            if self.lay == Lay::HalfInPacks && n < RECORDS / 2 {
                packing.push(lsn, bytes);
                if packing.is_full() || n + 1 == RECORDS / 2 {
                    self.close(std::mem::take(&mut packing))?;
                }
            } else {
                self.write(&names::record(lsn), &bytes)?;
            }
        }
        self.name(lsn)?;
        Ok(lsn)
    }

    /// What the last beat of a master says of its head.
    fn name(&self, head: Lsn) -> Result<()> {
        for entry in fs::read_dir(self.dir.join("nodes"))? {
            let path = entry?.path();
            let file = files::from_bytes::<NodeFile>(&fs::read(&path)?).map_err(anyhow::Error::msg)?;
            fs::write(&path, files::to_bytes(&NodeFile { head, ..file }))?;
        }
        Ok(())
    }

    fn change(&self, n: u64, i: usize) -> Change {
        let entity = self.ids[(n as usize * self.each + i) % self.ids.len()].clone();
        let (name, value) = (format!("bench.{}", i % 4), serde_json::json!(n));
        Change::SensorSet { entity, name, value, at: WallMs(1_796_000_000_000 + n) }
    }

    fn close(&self, packing: Packing) -> Result<()> {
        let Some((first, last)) = packing.range() else { return Ok(()) };
        let at = WallMs(1_796_000_000_000);
        self.write(&pack_name(first, last, at), &packing.to_bytes(at))
    }

    fn write(&self, name: &Name, bytes: &[u8]) -> Result<()> {
        let path = self.dir.join(name.as_str());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, bytes)?)
    }
}
