//! Before the first round and after the last: the plane is laid out, started and given something to manage; what
//! cannot be done here is said; and in the end it is looked at what is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::campaign::Wanted;
use crate::clients::World;
use crate::clients::http::{Door, Http};
use crate::faults::clock::Clock;
use crate::faults::disk::Disk;
use crate::faults::gateway::Gateway;
use crate::faults::http_proxy::HttpProxy;
use crate::faults::proxy::Proxy;
use crate::history::{End, MASTER, Tampered};
use crate::nemesis::{Nemesis, StoreKind};
use crate::plane::{NODES, Server, free_ports};
use crate::rig::Rig;

/// How long anything of this may take. Beyond it something is broken, not slow.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(20);

/// Lay out everything; nothing is started yet but the ways in between.
pub(crate) fn rig(wanted: &Wanted, dir: &Path, runtime: &Runtime) -> Result<Rig> {
    let ports = free_ports(NODES * 3 + 1)?;
    let mut rig = Rig {
        servers: Vec::new(),
        peers: Vec::new(),
        wires: Vec::new(),
        requests: Vec::new(),
        disks: Vec::new(),
        clocks: Vec::new(),
        folder: None,
        gateway: None,
        words: dir.join("words.txt"),
        stopping: Vec::new(),
        timeout: Duration::from_millis(wanted.timeout_ms),
    };
    match wanted.store {
        StoreKind::Folder => {
            let folder = dir.join("store");
            fs::create_dir_all(&folder)?;
            rig.folder = Some(folder);
        }
        StoreKind::S3 => {
            rig.gateway = Some(Gateway::start(&wanted.gateway, ports[NODES * 3], &dir.join("gateway.txt"))?);
        }
    }
    for node in 0..NODES {
        let home = dir.join(format!("node-{node}"));
        fs::create_dir_all(&home)?;
        let port = ports[node];
        let peer = runtime.block_on(Proxy::start(ports[NODES + node], port))?;
        let broken = wanted.broken.iter().map(|rule| ("BROWNSTONE_BROKEN".to_owned(), rule.clone()));
        let mut environment: Vec<(String, String)> = broken.collect();
        if wanted.nemeses.contains(&Nemesis::ClockJump)
            && let Some(clock) = Clock::beside(&home)
        {
            clock.set(0)?;
            environment.extend(clock.environment());
            rig.clocks.push(clock);
        }
        let store = match (&rig.folder, &rig.gateway) {
            (_, Some(gateway)) => {
                let mut to = gateway.port;
                if wanted.nemeses.iter().any(|nemesis| nemesis.tampers()) {
                    let requests = runtime.block_on(HttpProxy::start(to))?;
                    to = requests.port;
                    rig.requests.push(requests);
                }
                let wire = runtime.block_on(Proxy::start(ports[NODES * 2 + node], to))?;
                environment.extend(Gateway::environment(wire.port));
                rig.wires.push(wire);
                Gateway::place()
            }
            (Some(folder), None) if wanted.no_mounts.is_none() => {
                let at = dir.join(format!("disk-{node}"));
                fs::create_dir_all(&at)?;
                rig.disks.push(Disk::mount(folder, &at)?);
                at.display().to_string()
            }
            (folder, None) => folder.iter().map(|folder| folder.display().to_string()).collect(),
        };
        let server = Server { home, port, environment };
        let brooklyn = format!(
            "brooklyn.ha.heartbeatTimeout={}ms\nonbox.base.dir={}\n",
            wanted.timeout_ms,
            dir.join("managed").display()
        );
        server.lay_out(&wanted.program, &store, peer.port, &brooklyn)?;
        rig.peers.push(peer);
        rig.servers.push(server);
    }
    Ok(rig)
}

/// Start the servers and deploy what is used: the way in, and the paths of registers, numbers and scripts.
pub(crate) fn deploy(rig: &Rig, runtime: &Runtime) -> Result<(Door, [String; 3])> {
    let ports = rig.servers.iter().map(|server| server.port).collect();
    rig.servers[0].start()?;
    let authority =
        fs::read(rig.servers[0].home.join("data/ca.pem")).context("data/ca.pem cannot be read")?;
    let door = Door { ports, authority };
    let http = Http::new(&door)?;
    let get = |node: usize, path: &str| runtime.block_on(http.get(node, path));
    let says = |node: usize, word: &str| {
        get(node, "/v1/server/ha/state").is_ok_and(|a| a.body.trim_matches('"') == word)
    };
    until("the first server is master", || says(0, MASTER))?;
    for node in 1..rig.servers.len() {
        rig.servers[node].start()?;
        until("the others stand by hot", || says(node, "HOT_STANDBY"))?;
    }
    let reply = runtime.block_on(http.post(0, "/v1/applications", None, &blueprint(&rig.words)));
    let reply = reply.ok().filter(|r| r.status == 201).context("the blueprint is not taken")?;
    let task: Value = serde_json::from_str(&reply.body)?;
    let app = task["entityId"].as_str().context("the deployment names no application")?.to_owned();
    let mut paths = BTreeMap::new();
    until("what is deployed runs", || {
        let json = |path: String| {
            let answer = get(0, &path).ok()?;
            serde_json::from_str::<Value>(&answer.body).ok()
        };
        let Some(all) = json(format!("/v1/applications/{app}/entities")) else { return false };
        for entity in all.as_array().into_iter().flatten() {
            if let (Some(name), Some(id)) = (entity["name"].as_str(), entity["id"].as_str()) {
                paths.insert(name.to_owned(), format!("/v1/applications/{app}/entities/{id}"));
            }
        }
        paths.len() == 3 && json(format!("/v1/applications/{app}")).is_some_and(|a| a["status"] == "RUNNING")
    })?;
    let mut path = |name: &str| paths.remove(name).with_context(|| format!("there is no entity {name}"));
    let paths = [path("registers")?, path("numbers")?, path("scripts")?];
    Ok((door, paths))
}

