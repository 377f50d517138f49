//! `list`: a fresh walk below a folder, cut to one page while walking, so that memory is bounded by the page.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use base::limits::LIST_PAGE_MAX;
use ha::verbs::{Answer, Name};

use super::FolderStore;
use super::errno::{At, IoTrouble};

impl FolderStore {
    pub(super) fn list(&self, prefix: &Name, after: Option<&Name>, max: usize) -> Answer {
        let max = max.min(LIST_PAGE_MAX);
        let walk = || {
            let mut page = Page { after, keep: max + 1, names: BTreeSet::new(), foreign: None };
            page.walk(self.root.path(), prefix.as_str(), true).map(|()| page)
        };
        let page = match walk() {
            Err(trouble) if trouble.is_stale() => walk(),
            other => other,
        };
        match page {
            Ok(page) => {
                if let Some(path) = &page.foreign
                    && !self.foreign_named.swap(true, Ordering::Relaxed)
                {
                    tracing::warn!(path = %path.display(), "not a name of ours; this and its like are left out of listings");
                }
                let more = page.names.len() > max;
                Answer::Page { names: page.names.into_iter().take(max).collect(), more }
            }
            Err(trouble) if trouble.is_missing() => match self.root.lacks(&self.file(prefix)) {
                Ok(()) => Answer::Page { names: Vec::new(), more: false },
                Err(fault) => Answer::Failed(fault),
            },
            Err(trouble) => Answer::Failed(trouble.fault()),
        }
    }
}

struct Page<'a> {
    after: Option<&'a Name>,
    /// One more than asked for, which shows that there is more.
    keep: usize,
    names: BTreeSet<Name>,
    /// Something that is neither hidden nor a name of ours.
    foreign: Option<PathBuf>,
}

impl Page<'_> {
    fn walk(&mut self, root: &Path, folder: &str, is_top: bool) -> Result<(), IoTrouble> {
        let path = root.join(folder);
        let entries = match fs::read_dir(&path).at("list", &path) {
            // Emptied and removed since its parent was read.
            Err(trouble) if trouble.is_missing() && !is_top => return Ok(()),
            other => other?,
        };
        let mut folders = Vec::new();
        for entry in entries {
            let entry = entry.at("list", &path)?;
            let leaf = entry.file_name();
            let name = match leaf.to_str() {
                Some(leaf) if leaf.starts_with('.') => continue,
                Some(leaf) => Name::parse(&format!("{folder}/{leaf}")),
                None => None,
            };
            let Some(name) = name else {
                self.foreign.get_or_insert_with(|| entry.path());
                continue;
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(name),
                Ok(kind) if kind.is_file() => self.take(name),
                Ok(_) => {
                    self.foreign.get_or_insert_with(|| entry.path());
                }
                // Removed since its folder was read.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).at("look at", &entry.path()),
            }
        }
        // In order, so that a full page makes the later ones superfluous.
        folders.sort_unstable();
        for below in folders {
            if self.may_hold(below.as_str()) {
                self.walk(root, below.as_str(), false)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, name: Name) {
        // Strictly after it.
        let too_early = |after: &Name| name <= *after && !base::mutant::on(base::Mutant::PageFromAfter);
        if self.after.is_some_and(too_early) {
            return;
        }
        self.names.insert(name);
        if self.names.len() > self.keep {
            self.names.pop_last();
        }
    }

    /// Whether names below this folder can be on the page. They all lie between `folder/` and `folder0`
    /// (the letter after `/`).
    fn may_hold(&self, folder: &str) -> bool {
        let passed = self.after.is_some_and(|after| after.as_str() >= format!("{folder}0").as_str());
        let beyond = self.names.len() >= self.keep
            && self.names.last().is_some_and(|last| last.as_str() < format!("{folder}/").as_str());
        !passed && !beyond
    }
}
