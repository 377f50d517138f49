//! The wall clock of a server, as a file that libfaketime reads. The clock that leases rest on is left alone: no
//! administrator and no time server can set that one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where Debian has it; of the two, the one for programs with threads.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

pub(crate) struct Clock {
    file: PathBuf,
    library: &'static str,
}

impl Clock {
    /// Nothing where the library is not installed.
    pub(crate) fn beside(home: &Path) -> Option<Clock> {
        let library = LIBRARIES.into_iter().find(|path| Path::new(path).is_file())?;
        Some(Clock { file: home.join("clock.txt"), library })
    }

    /// What a server must be started with.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            set("LD_PRELOAD", self.library),
            set("FAKETIME_TIMESTAMP_FILE", &self.file.display().to_string()),
            set("FAKETIME_CACHE_DURATION", "1"),
            set("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            set("NO_FAKE_STAT", "1"),
        ]
    }

    /// So many seconds ahead of the real one, or behind it.
    pub(crate) fn set(&self, seconds: i64) -> Result<()> {
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{seconds:+}\n"))
            .and_then(|()| fs::rename(&new, &self.file))
            .with_context(|| format!("{} cannot be written", self.file.display()))
    }
}
