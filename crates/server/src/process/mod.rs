//! The processes of a server and how they end.
//!
//! `start` (what `bin/start` runs) starts the *parent* in a session of its own and waits until the server
//! answers. The parent ([`parent`]) is tiny: it starts the *server* ([`child`]), sees it die, and then records
//! the end of its term, so that a standby need not wait for silence. It never starts it again. Either may be
//! killed: the server goes on without its parent, and the parent ends after its server.

pub mod child;
mod exit_code;
mod files;
mod first_catalog;
pub mod listen;
mod parent;
pub mod pids;
mod plane_store;
mod prover;
pub mod request;
mod start;
mod status;
mod stop;
pub mod words;

use std::path::PathBuf;

pub use parent::{Report, run};
pub use start::start;
pub use status::status;
pub use stop::stop;

/// What every server command is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The release folder.
    pub home: PathBuf,
    /// Where `pid.txt` goes.
    pub launch_dir: Option<PathBuf>,
    /// `-D key=value`.
    pub flags: Vec<(String, String)>,
}

impl Options {
    /// As arguments of a further process.
    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--home".to_owned(), self.home.to_string_lossy().into_owned()];
        for (key, value) in &self.flags {
            arguments.extend(["-D".to_owned(), format!("{key}={value}")]);
        }
        arguments
    }
}
