//! `create`: the one verb that decides anything.

use std::fs;
use std::path::Path;

use ha::verbs::{Answer, Fault, Name};

use super::FolderStore;
use super::durable::sync_folder;
use super::errno::{At, IoTrouble, LINK};
use super::read::read_fresh;
use super::stage::Staged;

impl FolderStore {
    pub(super) fn create(&self, name: &Name, bytes: &[u8]) -> Answer {
        let target = self.file(name);
        let staged = match self.staged(bytes) {
            Ok(staged) => staged,
            Err(fault) => return Answer::Failed(fault),
        };
        // `link` refuses to replace, `rename` does not.
        let link = |from: &Path, to: &Path| {
            if base::mutant::on(base::Mutant::CreateByRename) {
                fs::rename(from, to)
            } else {
                fs::hard_link(from, to)
            }
        };
        let linked = match self.in_folder(&target, || link(staged.path(), &target).at(LINK, &target)) {
            Ok(linked) => linked,
            Err(fault) => return Answer::Failed(fault),
        };
        let answer = match linked {
            Ok(()) => durable(&target, Answer::Created),
            Err(trouble) => settle(&staged, &target, bytes, &trouble),
        };
        // An unknown link is cut off at once: a server that carries it out later then finds no stage file.
        if !matches!(answer, Answer::Unknown(_))
            && let Some(stage) = &self.stage
        {
            stage.discard(staged);
        }
        answer
    }
}

/// What a failed `link` really did. On NFS the reply may be lost and the request sent again, which then finds
/// its own success and reports EEXIST; the link count of the stage file, which nobody else links, tells.
pub(super) fn settle(staged: &Staged, target: &Path, bytes: &[u8], trouble: &IoTrouble) -> Answer {
    let names = staged.names();
    // That a name is taken says nothing of whose it is.
    if trouble.is_taken() && base::mutant::on(base::Mutant::TakenIsMine) {
        return durable(target, Answer::Created);
    }
    if names.is_some_and(|n| n >= 2) {
        return durable(target, Answer::Created);
    }
    match read_fresh(target) {
        // Mine from an earlier attempt whose answer was lost, so perhaps not durable yet.
        Ok(Some(found)) if *found == *bytes => durable(target, Answer::Created),
        // Someone else's; durable before the caller builds on it, for its writer may be dead by now.
        Ok(Some(_)) => durable(target, Answer::Exists),
        Ok(None) if trouble.is_definite() && names == Some(1) => Answer::Failed(trouble.fault()),
        Ok(None) => Answer::Unknown(trouble.fault()),
        Err(_) if trouble.is_definite() && names == Some(1) => Answer::Failed(trouble.fault()),
        Err(fault) => Answer::Unknown(unreadable(target, &fault)),
    }
}

fn durable(target: &Path, answer: Answer) -> Answer {
    match target.parent().map_or(Ok(()), sync_folder) {
        Ok(()) => answer,
        Err(trouble) => Answer::Unknown(trouble.fault()),
    }
}

fn unreadable(target: &Path, fault: &Fault) -> Fault {
    let text = format!("{} may exist but cannot be compared: {}", target.display(), fault.text);
    Fault { kind: fault.kind, text }
}
