//! `put_own`: replaces a file that only this server writes.

use std::fs;
use std::path::Path;

use ha::verbs::{Answer, Name};

use super::FolderStore;
use super::durable::sync_folder;
use super::errno::{At, IoTrouble};
use super::read::read_fresh;

impl FolderStore {
    pub(super) fn put_own(&self, name: &Name, bytes: &[u8]) -> Answer {
        let target = self.file(name);
        let staged = match self.staged(bytes) {
            Ok(staged) => staged,
            Err(fault) => return Answer::Failed(fault),
        };
        let renamed =
            match self.in_folder(&target, || fs::rename(staged.path(), &target).at("rename to", &target)) {
                Ok(renamed) => renamed,
                Err(fault) => return Answer::Failed(fault),
            };
        let answer = settle(&target, bytes, renamed);
        if answer == Answer::Done {
            staged.renamed();
        }
        answer
    }
}

/// What a rename really did. After a lost reply on NFS the request that is sent again misses the file that it
/// moved itself and reports ENOENT; the target's bytes tell.
fn settle(target: &Path, bytes: &[u8], renamed: Result<(), IoTrouble>) -> Answer {
    if let Err(trouble) = renamed {
        let shown = read_fresh(target).is_ok_and(|found| found.as_deref() == Some(bytes));
        if !shown && trouble.is_definite() {
            return Answer::Failed(trouble.fault());
        }
        if !shown {
            return Answer::Unknown(trouble.fault());
        }
    }
    match target.parent().map_or(Ok(()), sync_folder) {
        Ok(()) => Answer::Done,
        Err(trouble) => Answer::Unknown(trouble.fault()),
    }
}
