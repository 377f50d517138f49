//! The stage: where a file gets its bytes before it gets its name.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::durable::{make_folder, sync_and_close};
use super::errno::{At, IoTrouble};
use super::stage_id::{STAGE, sweep_stage, unique_id};
use super::unmoved::{EVERY, Unmoved};

/// Stage files that wait for the janitor; when there are more, the lanes remove theirs themselves.
const TRASH_MAX: usize = 256;
/// How long dropping a store waits for its janitor; a hung file system must not hold up the end of a server.
const DROP_WAIT: Duration = Duration::from_millis(500);

/// This store's own stage folder. A stage file's second name need not go before the answer, so a janitor
/// thread removes it: on NFS that is a round trip, and on a synchronous export a disk flush, for nothing.
#[derive(Debug)]
pub(super) struct Stage {
    folder: PathBuf,
    next: AtomicU64,
    /// `None` only while dropping.
    trash: Option<Sender<PathBuf>>,
    janitor_ended: Receiver<()>,
}

/// A file with its bytes, durable but nameless. Unless it is [`Stage::discard`]ed it goes at once.
#[derive(Debug)]
pub(super) struct Staged {
    path: Option<PathBuf>,
}

impl Stage {
    /// Makes the stage folder of this store; the janitor first sweeps what the dead left.
    pub(super) fn open(root: &Path) -> Result<Stage, IoTrouble> {
        let folder = root.join(STAGE).join(unique_id());
        let (trash, rubbish) = bounded::<PathBuf>(TRASH_MAX);
        let (ended, janitor_ended) = bounded(0);
        let stage = Stage { folder, next: AtomicU64::new(0), trash: Some(trash), janitor_ended };
        stage.make()?;
        let (root, own) = (root.to_owned(), stage.folder.clone());
        thread::Builder::new()
            .name("store-janitor".to_owned())
            .spawn(move || {
                let _ended: Sender<()> = ended; // Dropped at the end, which is the signal.
                sweep_stage(&root);
                let begun = Instant::now();
                tidy(&root, &rubbish, || begun.elapsed());
                // All of it: what is still in there belongs to nobody once the store is gone.
                if let Err(error) = fs::remove_dir_all(&own) {
                    tracing::debug!(%error, path = %own.display(), "a stage folder stays");
                }
            })
            .at("start a thread for", &stage.folder)?;
        Ok(stage)
    }

    /// Makes the folder, also when somebody cleaned it away.
    pub(super) fn make(&self) -> Result<(), IoTrouble> {
        if let Some(all) = self.folder.parent() {
            make_folder(all)?;
        }
        make_folder(&self.folder)
    }

    /// Writes a stage file, fsyncs and closes it. On failure nothing is left but, at worst, a hidden file.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<Staged, IoTrouble> {
        let path = self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).at("create", &path)?;
        let staged = Staged { path: Some(path.clone()) };
        file.write_all(bytes).at("write", &path)?;
        sync_and_close(file, &path)?;
        Ok(staged)
    }

    /// Lets the janitor remove it.
    pub(super) fn discard(&self, mut staged: Staged) {
        let Some(path) = staged.path.take() else { return };
        let Some(trash) = &self.trash else { return };
        if let Err(full) = trash.try_send(path) {
            remove(&full.into_inner());
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.trash = None;
        // Nothing is ever sent: the channel closes when the janitor is done.
        let _ = self.janitor_ended.recv_timeout(DROP_WAIT);
    }
}

impl Staged {
    pub(super) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// How many names the file has, asked afresh: `open` revalidates on NFS, `stat` alone need not.
    pub(super) fn names(&self) -> Option<u64> {
        File::open(self.path()).and_then(|file| file.metadata()).map(|meta| meta.nlink()).ok()
    }

    /// It was renamed and has no stage name any more.
    pub(super) fn renamed(mut self) {
        self.path = None;
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            remove(&path);
        }
    }
}

/// Removes what is thrown away, until the store is dropped, and now and then what lost hosts left. `now` is the time since
/// it began.
fn tidy(root: &Path, rubbish: &Receiver<PathBuf>, now: impl Fn() -> Duration) {
    let mut unmoved = Unmoved::default();
    let mut next = Duration::ZERO;
    loop {
        let at = now();
        if at >= next {
            unmoved.sweep(root, at);
            next = at + EVERY;
        }
        match rubbish.recv_timeout(next.saturating_sub(at)) {
            Ok(path) => remove(&path),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::debug!(%error, path = %path.display(), "a stage file stays until its folder is swept");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_janitor_removes_what_it_is_given_and_what_a_lost_host_left_for_an_hour() {
        let dir = tempfile::tempdir().unwrap();
        let lost = dir.path().join(STAGE).join("boot_pid4_7_ab_0");
        fs::create_dir_all(&lost).unwrap();
        let (trash, rubbish) = bounded(2);
        for name in ["a", "b"] {
            let file = dir.path().join(name);
            fs::write(&file, "").unwrap();
            trash.send(file).unwrap();
        }
        drop(trash);
        let (hours, lived) = (Cell::new(0), Cell::new(0));
        tidy(dir.path(), &rubbish, || {
            lived.set(lived.get() + u32::from(lost.exists()));
            Duration::from_hours(hours.replace(hours.get() + 1))
        });
        assert_eq!((lived.get(), lost.exists()), (2, false), "it was looked at twice");
        assert!(!dir.path().join("a").exists() && !dir.path().join("b").exists());
    }
}
