//! Names of stage folders, which say whose they are, so that what a dead process left can be told from what
//! a living one uses without looking at clocks or modification times.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, process};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

/// Where all processes stage, below the root; hidden from every listing.
pub(super) const STAGE: &str = ".stage";

/// `BOOT_PIDNS_PID_RANDOM_N`: this boot of this host, this pid namespace, this process, this store in it.
pub(crate) fn unique_id() -> String {
    static STORES: AtomicU64 = AtomicU64::new(0);
    let n = STORES.fetch_add(1, Ordering::Relaxed);
    format!("{}_{}_{}_{n}", host(), process::id(), random())
}

/// Removes what dead processes of this boot of this host (and pid namespace) left in a store's folder: their
/// stage folders and the scratch folders of their checks. Whatever cannot be judged or removed stays: it is
/// hidden, small, and harms nobody. Returns how many folders went.
pub fn sweep_stage(root: &Path) -> usize {
    let stages = left_over(&root.join(STAGE), "");
    let checks = left_over(root, crate::suite::SCRATCH_PREFIX);
    stages.chain(checks).filter(|path| fs::remove_dir_all(path).is_ok()).count()
}

/// The stage and scratch folders of other hosts, and of other runnings and pid namespaces of this one.
pub(super) fn others(root: &Path) -> Vec<PathBuf> {
    let is_other = |id: &str| id.matches('_').count() >= 4 && !id.starts_with(host());
    let below = |folder: &Path, prefix: &'static str| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let other = entries.filter(|entry| {
            entry.file_name().to_str().and_then(|name| name.strip_prefix(prefix)).is_some_and(is_other)
        });
        other.map(|entry| entry.path()).collect()
    };
    let mut all = below(&root.join(STAGE), "");
    all.extend(below(root, crate::suite::SCRATCH_PREFIX));
    all
}

/// What is kept free for servers whose file was removed ([`super::reserve`]).
pub(super) fn forgotten_reserves(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(STAGE)).into_iter().flatten().flatten();
    let of_nobody = entries.filter(|entry| {
        let name = entry.file_name();
        let server = name.to_str().and_then(|name| name.strip_suffix(".reserve"));
        server.is_some_and(|id| is_missing(&root.join("nodes").join(format!("{id}.json"))))
    });
    of_nobody.map(|entry| entry.path()).collect()
}

fn is_missing(path: &Path) -> bool {
    fs::File::open(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn left_over(folder: &Path, prefix: &'static str) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(move |entry| {
            entry.file_name().to_str().and_then(|name| name.strip_prefix(prefix)).is_some_and(is_dead)
        })
        .map(|entry| entry.path())
}

fn is_dead(id: &str) -> bool {
    let Some([pid, random_part, _store]) = id
        .strip_prefix(host())
        .and_then(|rest| rest.strip_prefix('_'))
        .map(|rest| rest.split('_').collect::<Vec<_>>())
        .and_then(|parts| <[&str; 3]>::try_from(parts).ok())
    else {
        return false; // Another host, boot or pid namespace: nobody here can tell.
    };
    let Ok(pid) = pid.parse::<i32>() else { return false };
    if pid > 0 && pid.unsigned_abs() == process::id() {
        return random_part != random(); // An earlier process had my pid.
    }
    pid > 0 && kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH)
}

fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let clean = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        // Where /proc is hidden, a random id: unique still, only never swept by others.
        let boot =
            fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_else(|_| random().to_owned());
        let pids = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        format!("{}_{}", clean(&boot), clean(&pids.to_string_lossy()))
    })
}

/// Seeded by the operating system, drawn once.
fn random() -> &'static str {
    static RANDOM: OnceLock<String> = OnceLock::new();
    RANDOM.get_or_init(|| format!("{:016x}", RandomState::new().hash_one(process::id())))
}
