//! The folder of one attempt: the script, what it writes, and how it ended. It outlives the server.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::effect::{Streams, WorkKey};

use crate::capture::capture;
use crate::error::StartError;

/// Stands in the file `process` of a script that must not begin.
const NEVER: &str = "never\n";
/// How often, and with which pause, a file that is being written is read again.
const PROCESS_LOOKS: u32 = 50;
const PROCESS_LOOK: Duration = Duration::from_millis(10);

/// `<cwd>/.brownstone/<task>-<step>-<attempt>/` with `script.sh`, `stdout`, `stderr`, `process`, `exit`, and the
/// work key.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// Makes the folder. The same key finds it taken: an attempt is begun once, also when the executor that
    /// began it is gone. A number that was used in an earlier term gets a folder of its own.
    pub(crate) fn make(cwd: &Path, key: &WorkKey) -> Result<Self, StartError> {
        let parent = cwd.join(".brownstone");
        make_dir(&parent)?;
        let name = name_of(key);
        let key_json = serde_json::to_string(key).unwrap_or_default();
        for dir in [parent.join(&name), parent.join(format!("{name}-t{}", key.term))] {
            match DirBuilder::new().mode(0o700).create(&dir) {
                Ok(()) => {
                    let folder = Self { dir };
                    folder.write("key", 0o600, &key_json)?;
                    return Ok(folder);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let of = fs::read_to_string(dir.join("key")).unwrap_or_default();
                    if of.trim_end() == key_json {
                        return Err(StartError::Repeated(dir));
                    }
                }
                Err(source) => return Err(StartError::MakeDir { path: dir, source }),
            }
        }
        Err(StartError::Repeated(parent.join(name)))
    }

    /// The folder of an attempt that an earlier server may have begun. Where there is none it is made, so that the
    /// attempt cannot begin any more.
    pub(crate) fn claim(cwd: &Path, key: &WorkKey) -> Result<Self, StartError> {
        match Self::make(cwd, key) {
            Err(StartError::Repeated(dir)) => Ok(Self { dir }),
            made => made,
        }
    }

    /// Who runs in it, as the wrapper has written it (a line of `/proc/PID/stat`). A script that has not begun
    /// never will.
    pub(crate) fn process(&self) -> io::Result<Option<String>> {
        let path = self.dir.join("process");
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(NEVER.as_bytes())?;
                return Ok(None);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        for _ in 0..PROCESS_LOOKS {
            let text = fs::read_to_string(&path)?;
            if text.ends_with('\n') {
                return Ok(Some(text).filter(|text| text != NEVER));
            }
            // It is being written, unless its writer was killed at that.
            std::thread::sleep(PROCESS_LOOK);
        }
        Ok(None)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.dir
    }

    /// Writes the script and the empty files that it will write to, so that a full disk shows now.
    pub(crate) fn fill(&self, script: &str) -> Result<(), StartError> {
        self.write("script.sh", 0o700, script)?;
        self.write("stdout", 0o600, "")?;
        self.write("stderr", 0o600, "")
    }

    fn write(&self, name: &str, mode: u32, text: &str) -> Result<(), StartError> {
        let path = self.dir.join(name);
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|source| StartError::Write { path, source })
    }

    /// Removes what was made for a script that was then not started.
    pub(crate) fn discard(&self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            tracing::warn!(dir = %self.dir.display(), %error, "the folder of a script that did not start stays");
        }
    }

    /// What the script has written up to now.
    pub(crate) fn streams(&self) -> Streams {
        Streams { stdout: capture(&self.dir.join("stdout")), stderr: capture(&self.dir.join("stderr")) }
    }

    /// How much it has written, to see whether there is something new.
    pub(crate) fn sizes(&self) -> (u64, u64) {
        let size = |name| fs::metadata(self.dir.join(name)).map_or(0, |meta| meta.len());
        (size("stdout"), size("stderr"))
    }

    /// The exit code that the wrapper left; `None` when it did not get to that.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        fs::read_to_string(self.dir.join("exit")).ok()?.trim().parse().ok()
    }

    /// Leaves the exit code of a script whose wrapper was killed too.
    pub(crate) fn note_exit(&self, code: i32) {
        if self.exit_code().is_none()
            && let Err(error) = self.write("exit", 0o600, &format!("{code}\n"))
        {
            tracing::warn!(%error, "the exit code of a script is not on disk");
        }
    }

    /// Removes the oldest folders beside this one above `keep`. One without an exit code may still be in use
    /// and stays.
    pub(crate) fn prune_siblings(&self, keep: usize) {
        let Some(entries) = self.dir.parent().and_then(|parent| fs::read_dir(parent).ok()) else { return };
        let dirs: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        // In steps of a quarter, so that most ends of scripts only list.
        if dirs.len() <= keep + keep / 4 {
            return;
        }
        let mut ended: Vec<_> = dirs
            .iter()
            .filter(|dir| **dir != self.dir)
            .filter_map(|dir| Some((fs::metadata(dir.join("exit")).ok()?.modified().ok()?, dir)))
            .collect();
        ended.sort();
        for (_, dir) in ended.into_iter().take(dirs.len() - keep) {
            if let Err(error) = fs::remove_dir_all(dir) {
                tracing::debug!(dir = %dir.display(), %error, "an old script folder stays");
            }
        }
    }
}

/// Makes a folder and what is above it, for this user only.
pub(crate) fn make_dir(path: &Path) -> Result<(), StartError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StartError::MakeDir { path: path.to_owned(), source })
}

/// Names the files of one attempt.
pub(crate) fn name_of(key: &WorkKey) -> String {
    format!("{}-{}-{}", file_name(&key.task), key.step, key.attempt)
}

/// A task's id as part of a file name: ids are letters and digits, and nothing else gets through.
fn file_name(task: &str) -> String {
    task.chars().take(80).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use base::Term;

    use super::*;

    fn key(term: u64, attempt: u32) -> WorkKey {
        WorkKey { term: Term(term), task: "../../x".to_owned(), step: 2, attempt }
    }

    #[test]
    fn an_attempt_gets_its_folder_once_and_a_later_term_another_one() {
        let cwd = tempfile::tempdir().unwrap();
        let first = Folder::make(cwd.path(), &key(1, 0)).unwrap();
        assert_eq!(first.path(), cwd.path().join(".brownstone/______x-2-0"));
        assert!(matches!(Folder::make(cwd.path(), &key(1, 0)), Err(StartError::Repeated(_))));
        let later = Folder::make(cwd.path(), &key(2, 0)).unwrap();
        assert_eq!(later.path(), cwd.path().join(".brownstone/______x-2-0-t2"));
        assert!(matches!(Folder::make(cwd.path(), &key(2, 0)), Err(StartError::Repeated(_))));
    }

    #[test]
    fn old_folders_go_but_never_one_without_an_exit_code() {
        let cwd = tempfile::tempdir().unwrap();
        let unended = Folder::make(cwd.path(), &key(1, 0)).unwrap();
        let ended: Vec<Folder> = (1..8).map(|n| Folder::make(cwd.path(), &key(1, n)).unwrap()).collect();
        for folder in &ended {
            folder.note_exit(0);
        }
        ended[6].prune_siblings(4);
        assert!(unended.path().exists() && ended[6].path().exists());
        assert_eq!(fs::read_dir(cwd.path().join(".brownstone")).unwrap().count(), 4);
    }
}
