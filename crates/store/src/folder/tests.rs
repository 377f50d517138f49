//! What cannot be seen from outside: replies that get lost between the kernel and an NFS server.

use std::fs;
use std::io;
use std::sync::Arc;

use ha::verbs::FaultKind;
use nix::errno::Errno;

use super::create::settle;
use super::errno::{At, IoTrouble, LINK};
use super::{put_own, *};

fn store() -> (tempfile::TempDir, FolderStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path().join("plane")).unwrap();
    (dir, store)
}

fn link_error(errno: Errno, target: &Path) -> IoTrouble {
    Err::<(), _>(io::Error::from(errno)).at(LINK, target).unwrap_err()
}

#[test]
fn a_link_whose_reply_was_lost_counts_as_created() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    let staged = store.staged(b"mine").unwrap();
    fs::hard_link(staged.path(), &target).unwrap();
    for errno in [Errno::EEXIST, Errno::EIO, Errno::ETIMEDOUT] {
        assert_eq!(settle(&staged, &target, b"mine", &link_error(errno, &target)), Answer::Created);
    }
}

#[test]
fn what_an_earlier_attempt_made_counts_as_created() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    fs::write(&target, b"mine").unwrap();
    let staged = store.staged(b"mine").unwrap();
    assert_eq!(settle(&staged, &target, b"mine", &link_error(Errno::EEXIST, &target)), Answer::Created);
}

#[test]
fn what_another_made_exists_whatever_the_error() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    fs::write(&target, b"theirs").unwrap();
    let staged = store.staged(b"mine").unwrap();
    for errno in [Errno::EEXIST, Errno::EIO, Errno::ENOSPC] {
        assert_eq!(settle(&staged, &target, b"mine", &link_error(errno, &target)), Answer::Exists);
    }
}

#[test]
fn an_error_after_which_the_server_may_still_link_is_unknown_and_a_refusal_is_not() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    let staged = store.staged(b"mine").unwrap();
    for (errno, kind) in [(Errno::EIO, FaultKind::Unreachable), (Errno::ESTALE, FaultKind::Unreachable)] {
        let answer = settle(&staged, &target, b"mine", &link_error(errno, &target));
        assert!(matches!(&answer, Answer::Unknown(fault) if fault.kind == kind), "{answer:?}");
    }
    for (errno, kind) in [
        (Errno::ENOSPC, FaultKind::Full),
        (Errno::EACCES, FaultKind::Denied),
        (Errno::EPERM, FaultKind::Unfit),
    ] {
        let answer = settle(&staged, &target, b"mine", &link_error(errno, &target));
        assert!(matches!(&answer, Answer::Failed(fault) if fault.kind == kind), "{answer:?}");
    }
}

#[test]
fn a_link_that_is_not_seen_yet_is_known_by_its_count() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    let staged = store.staged(b"mine").unwrap();
    // This client has just asked for the name, and remembers that it was not there.
    fs::hard_link(staged.path(), store.path().join("as the server has it")).unwrap();
    assert_eq!(settle(&staged, &target, b"mine", &link_error(Errno::EIO, &target)), Answer::Created);
}

#[test]
fn a_link_that_was_made_and_cannot_be_made_durable_is_unknown() {
    let (_dir, store) = store();
    let target = store.path().join("gone/a.json");
    let staged = store.staged(b"mine").unwrap();
    fs::hard_link(staged.path(), store.path().join("as the server has it")).unwrap();
    let answer = settle(&staged, &target, b"mine", &link_error(Errno::EIO, &target));
    assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
}

#[test]
fn a_refusal_is_believed_only_while_the_stage_shows_that_nothing_was_linked() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    let staged = store.staged(b"mine").unwrap();
    fs::remove_file(staged.path()).unwrap();
    let answer = settle(&staged, &target, b"mine", &link_error(Errno::ENOSPC, &target));
    assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
}

#[test]
fn a_name_that_is_taken_and_cannot_be_read_may_be_mine() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    fs::create_dir(&target).unwrap();
    let staged = store.staged(b"mine").unwrap();
    let said = |errno| settle(&staged, &target, b"mine", &link_error(errno, &target));
    for errno in [Errno::EEXIST, Errno::EIO] {
        assert!(matches!(said(errno), Answer::Unknown(_)), "{:?}", said(errno));
    }
    assert!(matches!(said(Errno::ENOSPC), Answer::Failed(_)), "{:?}", said(Errno::ENOSPC));
    fs::remove_file(staged.path()).unwrap();
    assert!(matches!(said(Errno::ENOSPC), Answer::Unknown(_)), "nobody can tell what was linked");
}

#[test]
fn a_rename_whose_reply_was_lost_is_known_by_what_the_name_holds() {
    let (_dir, store) = store();
    let target = store.path().join("a.json");
    let said = |errno| put_own::settle(&target, b"beat 2", Err(link_error(errno, &target)));
    fs::write(&target, b"beat 1").unwrap();
    assert!(matches!(said(Errno::EIO), Answer::Unknown(_)), "the server may still do it");
    assert!(matches!(said(Errno::ENOSPC), Answer::Failed(_)));
    fs::write(&target, b"beat 2").unwrap();
    for errno in [Errno::ENOENT, Errno::EIO, Errno::EACCES] {
        assert_eq!(said(errno), Answer::Done);
    }
}

#[test]
fn a_file_system_without_links_is_named() {
    let fault = link_error(Errno::EPERM, Path::new("/x")).fault();
    assert!(fault.text.contains("no hard links"), "{}", fault.text);
}

