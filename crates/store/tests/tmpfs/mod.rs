//! A small disk of one test's own.

use std::path::Path;
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

/// Runs `test` with a small tmpfs at a path that only this thread sees; says so when that is not possible.
pub(crate) fn with_tmpfs(size: &str, test: impl FnOnce(&Path) + Send + 'static) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().to_owned();
    let options = format!("size={size},mode=0700");
    thread::spawn(move || {
        let none: Option<&str> = None;
        let mounted = unshare(CloneFlags::CLONE_NEWNS)
            .and_then(|()| mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none))
            .and_then(|()| {
                mount(Some("tmpfs"), &path, Some("tmpfs"), MsFlags::empty(), Some(options.as_str()))
            });
        match mounted {
            Ok(()) => test(&path),
            Err(errno) => println!("skipped: mounting a tmpfs needs root and mount rights ({errno})"),
        }
    })
    .join()
    .expect("the test passes");
    drop(dir);
}
