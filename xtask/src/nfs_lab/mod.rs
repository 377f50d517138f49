//! `cargo xtask nfs-lab`: the real server on real NFS clients. Two guests (user-mode Linux, each a kernel with an NFS
//! client and a cache of its own) share one export of a user-space NFS server, and every fault that one machine can
//! make is made, while writers write and every acknowledged write is looked for afterwards.
//!
//! All of it runs in namespaces of its own: the kernel ends every process and removes every interface when the first
//! process of the lab ends, however that comes about. Two labs do not see each other.

mod audit;
mod campaign;
mod fault;
mod guest;
mod http;
mod inside;
mod load;
mod needs;
mod network;
mod nfsd;
mod node;
mod report;
mod round;

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::check::tally::{Outcome, Tally};
use crate::trial::signals::Signals;
use crate::{dist, run, workspace};

/// What the lab leaves in its folder for whoever started it.
const RESULTS: &str = "nfs-lab.md";
const TALLY: &str = "tally.txt";
const PROBLEMS: &str = "problems.txt";

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Each fault once, on the default mount alone, in at most two minutes.
    #[arg(long)]
    short: bool,
    /// Leave the results, and the logs of servers and guests, in this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How often each fault is made on each mount.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
    /// Only mounts whose name begins so: default, recommended, soft, short-lease.
    #[arg(long, value_name = "NAME")]
    mount: Option<String>,
    /// Only faults whose name begins so: kill, power-off, cut, freeze, nfs-crash, nfs-stop.
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// Run this unpacked release instead of building the server without optimisation.
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// The folder of a lab that this process is the first one of.
    #[arg(long, hide = true, value_name = "DIR", requires = "release")]
    inside: Option<PathBuf>,
}

/// Run the lab and print its table.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(dir) = &options.inside {
        let release = options.release.as_deref().context("a lab needs a release")?;
        return inside::run(dir, release, options);
    }
    let root = workspace::root()?;
    if let Some(why) = needs::missing() {
        bail!("the NFS lab cannot run here: {why}");
    }
    let release = match &options.release {
        Some(release) => {
            release.canonicalize().with_context(|| format!("{} cannot be found", release.display()))?
        }
        None => dist::unoptimised(&root)?,
    };
    let found = start(&root, &release, options)?;
    for problem in &found.notes {
        println!("{problem}");
    }
    println!("{}", found.tally);
    if found.tally.failed > 0 {
        bail!("the NFS lab found something; see above");
    }
    Ok(())
}

/// The short form, as a stage of `./check`.
pub(crate) fn check(root: &Path, release: &Path) -> Result<Outcome> {
    if let Some(why) = needs::missing() {
        return Ok(Outcome::skipped(format!("the NFS lab cannot run here: {why}")));
    }
    let options =
        Options { short: true, out: None, rounds: 1, mount: None, fault: None, release: None, inside: None };
    start(root, release, &options)
}

/// Start this program again as the first process of namespaces of its own, and wait for it.
fn start(root: &Path, release: &Path, options: &Options) -> Result<Outcome> {
    let signals = Signals::catch()?;
    let folder = Folder::make(root)?;
    let mut lab = Command::new("unshare");
    lab.args(["--net", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc"]);
    lab.arg(std::env::current_exe().context("this program cannot be found")?);
    lab.args(["nfs-lab", "--rounds", &options.rounds.to_string()]);
    lab.args(options.short.then_some("--short"));
    for (name, value) in [("--mount", &options.mount), ("--fault", &options.fault)] {
        if let Some(value) = value {
            lab.args([name, value]);
        }
    }
    lab.arg("--inside").arg(&folder.0).arg("--release").arg(release);
    // A group of its own: a Ctrl-C is ours to act on. The pipe tells the lab when we are gone.
    let mut child = lab.process_group(0).stdin(Stdio::piped()).spawn().context("unshare cannot be run")?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if signals.asked_to_end() {
            // With it goes the first process of the lab, and with that one all others.
            child.kill()?;
            child.wait()?;
            bail!("it was interrupted; everything that the lab had started was stopped");
        }
        sleep(Duration::from_millis(100));
    };
    let read = |name: &str| fs::read_to_string(folder.0.join(name)).unwrap_or_default();
    let tally = Tally::parse(&read(TALLY));
    let failed = tally.is_none_or(|tally| tally.failed > 0);
    let out = options.out.clone().or_else(|| failed.then(|| root.join("target/nfs-lab-failed")));
    if let Some(out) = &out {
        folder.keep(out)?;
        println!("results and logs: {}", out.display());
    }
    let Some(tally) = tally else {
        bail!("the lab broke off ({status}); its reason is above");
    };
    Ok(Outcome { tally, notes: read(PROBLEMS).lines().map(str::to_owned).collect() })
}

/// The lab's folder, removed when it ends.
struct Folder(PathBuf);

impl Folder {
    fn make(root: &Path) -> Result<Self> {
        let path = root.join("target").join(format!("nfs-lab-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path.canonicalize()?))
    }

    /// Copy what is worth reading: results and logs, not the planes.
    fn keep(&self, out: &Path) -> Result<()> {
        fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
        for entry in fs::read_dir(&self.0)?.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_file() {
                fs::copy(&path, out.join(&name))?;
            }
            let log = path.join("data/log/brooklyn.debug.log");
            if log.is_file() {
                fs::copy(&log, out.join(format!("{}.log", name.to_string_lossy())))?;
            }
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is below target/ and harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A program of the system with its arguments, run to its end.
fn tool(program: &str, arguments: &[&str]) -> Result<()> {
    run::capture(Command::new(program).args(arguments)).map(drop)
}
