//! Real file systems in trouble: full, read-only, in the way, taken away.

mod tmpfs;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use nix::mount::{MsFlags, mount};

use brownstone_store::Store;
use brownstone_store::folder::{FILE_BYTES_MAX, FolderStore, OpenError};
use ha::verbs::{Answer, FaultKind, Name, Verb};
use tmpfs::with_tmpfs;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn create(text: &str, bytes: &[u8]) -> Verb {
    Verb::Create { name: name(text), bytes: Arc::from(bytes) }
}

fn put_own(text: &str, bytes: &[u8]) -> Verb {
    Verb::PutOwn { name: name(text), bytes: Arc::from(bytes) }
}

fn read(store: &dyn Store, text: &str) -> Answer {
    store.run(&Verb::Read { name: name(text) })
}

fn content(bytes: &[u8]) -> Answer {
    Answer::Content(Some(Arc::from(bytes)))
}

fn list_all(prefix: &str) -> Verb {
    Verb::List { prefix: name(prefix), after: None, max: 100 }
}

#[track_caller]
fn assert_failed(answer: &Answer, kind: FaultKind) {
    assert!(matches!(answer, Answer::Failed(fault) if fault.kind == kind), "expected {kind:?}: {answer:?}");
}

fn remount_read_only(path: &Path) {
    let none: Option<&str> = None;
    mount(none, path, none, MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY, none).expect("a remount");
}

#[test]
fn a_full_disk_fails_whole_writes_and_loses_nothing_that_was_there() {
    with_tmpfs("256k", |path| {
        let store = FolderStore::open(path.join("plane")).unwrap();
        assert_eq!(store.run(&create("log/0/1.json", b"kept")), Answer::Created);
        assert_eq!(store.run(&put_own("nodes/a.json", b"beat 1")), Answer::Done);
        let large = vec![7; 512 * 1024];
        assert_failed(&store.run(&create("log/0/2.json", &large)), FaultKind::Full);
        assert_failed(&store.run(&put_own("nodes/a.json", &large)), FaultKind::Full);
        assert_eq!(read(&store, "log/0/1.json"), content(b"kept"));
        assert_eq!(read(&store, "log/0/2.json"), Answer::Content(None));
        assert_eq!(read(&store, "nodes/a.json"), content(b"beat 1"));
        // Nothing half-done takes up the space, so what fits goes on.
        assert_eq!(store.run(&create("log/0/2.json", b"fits")), Answer::Created);
    });
}

#[test]
fn a_disk_without_room_for_one_more_name_is_full_and_not_broken() {
    with_tmpfs("1m,nr_inodes=12", |path| {
        let store = FolderStore::open(path.join("plane")).unwrap();
        let answers: Vec<Answer> = (0..12).map(|i| store.run(&create(&format!("log/0/{i}"), b"x"))).collect();
        assert_eq!(answers[0], Answer::Created);
        assert_failed(&answers[11], FaultKind::Full);
        let error = FolderStore::open(path.join("another")).unwrap_err();
        assert_eq!(error.kind(), FaultKind::Full, "{error}");
        assert!(error.to_string().contains("make room"), "{error}");
    });
}

#[test]
fn a_read_only_mount_is_denied_at_open_and_later() {
    with_tmpfs("1m", |path| {
        let store = FolderStore::open(path.join("plane")).unwrap();
        assert_eq!(store.run(&create("log/0/1.json", b"kept")), Answer::Created);
        remount_read_only(path);
        assert_failed(&store.run(&create("log/0/2.json", b"x")), FaultKind::Denied);
        assert_failed(&store.run(&put_own("nodes/a.json", b"x")), FaultKind::Denied);
        assert_failed(&store.run(&Verb::Delete { name: name("log/0/1.json") }), FaultKind::Denied);
        assert_eq!(read(&store, "log/0/1.json"), content(b"kept"));
        let error = FolderStore::open(path.join("plane")).unwrap_err();
        assert_eq!(error.kind(), FaultKind::Denied);
        assert!(error.to_string().contains("read-only"), "{error}");
    });
}

#[test]
fn a_folder_that_is_unmounted_or_replaced_is_never_taken_for_an_empty_one() {
    with_tmpfs("1m", |path| {
        let plane = path.join("plane");
        let store = FolderStore::open(&plane).unwrap();
        assert_eq!(store.run(&create("log/0/1.json", b"kept")), Answer::Created);
        let verbs = [
            create("log/0/2.json", b"x"),
            put_own("nodes/a.json", b"x"),
            Verb::Read { name: name("log/0/1.json") },
            list_all("log"),
            Verb::Delete { name: name("log/0/1.json") },
        ];
        let moved = path.join("moved");
        fs::rename(&plane, &moved).unwrap();
        for verb in &verbs {
            assert_failed(&store.run(verb), FaultKind::Unreachable);
        }
        fs::create_dir(&plane).unwrap();
        for verb in &verbs {
            assert_failed(&store.run(verb), FaultKind::Unfit);
        }
        assert_eq!(fs::read_dir(&plane).unwrap().count(), 0, "nothing was written into the other folder");
        fs::remove_dir(&plane).unwrap();
        fs::rename(&moved, &plane).unwrap();
        assert_eq!(read(&store, "log/0/1.json"), content(b"kept"), "and when it is back, so is all of it");
    });
}

