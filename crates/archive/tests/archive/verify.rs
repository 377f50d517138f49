//! Nothing that is damaged or missing passes a check, and nothing that is well is called damaged.

use crate::support::{Files, Happening, Small, name, quiet, recorded, store_of};
use brownstone_archive::Source;
use brownstone_archive::verify::{Report, verify};
use ha::names;

fn report(files: &Files) -> Report {
    let store = store_of(files);
    verify(Source::new(&store), &mut quiet).unwrap()
}

#[test]
fn a_sound_plane_is_called_sound() {
    let report = report(&Small::new().files);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!((report.head.0, report.counts.records, report.counts.checkpoints), (6, 6, 3));
}

#[test]
fn a_recorded_plane_is_sound_though_its_files_have_no_sums() {
    let report = report(&recorded("format-1"));
    assert!(report.is_sound(), "{:#?}", report.findings);
    assert!(report.findings.iter().any(|f| f.what.contains("without a sum")));
    assert_eq!(report.head.0, 21);
}

#[test]
fn every_flipped_bit_of_every_file_is_seen() {
    let files = Small::new().files;
    for (name, bytes) in &files {
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.to_vec();
            bad[bit / 8] ^= 1 << (bit % 8);
            let mut files = files.clone();
            files.insert(name.clone(), bad.into());
            let report = report(&files);
            assert!(!report.is_sound(), "bit {bit} of {name}");
        }
    }
}

#[test]
fn every_cut_file_is_seen() {
    let files = Small::new().files;
    for (name, bytes) in &files {
        for length in 0..bytes.len() {
            let mut files = files.clone();
            files.insert(name.clone(), bytes[..length].into());
            assert!(!report(&files).is_sound(), "{name} cut at {length}");
        }
    }
}

#[test]
fn a_missing_file_is_seen_where_it_is_needed() {
    let files = Small::new().files;
    let needed = |n: &ha::verbs::Name| {
        let text = n.as_str();
        let record = names::number(n.leaf(), ".json").filter(|_| text.starts_with("log/"));
        record.is_some_and(|lsn| lsn != 3)
            || (text.starts_with("ckpt/") && !text.ends_with("03.ok"))
            || text.ends_with("1.json") && text.starts_with("terms/")
            || text == "keys/peer.key"
    };
    let needed: Vec<_> = files.keys().filter(|n| needed(n)).cloned().collect();
    assert_eq!(needed.len(), 10, "{needed:?}");
    for gone in needed {
        let mut files = files.clone();
        files.remove(&gone);
        assert!(!report(&files).is_sound(), "{gone} is missing");
    }
}

#[test]
fn what_is_damaged_is_told_with_what_it_costs() {
    let mut files = recorded("format-1");
    // The last record sets a sensor.
    let last = names::record(base::Lsn(21));
    let mut bytes = files[&last].to_vec();
    let at = bytes.windows(5).position(|w| w == b"\"two\"").unwrap();
    bytes[at + 1] ^= 1;
    files.insert(last, bytes.into());
    let report = report(&files);
    let finding = report.findings.iter().find(|f| f.file.starts_with("log/")).unwrap();
    assert!(finding.what.starts_with("1 of 1 operations unreadable"), "{finding}");
    assert_eq!(finding.costs, "sensor first of entity lgss5o3zgj keeps its older value");
    // One that a checkpoint covers costs nothing now.
    let mut files = recorded("format-1");
    let early = names::record(base::Lsn(9));
    let mut bytes = files[&early].to_vec();
    let end = bytes.len() - 3;
    bytes[end] ^= 1;
    files.insert(early, bytes.into());
    let report = self::report(&files);
    assert!(
        report.findings.iter().any(|f| f.costs.contains("checkpoint 19 covers it")),
        "{:#?}",
        report.findings
    );
    // A blob that the catalog needs.
    let mut files = recorded("format-1");
    files.retain(|n, _| !n.as_str().starts_with("blobs/"));
    let report = self::report(&files);
    assert!(report.findings.iter().any(|f| f.costs.contains("greeter")), "{:#?}", report.findings);
}

#[test]
fn a_plane_that_lives_on_while_it_is_read_is_never_called_damaged() {
    let before = Small::new().files;
    for at in 0.. {
        let store = Happening::new(&before, at, Small::new().lived_on());
        let report = verify(Source::new(&store), &mut quiet).unwrap();
        assert!(report.is_sound(), "at call {at}: {:#?}", report.findings);
        if at > store.calls() {
            assert!(at > 20, "{at}");
            break;
        }
    }
}

#[test]
fn a_fence_that_was_removed_is_missed() {
    let mut files = Small::new().files;
    files.remove(&name("log/0/00000000000000000001.json"));
    assert!(report(&files).findings.iter().any(|f| f.what.contains("fence of term 1")));
}
