//! What has one right answer is mended, and the rest is left as it is.

use crate::support::{Files, Small, name, quiet, store_of};
use base::{Lsn, Term};
use brownstone_archive::Source;
use brownstone_archive::repair::{carry_out, plan};
use brownstone_archive::state::{At, state_at};
use brownstone_archive::verify::verify;
use ha::names;

/// The state before and after, and what was done.
fn mended(files: &Files) -> (Vec<String>, store::mem::MemStore) {
    let store = store_of(files);
    let source = Source::new(&store);
    let mends = plan(source).unwrap();
    carry_out(source, &mends).unwrap();
    assert_eq!(plan(source).unwrap(), [], "nothing is left to do");
    (mends.iter().map(ToString::to_string).collect(), store)
}

#[test]
fn a_sound_plane_has_nothing_to_mend() {
    assert_eq!(mended(&Small::new().files).0, [""; 0]);
}

#[test]
fn hints_servers_files_and_leftovers_are_put_right() {
    for (file, word) in [
        ("leader.json", "written anew"),
        ("nodes/n1.json", "removed"),
        ("ckpt/00000000000000000009/n1-5-9/000000.json", "never finished"),
        ("ckpt/00000000000000000005/n2-1-1/000000.json", "another writer"),
        ("check/x/y", "check of the store"),
    ] {
        let mut files = Small::new().files;
        files.insert(name(file), b"{ cut".as_slice().into());
        let (done, store) = mended(&files);
        assert!(done.len() == 1 && done[0].contains(word), "{file}: {done:?}");
        let report = verify(Source::new(&store), &mut quiet).unwrap();
        assert!(report.is_sound(), "{file}: {:#?}", report.findings);
    }
}

#[test]
fn a_damaged_checkpoint_goes_when_the_one_before_it_and_the_log_stand() {
    for file in ["ckpt/00000000000000000005.ok", "ckpt/00000000000000000005/n1-5-5/000000.json"] {
        let mut files = Small::new().files;
        let hash = |files: &Files| {
            let store = store_of(files);
            let source = Source::new(&store);
            let plane = source.plane().unwrap();
            state_at(source, &plane, At::Newest, &mut quiet).unwrap().root.hash()
        };
        let before = hash(&files);
        files.insert(name(file), b"{ cut".as_slice().into());
        let (done, store) = mended(&files);
        assert!(done[0].contains("checkpoint 3 and all records since are there"), "{done:?}");
        let source = Source::new(&store);
        let plane = source.plane().unwrap();
        assert_eq!(state_at(source, &plane, At::Newest, &mut quiet).unwrap().root.hash(), before);
        // Not when a record in between is missing.
        files.remove(&names::record(Lsn(4)));
        assert_eq!(mended(&files).0, [""; 0], "{file}");
    }
}

#[test]
fn what_decides_is_never_made_up() {
    for gone in [names::term(Term(1)), names::record(Lsn(6)), names::record(Lsn(1))] {
        let mut files = Small::new().files;
        files.insert(gone.clone(), b"{ cut".as_slice().into());
        assert_eq!(mended(&files).0, [""; 0], "{gone}");
    }
}
