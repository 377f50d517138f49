//! Which number the kernel knows each path by. Numbers are never used twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The number of the root.
const ROOT: u64 = 1;

pub(super) struct Paths {
    ids: HashMap<PathBuf, u64>,
    by_id: HashMap<u64, PathBuf>,
    next: u64,
}

impl Paths {
    pub(super) fn new(root: PathBuf) -> Paths {
        Paths {
            ids: HashMap::from([(root.clone(), ROOT)]),
            by_id: HashMap::from([(ROOT, root)]),
            next: ROOT + 1,
        }
    }

    pub(super) fn of(&self, id: u64) -> Option<PathBuf> {
        self.by_id.get(&id).cloned()
    }

    /// Its number, a new one when it has none.
    pub(super) fn id(&mut self, path: &Path) -> u64 {
        if let Some(id) = self.ids.get(path) {
            return *id;
        }
        let id = self.next;
        self.next += 1;
        self.ids.insert(path.to_owned(), id);
        self.by_id.insert(id, path.to_owned());
        id
    }

    pub(super) fn forget(&mut self, path: &Path) {
        if let Some(id) = self.ids.remove(path) {
            self.by_id.remove(&id);
        }
    }

    /// Of a file: what a folder holds would keep its old paths. The store renames files only.
    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        self.forget(to);
        if let Some(id) = self.ids.remove(from) {
            self.ids.insert(to.to_owned(), id);
            self.by_id.insert(id, to.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_number_until_it_is_gone() {
        let mut paths = Paths::new("/r".into());
        let first = paths.id(Path::new("/r/a"));
        assert_eq!(paths.id(Path::new("/r/a")), first);
        assert_eq!(paths.of(ROOT).unwrap(), Path::new("/r"));
        paths.forget(Path::new("/r/a"));
        assert_eq!(paths.of(first), None);
        assert_ne!(paths.id(Path::new("/r/a")), first);
    }

    #[test]
    fn what_is_renamed_takes_its_number_along() {
        let mut paths = Paths::new("/r".into());
        let (a, b) = (paths.id(Path::new("/r/a")), paths.id(Path::new("/r/b")));
        paths.renamed(Path::new("/r/a"), Path::new("/r/b"));
        assert_eq!(paths.of(a).unwrap(), Path::new("/r/b"));
        assert_eq!(paths.of(b), None);
        assert_eq!(paths.id(Path::new("/r/b")), a);
    }
}
