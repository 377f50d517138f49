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
        // Readers see the old file or the new one, never a half.
        let replace = |from: &Path, to: &Path| {
            if base::mutant::on(base::Mutant::PutInPlace) { in_place(from, to) } else { fs::rename(from, to) }
        };
        let renamed =
            match self.in_folder(&target, || replace(staged.path(), &target).at("rename to", &target)) {
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

/// What a put without a stage would do: for [`base::Mutant::PutInPlace`].
fn in_place(staged: &Path, target: &Path) -> std::io::Result<()> {
    let bytes = fs::read(staged)?;
    let mut file = fs::File::create(target)?;
    bytes.chunks(4096).try_for_each(|part| std::io::Write::write_all(&mut file, part))
}

/// What a rename really did. After a lost reply on NFS the request that is sent again misses the file that it
/// moved itself and reports ENOENT; the target's bytes tell.
pub(super) fn settle(target: &Path, bytes: &[u8], renamed: Result<(), IoTrouble>) -> Answer {
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
