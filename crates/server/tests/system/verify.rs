//! A plane as servers have written it, looked at without them: no bit that flips passes, and looking writes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ::archive::Source;
use ::archive::verify::verify;
use ::store::folder::FolderStore;

use crate::backup::{files, store, text};
use crate::catalog::{example, zip_of};
use crate::support::client::Client;
use crate::support::site::{Site, TIMEOUT_2S, until};
use crate::support::volume::Volume;

/// Bits that are flipped in each file, one at a time.
const BITS: u64 = 6;

fn is_sound(plane: &Path) -> bool {
    let store = FolderStore::open_to_read(plane).unwrap();
    verify(Source::new(&store), &mut |_, _, _| {}).is_ok_and(|report| report.is_sound())
}

#[test]
fn no_bit_that_flips_in_a_plane_as_servers_wrote_it_passes() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    client.add_zip(&first, zip_of(&example().join("bundle")));
    let sensors = client.deploy_sensors(&first);
    for n in 0..20 {
        assert!(client.writes(&first, &format!("{sensors}/n"), n));
    }
    assert_eq!(client.post(&first.uri(), "/ha/pause", r#"{"why":"to have an order"}"#).unwrap().status, 200);
    assert_eq!(client.post(&first.uri(), "/ha/resume", "").unwrap().status, 200);
    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    assert!(client.writes(&second, &format!("{sensors}/n"), 20));
    assert_eq!(second.script("stop").code, Some(0));

    let plane = site.shared();
    assert!(is_sound(&plane));
    let is_stage = |path: &Path| path.strip_prefix(&plane).unwrap().starts_with(".stage");
    let all: Vec<_> = files(&plane).into_iter().filter(|path| !is_stage(path)).collect();
    let kind = |path: &Path| path.strip_prefix(&plane).unwrap().iter().next().unwrap().to_owned();
    let kinds: BTreeSet<_> = all.iter().map(|path| kind(path)).collect();
    for wanted in ["plane.json", "leader.json", "terms", "nodes", "log", "keys", "blobs"] {
        assert!(kinds.contains(std::ffi::OsStr::new(wanted)), "{wanted} is not in {kinds:?}");
    }
    let mut rng = base::Rng::from_seed(all.len() as u64);
    for path in &all {
        let bytes = fs::read(path).unwrap();
        for _ in 0..BITS {
            let bit = rng.below(bytes.len() as u64 * 8) as usize;
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(path, bad).unwrap();
            assert!(!is_sound(&plane), "bit {bit} of {} passes", path.display());
        }
        fs::write(path, bytes).unwrap();
    }
    assert!(is_sound(&plane));
}

#[test]
fn a_plane_on_a_read_only_file_system_is_verified_shown_and_copied() {
    let site = match Site::mounted(Volume::small) {
        Ok(site) => site,
        Err(why) => return println!("skipped: {why}"),
    };
    let only = site.release("only", "AUTO", TIMEOUT_2S);
    only.start();
    let client = Client::trusting(&only);
    let sensors = client.deploy_sensors(&only);
    assert!(client.writes(&only, &format!("{sensors}/n"), 1));
    assert_eq!(only.script("stop").code, Some(0));
    until("it is remounted", || site.volume().read_only(true));
    let (plane, copy) = (site.shared(), site.path().join("copies"));
    for arguments in [
        &["verify", text(&plane)][..],
        &["dump", text(&plane)],
        &["explain", text(&plane), "1"],
        &["backup", text(&plane), text(&copy)],
    ] {
        let ran = store(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    }
}
