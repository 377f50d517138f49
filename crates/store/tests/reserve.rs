//! The room that a server keeps for the day that the disk is full: what is written in it, and what is not.

#![allow(clippy::unwrap_used, reason = "a test's disk: what is missing fails it")]

mod tmpfs;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use base::limits::RESERVE_BYTES;
use brownstone_store::Store;
use brownstone_store::folder::FolderStore;
use ha::verbs::{Answer, FaultKind, Name, Verb};
use tmpfs::with_tmpfs;

const RECORD: &str = "log/0/00000000000000000002.json";

fn create(name: &str) -> Verb {
    Verb::Create { name: Name::parse(name).unwrap(), bytes: Arc::from(&b"x"[..]) }
}

fn put(name: &str) -> Verb {
    Verb::PutOwn { name: Name::parse(name).unwrap(), bytes: Arc::from(&b"x"[..]) }
}

#[track_caller]
fn assert_full(answer: &Answer) {
    assert!(matches!(answer, Answer::Failed(fault) if fault.kind == FaultKind::Full), "{answer:?}");
}

/// Somebody else fills the disk to its last page.
fn fill(path: &Path) {
    let zeros = vec![0; 16 << 20];
    let mut file = fs::File::create(path).unwrap();
    assert!(std::io::Write::write_all(&mut file, &zeros).is_err(), "the disk is full now");
}

#[test]
fn on_a_full_disk_a_server_beats_and_ends_its_term_and_writes_records_again_when_there_is_room() {
    with_tmpfs("4m", |disk| {
        let store = FolderStore::open_with_reserve(disk.join("plane"), "a").unwrap();
        let kept = || fs::metadata(disk.join("plane/.stage/a.reserve")).map(|meta| meta.len()).ok();
        assert_eq!(kept(), Some(RESERVE_BYTES));
        assert_eq!(store.run(&create("log/0/00000000000000000001.json")), Answer::Created);
        for _ in 0..2 {
            fill(&disk.join("foreign"));
            assert_full(&store.run(&create(RECORD)));
            assert_eq!(kept(), None, "it is given up");
            for write in [put("nodes/a.json"), put("leader.json")] {
                assert_eq!(store.run(&write), Answer::Done, "{write:?}");
            }
            let end = create("terms/00000000000000000001.end");
            assert!(matches!(store.run(&end), Answer::Created | Answer::Exists));
            // There is room for these, and it is not theirs.
            for write in
                [create(RECORD), create("terms/00000000000000000002.json"), create("ckpt/1/a/0.json")]
            {
                assert_full(&store.run(&write));
            }
            let read = Verb::Read { name: Name::parse("nodes/a.json").unwrap() };
            assert_eq!(store.run(&read), Answer::Content(Some(Arc::from(&b"x"[..]))));
            fs::remove_file(disk.join("foreign")).unwrap();
            assert_eq!(store.run(&create(RECORD)), Answer::Created);
            assert_eq!(kept(), Some(RESERVE_BYTES), "it is kept anew");
            assert_eq!(store.run(&Verb::Delete { name: Name::parse(RECORD).unwrap() }), Answer::Done);
        }
    });
}

#[test]
fn a_server_that_finds_no_room_to_keep_writes_no_records_into_what_is_left() {
    with_tmpfs("2044k", |disk| {
        let store = FolderStore::open_with_reserve(disk.join("plane"), "a").unwrap();
        assert!(!disk.join("plane/.stage/a.reserve").exists(), "as much must be free beside it");
        assert_full(&store.run(&create(RECORD)));
        assert_eq!(store.run(&put("nodes/a.json")), Answer::Done);
    });
}

#[test]
fn a_server_gives_up_what_it_had_kept_to_start_on_a_full_disk() {
    with_tmpfs("4m,nr_inodes=64", |disk| {
        let plane = disk.join("plane");
        drop(FolderStore::open_with_reserve(&plane, "a").unwrap());
        assert!(plane.join(".stage/a.reserve").exists(), "it outlives its server");
        while fs::File::create(disk.join(format!("{}", fs::read_dir(disk).unwrap().count()))).is_ok() {}
        let error = FolderStore::open_with_reserve(&plane, "b").unwrap_err();
        assert_eq!(error.kind(), FaultKind::Full, "it has kept nothing: {error}");
        assert!(FolderStore::open_with_reserve(&plane, "a").is_ok());
    });
}

/// Whoever copies a folder by hand may have cut the file.
#[test]
fn a_file_that_keeps_less_room_than_it_should_is_kept_anew() {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join(".stage/a.reserve");
    fs::create_dir(dir.path().join(".stage")).unwrap();
    fs::write(&kept, b"cut").unwrap();
    let _store = FolderStore::open_with_reserve(dir.path(), "a").unwrap();
    let bytes = fs::read(&kept).unwrap();
    assert_eq!(bytes.len() as u64, RESERVE_BYTES);
    let kinds: BTreeSet<u8> = bytes.into_iter().collect();
    assert!(
        kinds.len() > 200,
        "a file system that compresses keeps no room for {} kinds of bytes",
        kinds.len()
    );
}

#[test]
fn a_server_that_cannot_keep_room_on_a_disk_that_is_not_full_writes_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join(".stage/a.reserve/in the way")).unwrap();
    let store = FolderStore::open_with_reserve(dir.path(), "a").unwrap();
    assert_eq!(store.run(&create(RECORD)), Answer::Created);
}

/// A file fits where another one went; a record does not, for it is staged and stays. Only when several fit is it tried again.
#[test]
fn a_file_system_without_room_for_files_is_full_until_several_fit() {
    with_tmpfs("8m,nr_inodes=100", |disk| {
        let store = FolderStore::open_with_reserve(disk.join("plane"), "a").unwrap();
        let kept = || disk.join("plane/.stage/a.reserve").exists();
        assert_eq!(store.run(&create("log/0/00000000000000000001.json")), Answer::Created);
        assert_eq!(store.run(&put("nodes/a.json")), Answer::Done);
        let foreign: Vec<_> = (0..200)
            .map(|n: u32| disk.join(n.to_string()))
            .take_while(|f| fs::write(f, "").is_ok())
            .collect();
        assert_full(&store.run(&create(RECORD)));
        for _ in 0..5 {
            assert!(!kept());
            assert_full(&store.run(&create(RECORD)));
            assert_eq!(store.run(&put("nodes/a.json")), Answer::Done);
        }
        for file in foreign {
            fs::remove_file(file).unwrap();
        }
        assert_eq!(store.run(&create(RECORD)), Answer::Created);
        assert!(kept());
    });
}
