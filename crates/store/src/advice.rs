//! What to do about a fault, in one place, so that the gate, the suite and the open error say the same.

use ha::verbs::FaultKind;

/// The next step for whoever owns the store.
pub(crate) fn todo_for(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Full => "make room or raise the quota, then try again",
        FaultKind::Denied => {
            "let the user that runs the server read and write there (owner, mode, ACL), and check that it is \
             not mounted read-only"
        }
        FaultKind::Unfit => {
            "use a folder of its own on a file system with hard links and fsync (ext4, xfs, NFS v4.1 or later), \
             or an object store"
        }
        FaultKind::Unreachable => {
            "check that the file system is mounted and that its server and the network answer, then try again"
        }
    }
}
