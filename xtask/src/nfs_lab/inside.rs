//! The lab itself, seen from the first process of its namespaces: the network, the NFS server, two guests with a server
//! each.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::audit::Log;
use super::guest::{self, Guest};
use super::nfsd::Nfsd;
use super::node::Node;
use super::{Options, campaign, network};

/// How many guests: a pair.
const GUESTS: usize = 2;
/// How long anything may take that is waited for. Beyond it something is broken, not slow.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// What is deployed: an entity that does nothing but have sensors.
const BLUEPRINT: &str = "name: lab\nservices:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";

/// All that runs.
pub(super) struct Lab {
    pub(super) dir: PathBuf,
    release: PathBuf,
    pub(super) nfsd: Nfsd,
    guests: Vec<Option<Guest>>,
    pub(super) nodes: Vec<Node>,
    /// How guests mount the export.
    options: &'static str,
    /// The plane's folder, as the NFS server sees it.
    plane: PathBuf,
    pub(super) log: Log,
    /// The path of the entity that is written to.
    pub(super) entity: String,
}

/// Make everything and run the campaign.
pub(super) fn run(dir: &Path, release: &Path, options: &Options) -> Result<()> {
    // Whoever started the lab holds the other end of our input: without them there is nobody to tell.
    let folder = dir.to_owned();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = fs::remove_dir_all(folder);
        std::process::exit(1);
    });
    network::make(GUESTS)?;
    guest::lay_out(dir)?;
    let nfsd = Nfsd::lay_out(dir)?;
    let mut lab = Lab {
        dir: dir.to_owned(),
        release: release.to_owned(),
        nfsd,
        guests: (0..GUESTS).map(|_| None).collect(),
        nodes: Vec::new(),
        options: "",
        plane: PathBuf::new(),
        log: Log::default(),
        entity: String::new(),
    };
    campaign::run(&mut lab, options)
}

impl Lab {
    /// Boot both guests with these mount options, over a plane of its own. What their kernels say of the mount.
    pub(super) fn mount(&mut self, name: &str, options: &'static str, lease: u32) -> Result<String> {
        for guest in 0..GUESTS {
            self.power_off(guest)?;
        }
        self.nfsd.configure(lease)?;
        self.options = options;
        self.plane = self.dir.join("export").join(name);
        self.log = Log::default();
        self.nodes.clear();
        for guest in 0..GUESTS {
            self.nodes.push(Node::lay_out(&self.dir, &self.release, guest, name)?);
            self.boot(guest)?;
        }
        Ok(self.guest(0)?.mounted.clone())
    }

    /// Start both servers, the first of them as master, and deploy what is written to.
    pub(super) fn bring_up(&mut self) -> Result<()> {
        for (number, word) in ["MASTER", "HOT_STANDBY"].into_iter().enumerate() {
            let node = self.nodes[number].clone();
            node.start(self.guest(number)?)?;
            until(&format!("server {} is {word}", number + 1), || Ok(node.state() == word))?;
        }
        let mut client = self.nodes[0].client(PATIENCE);
        // On a busy host a master may be suspended for a moment: with its key it is done once, however often it is sent.
        let headers = [("content-type", "application/x-yaml"), ("idempotency-key", "lab")];
        until("the blueprint is taken", || {
            match client.ask("POST", "/v1/applications", &headers, BLUEPRINT) {
                Ok(answer) if answer.status < 300 => Ok(true),
                other => bail!("{other:?}"),
            }
        })?;
        until("the entity is there", || {
            let Some(app) = client.json("/v1/applications")?[0]["id"].as_str().map(str::to_owned) else {
                return Ok(false);
            };
            let path = format!("/v1/applications/{app}/entities");
            let entity = client.json(&path)?[0]["id"].as_str().map(str::to_owned);
            self.entity = entity.map(|entity| format!("{path}/{entity}")).unwrap_or_default();
            Ok(!self.entity.is_empty())
        })
    }

    /// The one that is master while the other stands by.
    pub(super) fn master(&self) -> Result<usize> {
        let mut master = 0;
        until("one server is master and the other a hot standby", || {
            let states: Vec<String> = self.nodes.iter().map(Node::state).collect();
            master = usize::from(states[0] != "MASTER");
            if states[master] == "MASTER" && states[1 - master] == "HOT_STANDBY" {
                return Ok(true);
            }
            bail!("they say {states:?}")
        })?;
        Ok(master)
    }

    /// The sensors of the entity, as one server has them.
    pub(super) fn sensors(&self, node: usize) -> Result<Value> {
        self.nodes[node].client(PATIENCE).json(&format!("{}/sensors/current-state", self.entity))
    }

    /// Read what was added to the plane's log, on the NFS server's own disk.
    pub(super) fn read_log(&mut self) -> Result<()> {
        self.log.read_on(&self.plane)
    }

    pub(super) fn guest(&mut self, number: usize) -> Result<&mut Guest> {
        self.guests[number].as_mut().with_context(|| format!("guest {} is off", number + 1))
    }

    pub(super) fn guests(&mut self) -> impl Iterator<Item = &mut Guest> {
        self.guests.iter_mut().flatten()
    }

    pub(super) fn boot(&mut self, number: usize) -> Result<()> {
        self.guests[number] = Some(Guest::boot(&self.dir, number, self.options)?);
        Ok(())
    }

    pub(super) fn power_off(&mut self, number: usize) -> Result<()> {
        self.guests[number].take().map_or(Ok(()), Guest::power_off)
    }

    /// What the servers kept, beside the results.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.dir.join(name), text)?)
    }
}

/// Look again and again. An error is not the end: what is waited for may not answer yet.
pub(super) fn until(what: &str, look: impl FnMut() -> Result<bool>) -> Result<()> {
    crate::wait::until(what, PATIENCE, PAUSE, look)
}
