//! What is marked as a back-up can be brought back, whatever happened while it was made.

use std::sync::Arc;

use crate::support::{Failing, Files, Happening, Small, quiet, recorded, store_of};
use base::{Lsn, WallMs};
use brownstone_archive::backup::{self, Made, backup, check};
use brownstone_archive::restore::{Restoring, restore};
use brownstone_archive::state::{At, state_at};
use brownstone_archive::verify::verify;
use brownstone_archive::{BackupMark, Source, Sub, Trouble};
use ha::files::{self, PlaneFile};
use ha::names;
use store::Store;
use store::mem::MemStore;

fn made(name: &str) -> Made {
    Made { name: name.into(), at: WallMs(50_000), version: "test".into() }
}

fn how(again: bool) -> Restoring {
    Restoring { at: WallMs(60_000), uid: "r1".into(), again }
}

/// Brings the newest back-up of a place into another one; the state's hash before and after.
fn bring_back(place: &Arc<dyn Store>, name: &str, target: &dyn Store) -> Result<(u64, u64), Trouble> {
    let sub = Sub::new(Arc::clone(place), format!("backups/{name}"));
    let (from, target) = (Source::new(&sub), Source::new(target));
    let old = from.plane()?;
    let folded = state_at(from, &old, At::Newest, &mut quiet)?;
    let restored = restore(from, &old, &folded, target, &how(false), &mut quiet)?;
    let after = state_at(target, &restored.plane, At::Newest, &mut quiet)?;
    assert_eq!(after.lsn, folded.lsn);
    let report = verify(target, &mut quiet)?;
    assert!(report.is_sound(), "{:#?}", report.findings);
    Ok((folded.root.hash(), after.root.hash()))
}

fn newest(place: &Arc<dyn Store>) -> Option<(String, BackupMark)> {
    let found = backup::list(Source::new(&**place)).unwrap();
    found.into_iter().next_back().map(|f| (f.name, f.mark.unwrap()))
}

#[test]
fn a_recorded_plane_is_backed_up_and_brought_back_whole() {
    let source = store_of(&recorded("format-1"));
    let place: Arc<dyn Store> = Arc::new(MemStore::new());
    let (_, mark) = backup(Source::new(&source), &place, &made("b1"), &mut quiet).unwrap();
    assert_eq!((mark.floor, mark.lsn, mark.losses.len()), (Lsn(19), Lsn(21), 0));
    let sub = Sub::new(Arc::clone(&place), "backups/b1");
    assert_eq!(check(Source::new(&sub), &mark, &mut quiet).unwrap(), [""; 0]);
    assert!(verify(Source::new(&sub), &mut quiet).unwrap().is_sound());
    let target = MemStore::new();
    let (before, after) = bring_back(&place, "b1", &target).unwrap();
    assert_eq!(before, after);
    let source = Source::new(&source);
    let plane = source.plane().unwrap();
    let live = state_at(source, &plane, At::Newest, &mut quiet).unwrap();
    assert_eq!(live.root.hash(), after);
    // The same plane in a later era, each of its terms over.
    let target = Source::new(&target);
    let restored = target.plane().unwrap();
    assert_eq!((restored.plane, restored.era > plane.era), (plane.plane, true));
    assert!(target.read(&names::term_end(base::Term(2))).unwrap().is_some());
    assert!(!target.list("keys").unwrap().is_empty() && !target.list("blobs").unwrap().is_empty());
}

#[test]
fn a_moment_of_the_past_comes_back_from_the_plane_itself() {
    let store = store_of(&Small::new().lived_on());
    let source = Source::new(&store);
    let plane = source.plane().unwrap();
    for lsn in 1..=9 {
        let folded = state_at(source, &plane, At::Lsn(Lsn(lsn)), &mut quiet).unwrap();
        assert_eq!(folded.lsn, Lsn(lsn));
    }
    for (ms, lsn) in [(6_500, 6), (9_000, 9), (8_999, 8), (99_000, 9), (2_000, 2)] {
        let folded = state_at(source, &plane, At::Time(WallMs(ms)), &mut quiet).unwrap();
        assert_eq!(folded.lsn, Lsn(lsn), "at {ms}");
    }
    // Without the pack there is no way to what lies before the log.
    let mut files = Small::new().lived_on();
    files.retain(|n, _| n.as_str().strip_suffix(".pack").is_none());
    let store = store_of(&files);
    let gone = state_at(Source::new(&store), &plane, At::Lsn(Lsn(4)), &mut quiet);
    assert!(matches!(gone, Err(Trouble::Damaged(_))), "{:?}", gone.err());
}

#[test]
fn a_back_up_is_whole_whatever_the_plane_does_meanwhile() {
    let before = Small::new().files;
    for at in 0.. {
        let source = Happening::new(&before, at, Small::new().lived_on());
        let place: Arc<dyn Store> = Arc::new(MemStore::new());
        let (_, mark) = backup(Source::new(&source), &place, &made("b1"), &mut quiet).unwrap();
        assert!(mark.lsn == Lsn(6) || mark.lsn == Lsn(9), "at call {at}: {}", mark.lsn);
        let (name, _) = newest(&place).unwrap();
        let (a, b) = bring_back(&place, &name, &MemStore::new()).unwrap();
        assert_eq!(a, b);
        if at > source.calls() {
            break;
        }
    }
}

