//! `delete`: for pruning. Not made durable: what comes back after a crash is pruned again.

use std::fs;
use std::path::Path;

use ha::verbs::{Answer, Name};

use super::FolderStore;
use super::errno::{At, IoTrouble};

impl FolderStore {
    pub(super) fn delete(&self, name: &Name) -> Answer {
        if let Err(fault) = self.stage() {
            return Answer::Failed(fault);
        }
        let path = self.file(name);
        // It is gone when this says so.
        if base::mutant::on(base::Mutant::DeleteLies) {
            return Answer::Done;
        }
        let removed = match remove(&path) {
            Err(trouble) if trouble.is_stale() => remove(&path),
            other => other,
        };
        match removed {
            Ok(()) => {
                self.remove_empty(&path);
                Answer::Done
            }
            Err(trouble) if trouble.is_missing() => match self.root.still_there() {
                Ok(()) => Answer::Done,
                Err(fault) => Answer::Failed(fault),
            },
            Err(trouble) if trouble.is_definite() => Answer::Failed(trouble.fault()),
            Err(trouble) => Answer::Unknown(trouble.fault()),
        }
    }

    /// Removes the folders that this emptied, so that they do not pile up (a bucket has none). Those directly
    /// below the root stay. A `create` that loses its folder here makes it again.
    fn remove_empty(&self, path: &Path) {
        let inner = path.ancestors().skip(1).take_while(|up| *up != self.root.path());
        for folder in inner.filter(|up| up.parent() != Some(self.root.path())) {
            if fs::remove_dir(folder).is_err() {
                return; // Not empty, as a rule.
            }
            self.folders.forget(folder);
        }
    }
}

fn remove(path: &Path) -> Result<(), IoTrouble> {
    fs::remove_file(path).at("remove", path)
}