/// The roots of two file systems have the same number, as a rule.
#[test]
fn another_file_system_at_the_same_path_is_another_folder() {
    with_tmpfs("1m", |path| {
        let store = FolderStore::open(path).unwrap();
        assert_eq!(store.run(&create("log/0/1.json", b"kept")), Answer::Created);
        mount(Some("tmpfs"), path, Some("tmpfs"), MsFlags::empty(), Some("size=1m")).expect("a mount");
        for verb in [create("log/0/1.json", b"x"), Verb::Read { name: name("log/0/1.json") }, list_all("log")]
        {
            assert_failed(&store.run(&verb), FaultKind::Unfit);
        }
    });
}

#[test]
fn what_fails_leaves_nothing_staged() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    fs::create_dir_all(dir.path().join("nodes/a.json")).unwrap();
    assert_failed(&store.run(&put_own("nodes/a.json", b"x")), FaultKind::Unfit);
    let stages = fs::read_dir(dir.path().join(".stage")).unwrap();
    for stage in stages.map(|entry| entry.unwrap().path()) {
        assert_eq!(fs::read_dir(stage).unwrap().count(), 0);
    }
}

#[test]
fn a_relative_path_stays_what_it_was_when_it_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let up = "../".repeat(std::env::current_dir().unwrap().components().count() - 1);
    let relative = Path::new(&up).join(dir.path().strip_prefix("/").unwrap());
    let (own, read) = (FolderStore::open(&relative).unwrap(), FolderStore::open_to_read(&relative).unwrap());
    assert!(own.path().is_absolute() && read.path().is_absolute(), "{own:?} {read:?}");
}

#[test]
fn a_file_where_a_folder_should_be_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    for path in [file.clone(), file.join("below"), file.join("far/below")] {
        match FolderStore::open(&path) {
            Err(OpenError::NotAFolder { path }) => assert_eq!(path, file),
            other => panic!("{other:?}"),
        }
    }
    let store = FolderStore::open(dir.path().join("plane")).unwrap();
    fs::write(store.path().join("log"), b"").unwrap();
    fs::create_dir_all(store.path().join("nodes/a.json")).unwrap();
    assert_failed(&store.run(&create("log/0/1.json", b"x")), FaultKind::Unfit);
    assert_failed(&store.run(&list_all("log")), FaultKind::Unfit);
    assert_failed(&store.run(&put_own("nodes/a.json", b"x")), FaultKind::Unfit);
    assert_failed(&read(&store, "nodes/a.json"), FaultKind::Unfit);
    assert_failed(&store.run(&Verb::Delete { name: name("nodes/a.json") }), FaultKind::Unfit);
}

#[test]
fn a_pipe_of_a_records_name_is_refused_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    nix::unistd::mkfifo(&dir.path().join("plane.json"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_failed(&read(&store, "plane.json"), FaultKind::Unfit);
}

#[test]
fn a_file_that_is_too_large_is_neither_read_nor_written() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    let file = fs::File::create(dir.path().join("plane.json")).unwrap();
    file.set_len(FILE_BYTES_MAX + 1).unwrap();
    assert_failed(&read(&store, "plane.json"), FaultKind::Unfit);
    let large = vec![0; FILE_BYTES_MAX as usize + 1];
    assert_failed(&store.run(&create("log/0/1.json", &large)), FaultKind::Unfit);
}

#[test]
fn files_and_folders_are_for_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path().join("made/with/parents")).unwrap();
    store.run(&create("log/0/1.json", b"x"));
    store.run(&put_own("nodes/a.json", b"x"));
    let mode = |tail: &str| fs::metadata(store.path().join(tail)).unwrap().permissions().mode() & 0o7777;
    for folder in ["", "..", "log", "log/0", "nodes", ".stage"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in ["log/0/1.json", "nodes/a.json"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn staged_hidden_and_foreign_files_are_not_listed() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    store.run(&create("log/0/1.json", b"x"));
    for foreign in ["log/.nfs0001", "log/0/.1.json.swp", "log/0/two words", "log/0/caf\u{e9}"] {
        fs::write(dir.path().join(foreign), b"").unwrap();
    }
    std::os::unix::fs::symlink("1.json", dir.path().join("log/0/link")).unwrap();
    let only = Answer::Page { names: vec![name("log/0/1.json")], more: false };
    assert_eq!(store.run(&list_all("log")), only);
}

#[test]
fn folders_that_pruning_empties_do_not_pile_up() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    for file in ["ckpt/7/uid/1.json", "ckpt/7/uid/2.json"] {
        store.run(&create(file, b"x"));
    }
    store.run(&Verb::Delete { name: name("ckpt/7/uid/1.json") });
    assert!(dir.path().join("ckpt/7/uid").exists());
    store.run(&Verb::Delete { name: name("ckpt/7/uid/2.json") });
    assert!(!dir.path().join("ckpt/7").exists());
    assert!(dir.path().join("ckpt").exists());
    assert_eq!(store.run(&create("ckpt/7/uid/3.json", b"x")), Answer::Created);
}
