//! A file system that passes everything on to a real folder, through a switch that makes it slow, full, broken or
//! stuck. Each server has a mount of its own over the one folder, so a disk can fail for one of them alone.
//!
//! No file is cached: each name is looked up anew, and files are read and written directly. Only of folders it is
//! remembered for a second that they are there: a path has several, and they come and go rarely.

mod paths;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use fuser::{
    BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use self::paths::Paths;
use super::trouble::{Switch, Wish};

/// The kernel asks again each time.
const TTL: Duration = Duration::ZERO;
const FOLDER_TTL: Duration = Duration::from_secs(1);

/// Read and written directly; closing a file tells nothing that was not told before.
const OPENED: FopenFlags = FopenFlags::FOPEN_DIRECT_IO.union(FopenFlags::FOPEN_NOFLUSH);

/// A mount; it ends when this is dropped.
pub(crate) struct Disk {
    pub(crate) switch: Arc<Switch>,
    _session: fuser::BackgroundSession,
}

impl Disk {
    pub(crate) fn mount(folder: &Path, at: &Path) -> Result<Disk> {
        let switch = Arc::new(Switch::default());
        let passing = Passing {
            switch: switch.clone(),
            paths: Mutex::new(Paths::new(folder.to_owned())),
            open: Mutex::default(),
            next: AtomicU64::new(1),
        };
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("chaos".into()), MountOption::RW];
        let session = fuser::spawn_mount(passing, at, &config).context("a FUSE mount is refused here")?;
        Ok(Disk { switch, _session: session })
    }
}

/// From now on this thread and what it starts see mounts of their own, which are gone when they have ended. To be
/// called before there is a second thread.
pub(crate) fn own_mounts() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNS).context("a mount namespace of its own is refused here")?;
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)
        .context("private mounts are refused here")?;
    // libfaketime leaves a file there for each process that is killed.
    mount(Some("tmpfs"), "/dev/shm", Some("tmpfs"), MsFlags::empty(), Some("size=64m,mode=1777"))
        .context("memory of its own is refused here")
}

struct Passing {
    switch: Arc<Switch>,
    paths: Mutex<Paths>,
    open: Mutex<HashMap<u64, Arc<File>>>,
    next: AtomicU64,
}

type Done<T> = std::result::Result<T, Errno>;

impl Passing {
    fn path(&self, ino: INodeNo) -> Done<PathBuf> {
        self.paths.lock().expect("nobody panics while holding paths").of(ino.0).ok_or(Errno::ENOENT)
    }

    fn below(&self, parent: INodeNo, name: &OsStr) -> Done<PathBuf> {
        Ok(self.path(parent)?.join(name))
    }

    fn entry(&self, path: &Path) -> Done<FileAttr> {
        let meta = fs::symlink_metadata(path)?;
        let ino = self.paths.lock().expect("nobody panics while holding paths").id(path);
        Ok(attributes(ino, &meta))
    }

    fn keep(&self, file: File) -> FileHandle {
        let handle = self.next.fetch_add(1, Ordering::Relaxed);
        self.open.lock().expect("nobody panics while holding files").insert(handle, Arc::new(file));
        FileHandle(handle)
    }

    fn file(&self, handle: FileHandle) -> Done<Arc<File>> {
        let open = self.open.lock().expect("nobody panics while holding files");
        open.get(&handle.0).cloned().ok_or(Errno::EBADF)
    }

    fn close(&self, handle: FileHandle) {
        self.open.lock().expect("nobody panics while holding files").remove(&handle.0);
    }

    fn opened(&self, ino: INodeNo, flags: OpenFlags) -> Done<FileHandle> {
        let path = self.path(ino)?;
        let access = flags.0 & nix::libc::O_ACCMODE;
        let mut options = OpenOptions::new();
        options.read(access != nix::libc::O_WRONLY).write(access != nix::libc::O_RDONLY);
        options.truncate(flags.0 & nix::libc::O_TRUNC != 0);
        options.custom_flags(flags.0 & (nix::libc::O_APPEND | nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK));
        Ok(self.keep(options.open(path)?))
    }