#[test]
fn a_stage_folder_that_was_cleaned_away_is_made_again() {
    let (_dir, store) = store();
    fs::remove_dir_all(store.path().join(".stage")).unwrap();
    let name = Name::parse("log/0/1.json").unwrap();
    let create = Verb::Create { name: name.clone(), bytes: Arc::from(&b"x"[..]) };
    assert_eq!(store.run(&create), Answer::Created);
    fs::remove_dir_all(store.path().join("log/0")).unwrap();
    assert_eq!(store.run(&create), Answer::Created, "a log folder that vanished is made again too");
}

#[test]
fn a_log_that_was_moved_away_is_told_and_no_second_one_is_begun() {
    let (_dir, store) = store();
    let record = |n: u64| Name::parse(&format!("log/{}/{n}.json", n / 2)).unwrap();
    let create = |n| Verb::Create { name: record(n), bytes: Arc::from(&b"x"[..]) };
    let plane = Verb::Create { name: ha::names::plane(), bytes: Arc::from(&b"x"[..]) };
    assert_eq!([store.run(&plane), store.run(&create(0))], [Answer::Created, Answer::Created]);
    // Whether this process wrote there or another one.
    let another = FolderStore::open(store.path()).unwrap();
    let (log, away) = (store.path().join("log"), store.path().join("away"));
    fs::rename(&log, &away).unwrap();
    for store in [&store, &another] {
        // In the folder of the record before, and in a new one.
        for n in [1, 2] {
            let answer = store.run(&create(n));
            assert!(matches!(&answer, Answer::Failed(_) | Answer::Unknown(_)), "{answer:?}");
        }
        let all = Verb::List { prefix: Name::parse("log").unwrap(), after: None, max: 10 };
        for look in [Verb::Read { name: record(0) }, all] {
            let answer = store.run(&look);
            let Answer::Failed(fault) = answer else { panic!("{answer:?}") };
            assert!(fault.text.contains("log was there and is gone"), "{fault:?}");
        }
    }
    // Where all of the plane is gone, that is what has to be found out.
    fs::rename(store.path().join("plane.json"), store.path().join("plane")).unwrap();
    assert_eq!(store.run(&Verb::Read { name: record(0) }), Answer::Content(None));
    assert!(matches!(store.run(&create(1)), Answer::Failed(_) | Answer::Unknown(_)));
    assert!(!log.exists());
    fs::rename(&away, &log).unwrap();
    assert_eq!(store.run(&create(1)), Answer::Created);
    assert_eq!(another.run(&create(2)), Answer::Created);
}

#[test]
fn a_dropped_store_leaves_no_stage_behind() {
    let (_dir, store) = store();
    for i in 0..20 {
        let name = Name::parse(&format!("log/0/{i}")).unwrap();
        store.run(&Verb::Create { name, bytes: Arc::from(&b"x"[..]) });
    }
    let stage = store.path().join(".stage");
    drop(store);
    assert_eq!(fs::read_dir(stage).unwrap().count(), 0);
}

#[test]
fn only_the_stages_of_the_dead_are_swept() {
    let (_dir, store) = store();
    let stage = store.path().join(".stage");
    let own = fs::read_dir(&stage).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let parts: Vec<&str> = own.split('_').collect();
    let of = |boot: &str, pid: &str, random: &str| format!("{boot}_{}_{pid}_{random}_0", parts[1]);
    let dead = [
        stage.join(of(parts[0], &child.id().to_string(), "00")),
        stage.join(of(parts[0], parts[2], "00")),
        store.path().join(format!(".check-{}", of(parts[0], &child.id().to_string(), "00"))),
    ];
    let alive = [
        stage.join(&own),
        stage.join(of(parts[0], "1", "00")),
        stage.join(of("anotherboot", &child.id().to_string(), "00")),
        stage.join("something else"),
    ];
    for path in dead.iter().chain(&alive) {
        fs::create_dir_all(path).unwrap();
    }
    // Opening a store has that done; dropping it waits for it.
    drop(FolderStore::open(store.path()).unwrap());
    assert_eq!(sweep_stage(store.path()), 0);
    assert!(dead.iter().all(|path| !path.exists()));
    assert!(alive.iter().all(|path| path.exists()));
}

#[test]
fn a_store_that_is_opened_to_read_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let name = Name::parse("log/0/1.json").unwrap();
    fs::create_dir_all(dir.path().join("log/0")).unwrap();
    fs::write(dir.path().join(name.as_str()), b"x").unwrap();
    let store = FolderStore::open_to_read(dir.path()).unwrap();
    let bytes = Arc::<[u8]>::from(&b"y"[..]);
    assert_eq!(store.run(&Verb::Read { name: name.clone() }), Answer::Content(Some(b"x"[..].into())));
    for change in [
        Verb::Create { name: Name::parse("a").unwrap(), bytes: bytes.clone() },
        Verb::PutOwn { name: name.clone(), bytes },
        Verb::Delete { name },
    ] {
        let answer = store.run(&change);
        assert!(
            matches!(&answer, Answer::Failed(f) if f.kind == FaultKind::Denied),
            "{change:?}: {answer:?}"
        );
    }
    drop(store);
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["log"], "no stage was made");
    assert!(FolderStore::open_to_read(dir.path().join("missing")).is_err());
    assert!(!dir.path().join("missing").exists());
    let file = dir.path().join("log/0/1.json");
    assert!(matches!(FolderStore::open_to_read(&file), Err(OpenError::NotAFolder { .. })));
}
