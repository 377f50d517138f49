//! Planes of earlier releases are read to the state that they were left in.

use crate::support::{quiet, recorded, store_of};
use base::{EntityId, Lsn};
use brownstone_archive::Source;
use brownstone_archive::state::{At, state_at};
use ha::names;
use serde_json::json;

#[test]
fn format_1_reads_to_the_state_that_it_was_left_in() {
    let mut files = recorded("format-1");
    let read = |files: &crate::support::Files| {
        let store = store_of(files);
        let source = Source::new(&store);
        let plane = source.plane().unwrap();
        state_at(source, &plane, At::Newest, &mut quiet).unwrap()
    };
    let newest = read(&files);
    assert_eq!((newest.lsn, newest.term.0, newest.losses.len()), (Lsn(21), 2, 0));
    let holder = newest.root.entity(&EntityId::new("lgss5o3zgj")).unwrap();
    let sensor = |name: &str| holder.sensors.get(name).map(|s| s.value.clone());
    assert_eq!(sensor("first"), Some(json!("two")));
    assert_eq!(sensor("second"), Some(json!(2)));
    assert_eq!(sensor("after3"), Some(json!(3)));
    assert_eq!(sensor("last"), Some(json!("done")));
    assert_eq!(holder.name, "holder");
    let names: Vec<&str> = newest.root.entities().map(|e| e.name.as_str()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(newest.root.catalog().bundles().any(|b| b.id.to_string() == "greeter:1.0.0"));
    // From the older checkpoint, and from the first record on, it is the same state.
    files.remove(&names::ckpt_ok(Lsn(19)));
    assert_eq!(read(&files).root.hash(), newest.root.hash());
    files.remove(&names::ckpt_ok(Lsn(13)));
    assert_eq!(read(&files).root.hash(), newest.root.hash());
}
