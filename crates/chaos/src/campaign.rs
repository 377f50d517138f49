//! A campaign: the plane is set up and used, round after round is struck and healed, and at last looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::runtime::Runtime;

use crate::check::shown;
use crate::clients::{self, World};
use crate::history::{self, Event, Fault, MASTER, Recorder, Round};
use crate::nemesis::{Nemesis, StoreKind};
use crate::plane::Program;
use crate::rig::Rig;
use crate::schedule::{Plan, Schedule};
use crate::setup;

/// How long a healed plane may take until it serves. Beyond it something is broken, not slow.
const PATIENCE: Duration = Duration::from_mins(3);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// What is asked for.
pub(crate) struct Wanted {
    pub(crate) minutes: f64,
    pub(crate) store: StoreKind,
    pub(crate) seed: u64,
    pub(crate) nemeses: Vec<Nemesis>,
    pub(crate) timeout_ms: u64,
    pub(crate) out: PathBuf,
    pub(crate) program: Program,
    /// The rule that its servers break.
    pub(crate) broken: Option<String>,
    /// The S3 server, for a store in a bucket.
    pub(crate) gateway: PathBuf,
    /// Why there can be no mounts here, where that is so.
    pub(crate) no_mounts: Option<String>,
}

/// Run it; its history is then in `history.jsonl` of the folder.
pub(crate) fn run(wanted: &Wanted) -> Result<PathBuf> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let path = wanted.out.join("history.jsonl");
    let dir = wanted.out.join("plane");
    fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    let recorder = Recorder::create(&path)?;
    let mut rig = setup::rig(wanted, &dir, &runtime)?;
    let (door, paths) = setup::deploy(&rig, &runtime)?;
    let skipped = setup::skipped(wanted, &rig, &door, &runtime)?;
    for (name, why) in &skipped {
        println!("skipped: {name}: {why}");
    }
    recorder.add(&Event::Campaign(history::Campaign {
        seed: wanted.seed,
        store: wanted.store.to_string(),
        nodes: rig.servers.len(),
        timeout_ms: wanted.timeout_ms,
        skipped: skipped.clone(),
    }));
    let world = Arc::new(World::new(recorder, door, paths));
    let mut users = runtime.block_on(async { clients::start(&world) })?;
    let interrupted = interrupted(&runtime);

    let begun = Instant::now();
    let length = Duration::from_secs_f64(wanted.minutes * 60.0);
    let mut served = wait_until_serving(&world, begun + PATIENCE).is_ok();
    for plan in Schedule::new(wanted.seed, &wanted.nemeses, wanted.timeout_ms) {
        if begun.elapsed() >= length || interrupted.load(Ordering::Relaxed) || !served {
            break;
        }
        if plan.strikes.iter().any(|strike| skipped.contains_key(strike.nemesis.name())) {
            continue;
        }
        served = round(&plan, &mut rig, &world, &runtime);
    }

    world.stop();
    runtime.block_on(async { while users.join_next().await.is_some() {} });
    if let Some(tampered) = setup::tampered(&rig)? {
        world.recorder.add(&Event::Tampered(tampered));
    }
    if served {
        let end = setup::last_look(&rig, &world, &runtime)?;
        world.recorder.add(&Event::End(end));
    }
    world.recorder.flush()?;
    Ok(path)
}

/// Ctrl-C ends a campaign after its round; nothing is left running.
fn interrupted(runtime: &Runtime) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            println!("interrupted: the campaign ends after this round");
            set.store(true, Ordering::Relaxed);
        }
    });
    flag
}

/// Strikes, heals, and waits until the plane serves; whether it does.
fn round(plan: &Plan, rig: &mut Rig, world: &World, runtime: &Runtime) -> bool {
    std::thread::sleep(Duration::from_millis(plan.calm_ms));
    let recorder = &world.recorder;
    let (begun, began) = (Instant::now(), recorder.now());
    let mut struck: Vec<(Nemesis, Vec<usize>, u64)> = Vec::new();
    for strike in &plan.strikes {
        sleep_until(begun + Duration::from_millis(strike.after_ms));
        let master = master(world).unwrap_or(strike.draw as usize % rig.servers.len());
        let nodes = rig.nodes(strike.target, master);
        println!("{} round {}: {} of {nodes:?}", shown(recorder.now()), plan.round, strike.nemesis);
        let at = recorder.now();
        match rig.strike(strike, &nodes, world, runtime) {
            Ok(()) => struck.push((strike.nemesis, nodes, at)),
            // It was not done; what it might have shown is not claimed.
            Err(error) => println!("  not done: {error:#}"),
        }
    }
    sleep_until(begun + Duration::from_millis(plan.lasts_ms));
    let ending: Vec<usize> =
        struck.iter().filter(|s| s.0.ends_the_server()).flat_map(|s| s.1.iter().copied()).collect();
    let fell = rig.servers.iter().enumerate().filter(|(n, s)| s.pid().is_none() && !ending.contains(n));
    let fell: Vec<usize> = fell.map(|(n, _)| n).collect();
    let healed = recorder.now();
    for (nemesis, nodes, at) in &struck {
        let (nemesis, nodes) = (nemesis.to_string(), nodes.clone());
        recorder.add(&Event::Fault(Fault { round: plan.round, nemesis, nodes, began: *at, ended: healed }));
    }
    let served = rig.heal(world).and_then(|()| wait_until_serving(world, Instant::now() + PATIENCE));
    let serving = served.is_ok().then(|| recorder.now());
    match &served {
        Ok(()) => println!("  serves {} after it was healed", shown(recorder.now() - healed)),
        Err(error) => println!("  does not serve: {error:#}"),
    }
    let missing = served.err().map_or_else(String::new, |error| format!("{error:#}"));
    let nemeses = plan.strikes.iter().map(|s| s.nemesis.to_string()).collect();
    let number = plan.round;
    recorder.add(&Event::Round(Round { number, nemeses, began, healed, serving, missing, fell }));
    serving.is_some()
}

fn sleep_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(Instant::now()));
}

/// Who last said that it rules, of the highest term.
fn master(world: &World) -> Option<usize> {
    let said = world.said.lock().expect("nobody panics while holding this");
    let rules = |(n, s): (usize, &Option<(String, u64)>)| {
        s.as_ref().filter(|(role, _)| role == MASTER).map(|(_, term)| (*term, n))
    };
    said.iter().enumerate().filter_map(rules).max().map(|(_, n)| n)
}

/// One master, all others stand by hot, and a write is taken.
fn wait_until_serving(world: &World, until: Instant) -> Result<()> {
    let before = world.acknowledged.load(Ordering::Relaxed);
    loop {
        let said = world.said.lock().expect("nobody panics while holding this").clone();
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for role in said.iter().map(|s| s.as_ref().map_or("silent", |(role, _)| role.as_str())) {
            *count.entry(role).or_default() += 1;
        }
        let roles_are_right =
            count.get(MASTER) == Some(&1) && count.get("HOT_STANDBY") == Some(&(said.len() - 1));
        if roles_are_right && world.acknowledged.load(Ordering::Relaxed) > before {
            return Ok(());
        }
        if Instant::now() > until {
            bail!("after {} s it still does not serve: {count:?}", PATIENCE.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
}

/// The folder of a campaign that went well needs no logs.
pub(crate) fn tidy_up(out: &Path) {
    // What is left is only room on the disk.
    let _ = fs::remove_dir_all(out.join("plane"));
}
