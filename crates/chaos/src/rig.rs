//! The machinery around the plane: how each nemesis is done, and how everything is healed.

use std::fs;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use tokio::runtime::Runtime;

use crate::clients::World;
use crate::clients::http::{Failed, Http};
use crate::faults::clock::Clock;
use crate::faults::disk::Disk;
use crate::faults::gateway::Gateway;
use crate::faults::http_proxy::HttpProxy;
use crate::faults::proxy::{Proxy, Wire};
use crate::faults::tamper::Tamper;
use crate::faults::trouble::Trouble;
use crate::history::MASTER;
use crate::nemesis::Nemesis;
use crate::plane::{Server, process};
use crate::schedule::{Strike, Target};

/// A start that finds the last process of the killed server still ending is tried again.
const START_TRIES: u32 = 5;
/// How long a server may take until it stands by.
const SERVE_WAIT_MAX: Duration = Duration::from_mins(1);

pub(crate) struct Rig {
    pub(crate) servers: Vec<Server>,
    /// Between the servers: what leads to each.
    pub(crate) peers: Vec<Proxy>,
    /// Between each server and the bucket.
    pub(crate) wires: Vec<Proxy>,
    /// Between each of those and the bucket; none where nothing is tampered with.
    pub(crate) requests: Vec<HttpProxy>,
    /// Between each server and the folder; none where nothing can be mounted.
    pub(crate) disks: Vec<Disk>,
    pub(crate) clocks: Vec<Clock>,
    /// The folder itself.
    pub(crate) folder: Option<PathBuf>,
    /// What holds the bucket.
    pub(crate) gateway: Option<Gateway>,
    /// Where the script of the plane leaves its words.
    pub(crate) words: PathBuf,
    /// `bin/stop`s that are under way: with a store that hangs they take as long as that does.
    pub(crate) stopping: Vec<JoinHandle<Result<()>>>,
    /// `brooklyn.ha.heartbeatTimeout` of the plane.
    pub(crate) timeout: Duration,
}

impl Rig {
    /// Whom a fault strikes now.
    pub(crate) fn nodes(&self, target: Target, master: usize) -> Vec<usize> {
        let others: Vec<usize> = (0..self.servers.len()).filter(|n| *n != master).collect();
        match target {
            Target::Master => vec![master],
            Target::Standby(draw) => vec![others[draw as usize % others.len()]],
            Target::All => (0..self.servers.len()).collect(),
        }
    }

    pub(crate) fn strike(
        &mut self,
        strike: &Strike,
        nodes: &[usize],
        world: &World,
        runtime: &Runtime,
    ) -> Result<()> {
        let draw = strike.draw;
        match strike.nemesis {
            Nemesis::Kill => self.signal(nodes, Signal::SIGKILL, false),
            Nemesis::HostLoss => self.signal(nodes, Signal::SIGKILL, true),
            Nemesis::Pause => self.signal(nodes, Signal::SIGSTOP, draw & 1 == 0),
            Nemesis::ParentKill => {
                let mut parents = nodes.iter().filter_map(|n| self.servers[*n].parent());
                parents.try_for_each(|pid| process::signal(pid, Signal::SIGKILL))
            }
            Nemesis::Stop => {
                for node in nodes {
                    let server = self.servers[*node].clone();
                    self.stopping.push(std::thread::spawn(move || server.stop()));
                }
                Ok(())
            }
            Nemesis::Switchover => ask(world, runtime, nodes[0], "/ha/switchover"),
            Nemesis::StepDown => ask(world, runtime, nodes[0], "/ha/step-down"),
            Nemesis::PeerCut => {
                let wire = if draw & 1 == 0 { Wire::Cut } else { Wire::Silent };
                for node in nodes {
                    self.peers[*node].set(wire);
                }
                Ok(())
            }
            Nemesis::ClockJump => {
                // From a minute to six hours, ahead or back.
                let seconds = 60 + i64::try_from(draw % (6 * 3600))?;
                let seconds = if draw & (1 << 40) == 0 { seconds } else { -seconds };
                nodes.iter().try_for_each(|n| self.clocks[*n].set(seconds))
            }
            Nemesis::SlowStore => {
                self.disks(nodes, Trouble::Slow(Duration::from_millis(2 + draw % 60)));
                Ok(())
            }
            Nemesis::Full | Nemesis::IoError | Nemesis::Hang => {
                self.disks(
                    nodes,
                    match strike.nemesis {
                        Nemesis::Full => Trouble::Full,
                        Nemesis::Hang => Trouble::Hang,
                        _ => Trouble::Io,
                    },
                );
                Ok(())
            }
            Nemesis::Pulled => {
                let folder = self.folder.as_ref().context("there is no folder")?;
                fs::rename(folder, folder.with_extension("away")).context("the folder cannot be moved away")
            }
            Nemesis::StoreCut | Nemesis::StoreHalfOpen | Nemesis::StoreReset | Nemesis::StoreDelay => {
                self.wires(
                    nodes,
                    match strike.nemesis {
                        Nemesis::StoreCut => Wire::Cut,
                        Nemesis::StoreHalfOpen => Wire::Silent,
                        Nemesis::StoreReset => Wire::Reset,
                        _ => Wire::Late(Duration::from_millis(20 + draw % 400)),
                    },
                );
                Ok(())
            }
            Nemesis::StoreLate => {
                // From a third of them to all of them: with all, a server that rules does so no longer.
                self.tamper(nodes, Tamper::Late { one_in: 1 + draw % 3, at_most: self.timeout * 3 }, draw);
                Ok(())
            }
            Nemesis::StoreAnswers => {
                self.tamper(nodes, Tamper::Answers { one_in: 1 + draw % 6 }, draw);
                Ok(())
            }
        }
    }

