//! What to do about a fault, in one place, so that the gate, the suite and the open error say the same.

use ha::verbs::FaultKind;

/// The next step for whoever owns a folder.
pub(crate) fn in_folder(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Full => {
            "make room (`df`, `df -i`) or raise the quota (`ulimit -f`, if a file is too large), then try again"
        }
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

/// The next step for whoever owns a bucket.
pub(crate) fn in_bucket(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Full => "make room or raise the quota of the bucket, then try again",
        FaultKind::Denied => {
            "check identity and credential, this machine's clock, and that the key may get, put, delete and list \
             objects below this prefix"
        }
        FaultKind::Unfit => {
            "name a bucket that is there, with its region and endpoint, at a service whose PUT with \
             If-None-Match is sound (docs/object-store.md)"
        }
        FaultKind::Unreachable => {
            "check the endpoint's address, its certificate, and that network and proxy let this machine reach \
             it, then try again"
        }
    }
}
