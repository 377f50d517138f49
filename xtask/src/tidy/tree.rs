//! The workspace's text files, read once. What git ignores is not looked at; what is new and not yet
//! committed is, so that a problem shows before the commit.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// A file of the workspace.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path from the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All of them, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Read every text file that git tracks or would track.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut git = Command::new("git");
        git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let names = crate::run::capture(&mut git)?;
        let mut files = Vec::new();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            // A file removed but not yet committed is still listed; one that is not text has no lines to check.
            if let Ok(text) = std::fs::read_to_string(root.join(name)) {
                files.push(File { path: name.to_owned(), text });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// A tree of given files, for bad examples.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }

    /// Every file.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The files in a folder and below, by the end of their name.
    pub(crate) fn under<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| {
            let inside = file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            inside && file.path.ends_with(ending)
        })
    }

    /// The file at this path.
    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl File {
    /// Whether the file is Rust source.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "rs")
    }

    /// Whether the file is made of tests.
    pub(crate) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let folder = self.path.split('/').any(|part| matches!(part, "tests" | "benches" | "examples"));
        folder || name == "tests.rs" || name.ends_with("_tests.rs") || name.contains(".test.")
    }
}
