//! Where the program comes from: what cargo has just built, or a release folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A program with its scripts and its shipped settings.
pub(crate) struct Program {
    binary: PathBuf,
    bin: PathBuf,
    etc: PathBuf,
}

impl Program {
    pub(crate) fn of_workspace(root: &Path, binary: PathBuf) -> Program {
        Program { binary, bin: root.join("packaging/bin"), etc: root.join("packaging/etc") }
    }

    pub(crate) fn of_release(dir: &Path) -> Program {
        Program { binary: dir.join("bin/brownstone"), bin: dir.join("bin"), etc: dir.join("etc") }
    }

    /// Make a release folder of it.
    pub(crate) fn unpack(&self, home: &Path) -> Result<()> {
        for dir in [home.join("bin"), home.join("etc")] {
            fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        }
        for name in ["start", "stop", "status"] {
            let to = home.join("bin").join(name);
            copy(&self.bin.join(name), &to)?;
            fs::set_permissions(&to, fs::Permissions::from_mode(0o755))?;
        }
        let program = home.join("bin/brownstone");
        if fs::hard_link(&self.binary, &program).is_err() {
            copy(&self.binary, &program)?;
        }
        for file in fs::read_dir(&self.etc).with_context(|| format!("{}", self.etc.display()))? {
            let file = file?;
            if file.file_type()?.is_file() {
                copy(&file.path(), &home.join("etc").join(file.file_name()))?;
            }
        }
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).with_context(|| format!("{} cannot be copied", from.display()))
}
