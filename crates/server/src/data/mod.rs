//! The server's own folder, `data/`: who it is, and that it runs only once. Never shared between servers; the
//! plane's folder is `store`'s.

mod file;
mod host;
mod lock;
mod memory;

use std::io;
use std::path::{Path, PathBuf};

pub use file::{make_private_folder, read_if_there, write_private};
pub use host::host_id;
pub use lock::{Held, Lock, LockError};
pub use memory::{Identity, Memory, random_u64};

/// Paths below the release folder that several parts use.
#[derive(Clone, Debug)]
pub struct Data {
    root: PathBuf,
}

impl Data {
    /// The data folder of a release; made when it is missing.
    pub fn open(home: &Path) -> io::Result<Data> {
        let data = Data::of(home);
        make_private_folder(&data.root)?;
        make_private_folder(&data.logs())?;
        Ok(data)
    }

    /// The data folder of a release, whether it is there or not.
    pub fn of(home: &Path) -> Data {
        Data { root: home.join("data") }
    }

    /// Itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The log files.
    pub fn logs(&self) -> PathBuf {
        self.root.join("log")
    }

    /// Held by the parent and the server while they live.
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// What runs here.
    pub fn run_file(&self) -> PathBuf {
        self.root.join("server.json")
    }

    /// The authority to trust.
    pub fn authority(&self) -> PathBuf {
        self.root.join("ca.pem")
    }

    /// This server's own certificate.
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// The password that this server generated for the plane.
    pub fn initial_password(&self) -> PathBuf {
        self.root.join("initial-password")
    }
}
