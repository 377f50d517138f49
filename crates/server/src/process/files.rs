//! How many files this process may have open. Each connection is one: the store and the logs must never be without.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tracing::warn;

use crate::http::limits::{CONNECTIONS_MAX, FILES_RESERVED, FILES_WANTED};

/// Asks for as many as a full house needs; how many there may be now. Managed processes inherit the limit, so it is no
/// higher than that.
pub(super) fn raise() -> u64 {
    let (soft, hard) = match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok(limits) => limits,
        Err(error) => {
            warn!(%error, "how many files may be open cannot be found out");
            return 0;
        }
    };
    let wanted = FILES_WANTED.min(hard);
    let files = if soft >= wanted {
        soft
    } else {
        match setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) {
            Ok(()) => wanted,
            Err(error) => {
                warn!(%error, soft, wanted, "the limit of open files cannot be raised");
                soft
            }
        }
    };
    if files < (CONNECTIONS_MAX + FILES_RESERVED) as u64 {
        warn!(files, "few files may be open, so there will be few connections; raise the limit (ulimit -Hn)");
    }
    files
}
