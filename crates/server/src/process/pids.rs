//! Which process runs in a folder, and the pid files that say so to scripts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::{Data, read_if_there, write_private};

/// `data/server.json`: what runs here. It counts only while the folder's lock is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The server.
    pub pid: u32,
    /// When it began, in clock ticks since the host's boot: a pid alone may be somebody else's by now.
    pub began: u64,
    /// Its parent.
    pub parent: u32,
    /// Where clients reach it, once it answers.
    pub uri: String,
    /// Where this host reaches it.
    pub local: String,
    /// The files that hold its pid.
    pub pid_files: Vec<PathBuf>,
}

impl Running {
    /// Reads what runs in a folder.
    pub fn read(data: &Data) -> Option<Running> {
        let text = read_if_there(&data.run_file()).ok().flatten()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes it down.
    pub fn write(&self, data: &Data) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        write_private(&data.run_file(), format!("{text}\n").as_bytes())
    }

    /// Whether that very process is there.
    pub fn is_alive(&self) -> bool {
        began(self.pid) == Some(self.began)
    }

    /// Writes its pid where scripts look for it; a stale one is replaced.
    pub fn write_pid_files(&self) -> io::Result<()> {
        for path in &self.pid_files {
            fs::write(path, format!("{}\n", self.pid))
                .map_err(|e| io::Error::other(format!("{}: {e}", path.display())))?;
        }
        Ok(())
    }

    /// Removes the pid files that still hold its pid: another server may have been started from there since.
    pub fn remove_pid_files(&self) {
        for path in &self.pid_files {
            let held = fs::read_to_string(path).is_ok_and(|text| text.trim() == self.pid.to_string());
            if held && let Err(error) = fs::remove_file(path) {
                eprintln!("{} could not be removed: {error}", path.display());
            }
        }
    }
}

/// The pid files of a release: `pid.txt` where it was launched, `pid_java` in its folder.
pub fn pid_files(home: &Path, launch_dir: Option<&Path>) -> Vec<PathBuf> {
    let launched = launch_dir.map(|dir| dir.join("pid.txt"));
    launched.into_iter().chain([home.join("pid_java")]).collect()
}

/// When a process began, in clock ticks since boot; nothing when it is not there or only waits to be reaped.
pub fn began(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything; what follows it does not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let state = *fields.first()?;
    (state != "Z" && state != "X").then(|| fields.get(19)?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_is_removed_only_while_it_holds_that_pid() {
        let dir = tempfile::tempdir().unwrap();
        let files = pid_files(dir.path(), Some(dir.path()));
        let me = std::process::id();
        let running = Running {
            pid: me,
            began: began(me).unwrap(),
            parent: 1,
            uri: String::new(),
            local: String::new(),
            pid_files: files.clone(),
        };
        assert!(running.is_alive());
        assert!(!Running { began: 1, ..running.clone() }.is_alive());
        running.write_pid_files().unwrap();
        assert_eq!(fs::read_to_string(&files[0]).unwrap(), format!("{me}\n"));
        fs::write(&files[1], "1\n").unwrap();
        running.remove_pid_files();
        assert!(!files[0].exists() && files[1].exists());
    }
}