fn blueprint(words: &Path) -> String {
    format!(
        "name: chaos
location: localhost
services:
- type: org.apache.brooklyn.entity.stock.BasicEntity
  name: registers
- type: org.apache.brooklyn.entity.stock.SequenceEntity
  name: numbers
  brooklyn.config:
    sequence.start: 0
- type: org.apache.brooklyn.entity.software.base.EmptySoftwareProcess
  name: scripts
  brooklyn.initializers:
  - type: org.apache.brooklyn.core.effector.ssh.SshCommandEffector
    brooklyn.config:
      name: append
      parameters:
        word:
          type: string
      command: echo \"$word\" >> {}
",
        words.display()
    )
}

/// The nemeses that cannot strike here, and why.
pub(crate) fn skipped(
    wanted: &Wanted,
    rig: &Rig,
    door: &Door,
    runtime: &Runtime,
) -> Result<BTreeMap<String, String>> {
    let known =
        runtime.block_on(Http::new(door)?.get(0, "/openapi.json")).map(|a| a.body).unwrap_or_default();
    let why = |nemesis: Nemesis| match nemesis {
        Nemesis::Switchover | Nemesis::StepDown if !known.contains(&format!("\"/ha/{nemesis}\"")) => {
            Some(format!("this server has no POST /ha/{nemesis}"))
        }
        Nemesis::ClockJump if rig.clocks.is_empty() => {
            Some("libfaketime is not installed (package libfaketime)".to_owned())
        }
        _ if nemesis.needs_fuse() => wanted.no_mounts.clone(),
        _ => None,
    };
    let all = wanted.nemeses.iter().filter_map(|n| Some((n.to_string(), why(*n)?)));
    let all: BTreeMap<String, String> = all.collect();
    ensure!(all.len() < wanted.nemeses.len(), "nothing of what is asked for can be done here: {all:?}");
    Ok(all)
}

/// What was done to requests to the bucket, once everything that was kept has been delivered.
pub(crate) fn tampered(rig: &Rig) -> Result<Option<Tampered>> {
    until("every request that was kept is delivered", || rig.requests.iter().all(|proxy| proxy.kept() == 0))?;
    Ok(rig.requests.iter().map(HttpProxy::tampered).reduce(Tampered::plus))
}

/// What is there when all clients have ended.
pub(crate) fn last_look(rig: &Rig, world: &World, runtime: &Runtime) -> Result<End> {
    let http = Http::new(&world.door)?;
    let get = |node: usize, path: &str| -> Option<Value> {
        let answer = runtime.block_on(http.get(node, path)).ok().filter(|a| a.status == 200)?;
        serde_json::from_str(&answer.body).ok()
    };
    let mut looks = Vec::new();
    let registers = format!("{}/sensors/current-state", world.registers);
    let numbers = format!("{}/sensors/sequence.value?raw=true", world.numbers);
    // Standbys are behind for a moment; in the end all of them have the same.
    until("all servers show the same", || {
        looks = (0..rig.servers.len()).map(|n| (get(n, &registers), get(n, &numbers))).collect();
        looks.iter().all(|look| look.0.is_some() && look.1.is_some() && *look == looks[0])
    })?;
    let (registers, sequence) = looks.swap_remove(0);
    let registers = registers.as_ref().and_then(Value::as_object).context("there are no registers")?;
    let registers = registers.iter().filter(|(name, _)| name.starts_with('w'));
    let registers = registers.filter_map(|(name, value)| Some((name.clone(), value.as_u64()?))).collect();
    let sequence = sequence.and_then(|value| value.as_u64()).context("the sequence has no value")?;
    Ok(End { at: world.recorder.now(), registers, sequence, words: words(&rig.words)? })
}

/// A script that was begun before the last kill may still be about to write.
fn words(path: &Path) -> Result<Vec<String>> {
    let read = || fs::read_to_string(path).unwrap_or_default();
    let (mut text, mut still) = (read(), Instant::now());
    until("no script writes any more", || {
        let now = read();
        if now != text {
            text = now;
            still = Instant::now();
        }
        still.elapsed() > Duration::from_secs(2)
    })?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Result<()> {
    let begun = Instant::now();
    while !is_so() {
        if begun.elapsed() > PATIENCE {
            bail!("after {} s it is still not so that {what}", PATIENCE.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