    fn created(&self, parent: INodeNo, name: &OsStr, mode: u32, flags: i32) -> Done<(FileAttr, FileHandle)> {
        let path = self.below(parent, name)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(mode);
        options.create(true).create_new(flags & nix::libc::O_EXCL != 0);
        options.truncate(flags & nix::libc::O_TRUNC != 0);
        let file = options.open(&path)?;
        Ok((self.entry(&path)?, self.keep(file)))
    }

    fn removed(&self, parent: INodeNo, name: &OsStr, remove: fn(&Path) -> std::io::Result<()>) -> Done<()> {
        let path = self.below(parent, name)?;
        remove(&path)?;
        self.paths.lock().expect("nobody panics while holding paths").forget(&path);
        Ok(())
    }

    fn renamed(&self, from: (INodeNo, &OsStr), to: (INodeNo, &OsStr)) -> Done<()> {
        let (from, to) = (self.below(from.0, from.1)?, self.below(to.0, to.1)?);
        fs::rename(&from, &to)?;
        self.paths.lock().expect("nobody panics while holding paths").renamed(&from, &to);
        Ok(())
    }

    fn linked(&self, ino: INodeNo, parent: INodeNo, name: &OsStr) -> Done<FileAttr> {
        let (from, to) = (self.path(ino)?, self.below(parent, name)?);
        fs::hard_link(from, &to)?;
        self.entry(&to)
    }

    fn changed(&self, ino: INodeNo, mode: Option<u32>, size: Option<u64>) -> Done<FileAttr> {
        let path = self.path(ino)?;
        if let Some(mode) = mode {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o7777))?;
        }
        if let Some(size) = size {
            OpenOptions::new().write(true).open(&path)?.set_len(size)?;
        }
        self.entry(&path)
    }

    /// All names of a folder, with the two that every folder has.
    fn names(&self, ino: INodeNo) -> Done<Vec<(u64, FileType, std::ffi::OsString)>> {
        let path = self.path(ino)?;
        let mut names =
            vec![(ino.0, FileType::Directory, ".".into()), (ino.0, FileType::Directory, "..".into())];
        for found in fs::read_dir(&path)? {
            let found = found?;
            let kind = FileType::from_std(found.file_type()?).ok_or(Errno::EIO)?;
            let id = self.paths.lock().expect("nobody panics while holding paths").id(&found.path());
            names.push((id, kind, found.file_name()));
        }
        Ok(names)
    }
}

fn ttl(found: &FileAttr) -> &'static Duration {
    if found.kind == FileType::Directory { &FOLDER_TTL } else { &TTL }
}

fn attributes(ino: u64, meta: &fs::Metadata) -> FileAttr {
    let time = |seconds: i64, nanos: i64| {
        SystemTime::UNIX_EPOCH + Duration::new(seconds.max(0) as u64, nanos.clamp(0, 999_999_999) as u32)
    };
    FileAttr {
        ino: INodeNo(ino),
        size: meta.size(),
        blocks: meta.blocks(),
        atime: time(meta.atime(), meta.atime_nsec()),
        mtime: time(meta.mtime(), meta.mtime_nsec()),
        ctime: time(meta.ctime(), meta.ctime_nsec()),
        crtime: SystemTime::UNIX_EPOCH,
        kind: FileType::from_std(meta.file_type()).unwrap_or(FileType::RegularFile),
        perm: (meta.mode() & 0o7777) as u16,
        nlink: meta.nlink() as u32,
        uid: meta.uid(),
        gid: meta.gid(),
        rdev: 0,
        blksize: meta.blksize() as u32,
        flags: 0,
    }
}

/// The answer to a call: what it did, after the switch has let it pass.
macro_rules! answer {
    ($self:ident, $wish:expr, $reply:ident, $done:expr, $good:expr) => {
        match $self.switch.pass($wish).and_then(|()| $done) {
            Ok(done) => $good($reply, done),
            Err(errno) => $reply.error(errno),
        }
    };
}