#[test]
fn what_power_loss_leaves_of_a_back_up_is_none() {
    let source = store_of(&Small::new().files);
    for writes in 0.. {
        let kept: Arc<dyn Store> = Arc::new(MemStore::new());
        let place: Arc<dyn Store> = Arc::new(Failing::after(Arc::clone(&kept), writes));
        if backup(Source::new(&source), &place, &made("b1"), &mut quiet).is_ok() {
            assert!(newest(&kept).is_some());
            assert!(writes > 10, "{writes}");
            break;
        }
        // Marked only if all of it is there, and no more than reading the mark back went wrong.
        if let Some((name, mark)) = newest(&kept) {
            let sub = Sub::new(Arc::clone(&kept), format!("backups/{name}"));
            assert_eq!(
                check(Source::new(&sub), &mark, &mut quiet).unwrap(),
                [""; 0],
                "after {writes} writes"
            );
        }
        // The next one is not in its way.
        backup(Source::new(&source), &kept, &made("b2"), &mut quiet).unwrap();
        let (name, _) = newest(&kept).unwrap();
        bring_back(&kept, &name, &MemStore::new()).unwrap();
    }
}

#[test]
fn what_power_loss_leaves_of_a_restore_is_served_by_nobody_and_begun_again() {
    let source = store_of(&recorded("format-1"));
    let place: Arc<dyn Store> = Arc::new(MemStore::new());
    backup(Source::new(&source), &place, &made("b1"), &mut quiet).unwrap();
    let sub = Sub::new(place, "backups/b1");
    let from = Source::new(&sub);
    let old = from.plane().unwrap();
    let folded = state_at(from, &old, At::Newest, &mut quiet).unwrap();
    for writes in 0.. {
        let kept: Arc<dyn Store> = Arc::new(MemStore::new());
        let failing = Failing::after(Arc::clone(&kept), writes);
        let kept = Source::new(&*kept);
        if restore(from, &old, &folded, Source::new(&failing), &how(false), &mut quiet).is_ok() {
            assert!(writes > 8, "{writes}");
            break;
        }
        let there: Option<PlaneFile> = kept.file(&names::plane()).unwrap().map(Result::unwrap);
        if let Some(plane) = there {
            // Only the reading back failed: then all is there.
            if plane.layout == files::LAYOUT {
                let found = state_at(kept, &plane, At::Newest, &mut quiet).unwrap();
                assert_eq!(
                    (found.lsn, found.root.hash()),
                    (folded.lsn, folded.root.hash()),
                    "after {writes} writes"
                );
                assert_eq!(kept.list("keys").unwrap(), from.list("keys").unwrap());
                continue;
            }
            assert_eq!(plane.layout, files::RESTORING, "after {writes} writes");
            let refused = restore(from, &old, &folded, kept, &how(false), &mut quiet);
            assert!(refused.unwrap_err().to_string().contains("--again"));
        }
        restore(from, &old, &folded, kept, &how(true), &mut quiet).unwrap();
        assert_eq!(kept.plane().unwrap().layout, files::LAYOUT);
    }
}

#[test]
fn a_place_that_is_not_empty_is_left_as_it_is() {
    let from = store_of(&recorded("format-1"));
    let from = Source::new(&from);
    let old = from.plane().unwrap();
    let folded = state_at(from, &old, At::Newest, &mut quiet).unwrap();
    let mut one = Files::new();
    one.insert(crate::support::name("keys/peer.key"), b"x".as_slice().into());
    for files in [Small::new().files, one] {
        let store = store_of(&files);
        let refused = restore(from, &old, &folded, Source::new(&store), &how(true), &mut quiet);
        assert!(matches!(refused, Err(Trouble::Refused(_))), "{:?}", refused.err());
        assert_eq!(
            Source::new(&store).read(&crate::support::name("keys/peer.key")).unwrap(),
            files.get(&crate::support::name("keys/peer.key")).cloned()
        );
    }
}

#[test]
fn two_back_ups_at_once_do_not_touch_each_other() {
    let source: Arc<dyn Store> = Arc::new(store_of(&recorded("format-1")));
    let place: Arc<dyn Store> = Arc::new(MemStore::new());
    std::thread::scope(|scope| {
        for name in ["b1", "b2", "b3"] {
            let (source, place) = (&source, &place);
            scope.spawn(move || backup(Source::new(&**source), place, &made(name), &mut quiet).unwrap());
        }
    });
    for name in ["b1", "b2", "b3"] {
        bring_back(&place, name, &MemStore::new()).unwrap();
    }
}

#[test]
fn a_flipped_bit_in_a_back_up_is_found_before_it_is_brought_back() {
    let source = store_of(&Small::new().files);
    let place: Arc<dyn Store> = Arc::new(MemStore::new());
    let (_, mark) = backup(Source::new(&source), &place, &made("b1"), &mut quiet).unwrap();
    let sub = Sub::new(place, "backups/b1");
    let sub = Source::new(&sub);
    for file in &mark.files {
        let name = crate::support::name(&file.name);
        let good = sub.read(&name).unwrap().unwrap();
        let mut bad = good.to_vec();
        bad[0] ^= 1;
        sub.put(&name, &bad.into()).unwrap();
        assert_eq!(check(sub, &mark, &mut quiet).unwrap().len(), 1, "{name}");
        sub.put(&name, &good).unwrap();
    }
}
