//! What can go wrong, said so that a person knows what to do next.

use std::io;
use std::path::PathBuf;

/// Why work was not taken. It was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// A bound was met.
    #[error("the executor has more to do than it may keep; try again in a moment")]
    Overloaded,
    /// The executor has been shut down.
    #[error("the executor has been shut down")]
    ShutDown,
}

/// Why a script did not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The caller's `permit` said no.
    #[error("{0}")]
    Refused(String),
    /// A working directory must not depend on where the server was started.
    #[error("the working directory \"{0}\" is not an absolute path")]
    Relative(String),
    /// A folder could not be made.
    #[error("cannot make the folder {path}: {source}; check its owner, its mode and the free space")]
    MakeDir {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the script could not be written.
    #[error("cannot write {path}: {source}; check the free space and the mode of its folder")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The same attempt has a folder already: it is never done twice.
    #[error("this attempt was begun before (its files are in {0}); it is not repeated under the same number")]
    Repeated(PathBuf),
    /// A variable that a shell cannot hold.
    #[error(
        "the environment variable {0:?} cannot be given to a script: its name may hold letters, digits and _ (no digit first), its value no NUL byte"
    )]
    BadEnv(String),
    /// A tool that scripts need is not on this host.
    #[error("{0} was not found on this host (looked in {1}); install it")]
    NoTool(&'static str, String),
    /// The operating system refused the process.
    #[error("cannot start a process in {cwd}: {source}")]
    Spawn {
        /// Where.
        cwd: String,
        /// Why.
        source: io::Error,
    },
}