impl Filesystem for Passing {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let done = || self.entry(&self.below(parent, name)?);
        answer!(self, Wish::Look, reply, done(), |r: ReplyEntry, a: FileAttr| r.entry(
            ttl(&a),
            &a,
            Generation(0)
        ));
    }

    fn getattr(&self, _: &Request, ino: INodeNo, fh: Option<FileHandle>, reply: ReplyAttr) {
        // A file that was unlinked while it is open has no path any more.
        let done = || match fh {
            Some(fh) => Ok(attributes(ino.0, &self.file(fh)?.metadata()?)),
            None => Ok(attributes(ino.0, &fs::symlink_metadata(self.path(ino)?)?)),
        };
        answer!(self, Wish::Look, reply, done(), |r: ReplyAttr, a| r.attr(&TTL, &a));
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        answer!(self, Wish::Change, reply, self.changed(ino, mode, size), |r: ReplyAttr, a| r.attr(&TTL, &a));
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, mode: u32, _: u32, reply: ReplyEntry) {
        let done = || {
            let path = self.below(parent, name)?;
            fs::DirBuilder::new().mode(mode).create(&path)?;
            self.entry(&path)
        };
        answer!(self, Wish::Grow, reply, done(), |r: ReplyEntry, a| r.entry(&TTL, &a, Generation(0)));
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let done = || self.removed(parent, name, |path| fs::remove_file(path));
        answer!(self, Wish::Change, reply, done(), |r: ReplyEmpty, ()| r.ok());
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let done = || self.removed(parent, name, |path| fs::remove_dir(path));
        answer!(self, Wish::Change, reply, done(), |r: ReplyEmpty, ()| r.ok());
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        to: INodeNo,
        new: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let done = || {
            if flags.is_empty() { self.renamed((parent, name), (to, new)) } else { Err(Errno::EINVAL) }
        };
        answer!(self, Wish::Change, reply, done(), |r: ReplyEmpty, ()| r.ok());
    }

    fn link(&self, _: &Request, ino: INodeNo, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let done = || self.linked(ino, parent, name);
        answer!(self, Wish::Grow, reply, done(), |r: ReplyEntry, a| r.entry(&TTL, &a, Generation(0)));
    }

    fn open(&self, _: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let done = || self.opened(ino, flags);
        answer!(self, Wish::Look, reply, done(), |r: ReplyOpen, h| r.opened(h, OPENED));
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        let done = || self.created(parent, name, mode, flags);
        answer!(self, Wish::Grow, reply, done(), |r: ReplyCreate, (a, h)| r.created(
            &TTL,
            &a,
            Generation(0),
            h,
            OPENED
        ));
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        fh: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let done = || {
            let file = self.file(fh)?;
            let mut bytes = vec![0; size as usize];
            let mut have = 0;
            while have < bytes.len() {
                match file.read_at(&mut bytes[have..], offset + have as u64)? {
                    0 => break,
                    n => have += n,
                }
            }
            bytes.truncate(have);
            Ok(bytes)
        };
        answer!(self, Wish::Look, reply, done(), |r: ReplyData, bytes: Vec<u8>| r.data(&bytes));
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        fh: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let done = || Ok(self.file(fh)?.write_all_at(data, offset)?);
        answer!(self, Wish::Grow, reply, done(), |r: ReplyWrite, ()| r.written(data.len() as u32));
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        answer!(self, Wish::Change, reply, Ok(()), |r: ReplyEmpty, ()| r.ok());
    }

    /// Never held up: the kernel closes the files of a process that was killed.
    fn release(
        &self,
        _: &Request,
        _: INodeNo,
        fh: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        self.close(fh);
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, fh: FileHandle, data_only: bool, reply: ReplyEmpty) {
        let done = || {
            let file = self.file(fh)?;
            if data_only { file.sync_data() } else { file.sync_all() }.map_err(Errno::from)
        };
        answer!(self, Wish::Change, reply, done(), |r: ReplyEmpty, ()| r.ok());
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let done = || Ok(self.keep(File::open(self.path(ino)?)?));
        answer!(self, Wish::Look, reply, done(), |r: ReplyOpen, h| r.opened(h, FopenFlags::empty()));
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let names = match self.switch.pass(Wish::Look).and_then(|()| self.names(ino)) {
            Ok(names) => names,
            Err(errno) => return reply.error(errno),
        };
        for (n, (id, kind, name)) in names.into_iter().enumerate().skip(offset as usize) {
            if reply.add(INodeNo(id), n as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn releasedir(&self, _: &Request, _: INodeNo, fh: FileHandle, _: OpenFlags, reply: ReplyEmpty) {
        self.close(fh);
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, fh: FileHandle, _: bool, reply: ReplyEmpty) {
        let done = || Ok(self.file(fh)?.sync_all()?);
        answer!(self, Wish::Change, reply, done(), |r: ReplyEmpty, ()| r.ok());
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        // Nobody here asks how full it is; room for everything is what the real folder has.
        answer!(self, Wish::Look, reply, Ok(()), |r: ReplyStatfs, ()| {
            r.statfs(1 << 30, 1 << 29, 1 << 29, 1 << 30, 1 << 29, 4096, 255, 4096);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::super::trouble::Trouble;
    use super::*;

    /// Runs with a mount over an empty folder; said, not hidden, where that cannot be.
    fn mounted(test: impl FnOnce(&Path, &Path, &Switch)) {
        let dir = tempfile::tempdir().unwrap();
        let [folder, at] = ["folder", "at"].map(|name| dir.path().join(name));
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&at).unwrap();
        match own_mounts().and_then(|()| Disk::mount(&folder, &at)) {
            Ok(disk) => test(&folder, &at, &disk.switch),
            Err(why) => println!("skipped: {why:#}"),
        }
    }

    #[test]
    fn it_passes_on_what_a_store_does() {
        mounted(|folder, at, _| {
            fs::create_dir(at.join("log")).unwrap();
            let staged = at.join("staged");
            fs::write(&staged, "one").unwrap();
            fs::hard_link(&staged, at.join("log/1")).unwrap();
            assert_eq!(fs::metadata(&staged).unwrap().nlink(), 2);
            let again = fs::hard_link(&staged, at.join("log/1")).unwrap_err();
            assert_eq!(again.kind(), ErrorKind::AlreadyExists);
            fs::remove_file(&staged).unwrap();
            File::open(at.join("log")).unwrap().sync_all().unwrap();
            // Whatever another mount does is seen at once.
            assert!(!at.join("log/2").exists());
            fs::write(folder.join("log/2"), "two").unwrap();
            assert_eq!(fs::read_to_string(at.join("log/2")).unwrap(), "two");
            fs::write(at.join("new"), "three").unwrap();
            fs::rename(at.join("new"), at.join("log/2")).unwrap();
            assert_eq!(fs::read_to_string(folder.join("log/2")).unwrap(), "three");
            let mut names: Vec<_> =
                fs::read_dir(at.join("log")).unwrap().map(|f| f.unwrap().file_name()).collect();
            names.sort();
            assert_eq!(names, ["1", "2"]);
        });
    }

    #[test]
    fn a_full_one_takes_nothing_new_and_a_broken_one_shows_nothing() {
        mounted(|_, at, switch| {
            fs::write(at.join("a"), "one").unwrap();
            switch.set(Trouble::Full);
            assert_eq!(fs::write(at.join("b"), "two").unwrap_err().kind(), ErrorKind::StorageFull);
            assert_eq!(fs::read_to_string(at.join("a")).unwrap(), "one");
            switch.set(Trouble::Io);
            let failed = fs::read_to_string(at.join("a")).unwrap_err();
            assert_eq!(failed.raw_os_error(), Some(nix::libc::EIO));
            switch.set(Trouble::None);
            assert_eq!(fs::read_to_string(at.join("a")).unwrap(), "one");
        });
    }
}