    fn signal(&self, nodes: &[usize], signal: Signal, with_parent: bool) -> Result<()> {
        nodes.iter().try_for_each(|n| self.servers[*n].signal(signal, with_parent))
    }

    fn disks(&self, nodes: &[usize], trouble: Trouble) {
        for node in nodes {
            self.disks[*node].switch.set(trouble);
        }
    }

    fn wires(&self, nodes: &[usize], wire: Wire) {
        for node in nodes {
            self.wires[*node].set(wire);
        }
    }

    fn tamper(&self, nodes: &[usize], tamper: Tamper, seed: u64) {
        for node in nodes {
            self.requests[*node].set(tamper, seed);
        }
    }

    /// Everything that was broken is whole, and every server runs with its parent.
    pub(crate) fn heal(&mut self, world: &World) -> Result<()> {
        self.peers.iter().chain(&self.wires).for_each(|proxy| proxy.set(Wire::Sound));
        self.requests.iter().for_each(|proxy| proxy.set(Tamper::Nothing, 0));
        self.disks.iter().for_each(|disk| disk.switch.set(Trouble::None));
        self.clocks.iter().try_for_each(|clock| clock.set(0))?;
        if let Some(folder) = &self.folder {
            let away = folder.with_extension("away");
            if away.exists() {
                fs::rename(&away, folder).context("the folder cannot be moved back")?;
            }
        }
        for server in &self.servers {
            server.signal(Signal::SIGCONT, true)?;
        }
        for stopping in self.stopping.drain(..) {
            // A server that was killed meanwhile cannot be stopped any more.
            if let Ok(Err(error)) = stopping.join() {
                println!("  bin/stop: {error:#}");
            }
        }
        for (n, server) in self.servers.iter().enumerate().filter(|(_, server)| server.pid().is_none()) {
            start(server).with_context(|| format!("node {n}"))?;
        }
        for (n, server) in self.servers.iter().enumerate().filter(|(_, server)| server.parent().is_none()) {
            // One after the other, as an operator does it: nobody has to be without a master for that.
            all_serve(world);
            server.stop().with_context(|| format!("node {n}, whose parent was killed"))?;
            start(server).with_context(|| format!("node {n}"))?;
        }
        Ok(())
    }
}

/// Waits until every server rules or stands by; whoever waits for the plane says it when they never do.
fn all_serve(world: &World) {
    let begun = Instant::now();
    let serves = |said: &Option<(String, u64)>| {
        said.as_ref().is_some_and(|(role, _)| [MASTER, "HOT_STANDBY"].contains(&role.as_str()))
    };
    while begun.elapsed() < SERVE_WAIT_MAX {
        // What was said before this began may be old.
        std::thread::sleep(Duration::from_millis(300));
        if world.said.lock().expect("nobody panics while holding this").iter().all(serves) {
            return;
        }
    }
}

fn start(server: &Server) -> Result<()> {
    let mut last = Ok(());
    for _ in 0..START_TRIES {
        last = server.start();
        if last.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    last
}

/// Asks the master to hand over. It may refuse, and it may be cut off by another fault.
fn ask(world: &World, runtime: &Runtime, node: usize, path: &str) -> Result<()> {
    let http = Http::new(&world.door)?;
    match runtime.block_on(http.post(node, path, None, "{}")) {
        Ok(answer) => {
            ensure!((200..300).contains(&answer.status), "{path}: {}: {}", answer.status, answer.body);
            Ok(())
        }
        Err(Failed::NotSent) => anyhow::bail!("{path}: nobody answers"),
        // It may well have been done.
        Err(Failed::NoAnswer) => Ok(()),
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // Whoever hangs in the store can only end when that goes on.
        self.disks.iter().for_each(|disk| disk.switch.set(Trouble::None));
        for server in &self.servers {
            server.end();
        }
    }
}
