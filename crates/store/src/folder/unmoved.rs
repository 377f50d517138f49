//! Stage folders of other hosts, which nobody here can ask whether their process lives; and the room that is kept for
//! servers whose file is gone.
//!
//! A server that lives stages a beat every ten seconds at least, which changes its folder's times. Those times are
//! compared with themselves only: what they say is nobody's business. A folder that was seen twice, an hour of this
//! process's own clock apart, and did not change, goes. Should its owner only have been cut off, nothing is lost: a stage
//! file that is gone is a write that had no effect, and the folder is made anew.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::stage_id::{forgotten_reserves, others};

/// Between two looks.
pub(super) const EVERY: Duration = Duration::from_mins(10);
/// For how long a folder must not have changed.
const UNMOVED: Duration = Duration::from_hours(1);

/// What tells one state of a folder from another.
type Stamp = (u64, i64, i64, i64, i64);

/// What others have left, each with its last change as it was seen here, and when.
#[derive(Default)]
pub(super) struct Unmoved {
    seen: HashMap<PathBuf, (Stamp, Duration)>,
}

impl Unmoved {
    /// Looks, at this time of the process, and removes what has not changed for long; how much went.
    pub(super) fn sweep(&mut self, root: &Path, now: Duration) -> usize {
        let mut seen = HashMap::new();
        let mut gone = 0;
        for path in others(root).into_iter().chain(forgotten_reserves(root)) {
            let Some(stamp) = stamp(&path) else { continue };
            let known = self.seen.get(&path).filter(|(before, _)| *before == stamp);
            let since = known.map_or(now, |(_, since)| *since);
            if now.saturating_sub(since) >= UNMOVED && remove(&path) {
                tracing::info!(path = %path.display(), "what a server that is gone had staged is removed");
                gone += 1;
            } else {
                seen.insert(path, (stamp, since));
            }
        }
        self.seen = seen;
        gone
    }
}

/// Opened first: on NFS that asks the server afresh.
fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::File::open(path).and_then(|folder| folder.metadata()).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()))
}

fn remove(path: &Path) -> bool {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::stage_id::{STAGE, unique_id};

    const HOUR: Duration = UNMOVED;

    fn folder(root: &Path, name: &str) -> PathBuf {
        let path = root.join(STAGE).join(name);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("0"), "staged").unwrap();
        path
    }

    #[test]
    fn what_lost_hosts_had_staged_goes_and_what_the_living_stage_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut dead: Vec<PathBuf> =
            (0..49).map(|n| folder(dir.path(), &format!("boot{n}_pid4_7_ab_0"))).collect();
        // A check of the store was cut short there.
        dead.push(dir.path().join(".check-boot_pid4_7_ab_0"));
        fs::create_dir_all(dead[49].join("plane")).unwrap();
        let lives = folder(dir.path(), "bootx_pid4_7_ab_0");
        let here = folder(dir.path(), &unique_id());
        let reserve = dir.path().join(STAGE).join("n1.reserve");
        fs::write(&reserve, "room").unwrap();
        let beat = dir.path().join("nodes/n1.json");
        fs::create_dir(dir.path().join("nodes")).unwrap();
        fs::write(&beat, "a server that is known").unwrap();
        let mut unmoved = Unmoved::default();
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 100), 0, "they were seen once");
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 100 + EVERY * 5), 0, "too early");
        fs::write(lives.join("1"), "a beat").unwrap();
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 101), 50);
        assert!(dead.iter().all(|path| !path.exists()));
        assert!(lives.exists() && here.exists() && reserve.exists());
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 101 + EVERY * 5), 0, "it was seen to change");
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 102), 1, "that one, too, is silent now");
        assert!(!lives.exists() && here.exists() && reserve.exists());
        // `ha clear` has forgotten the server: what was kept for it goes as well, when nobody comes back.
        fs::remove_file(&beat).unwrap();
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 110), 0, "it was seen without its server once");
        fs::write(&beat, "it is back").unwrap();
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 112), 0);
        fs::remove_file(&beat).unwrap();
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 113), 0);
        assert_eq!(unmoved.sweep(dir.path(), HOUR * 114), 1);
        assert!(here.exists() && !reserve.exists());
    }

    #[test]
    fn a_store_whose_stage_was_swept_writes_on() {
        use crate::Store;
        use ha::verbs::{Answer, Name, Verb};
        let dir = tempfile::tempdir().unwrap();
        let store = crate::folder::FolderStore::open(dir.path()).unwrap();
        for entry in fs::read_dir(dir.path().join(STAGE)).unwrap() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
        let name = Name::parse("terms/1").unwrap();
        let create = Verb::Create { name: name.clone(), bytes: b"x"[..].into() };
        assert_eq!(store.run(&create), Answer::Created);
        assert_eq!(store.run(&Verb::Read { name }), Answer::Content(Some(b"x"[..].into())));
    }
}
