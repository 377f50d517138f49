//! A state of one plane is merged into another.

use std::sync::Arc;

use base::EntityId;
use brownstone_engine::effect::{Refusal, Reply};
use brownstone_engine::input::Command;
use brownstone_engine::{Import, Root};
use serde_json::json;

use crate::env::{Env, refusal};
use crate::specs;

fn import_of(root: &Root) -> Command {
    Command::Import(Arc::new(Import::of(root)))
}

#[test]
fn what_is_not_there_is_added_and_what_is_there_stays() {
    let mut from = Env::new();
    let (app, _) = from.deploy(specs::app("Shop", vec![specs::basic("one"), specs::basic("two")]));
    from.settle();
    let mut env = Env::new();
    env.take_over("node2", crate::env::host("B", "boot2"), "first start");
    let (own, _) = env.deploy(specs::app("Own", vec![specs::basic("mine")]));
    env.settle();
    let added = env.command(import_of(&from.root));
    assert_eq!(added, Reply::Value(json!({"bundles": 0, "entities": 3, "kept": 0})));
    let names: Vec<&str> = env.root.children(&app).map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["one", "two"], "in their order");
    assert_eq!(env.entity(&app).is_up(), Some(true));
    // Numbers of the other plane would hide what has the same ones here.
    assert_eq!(env.root.children(&own).count(), 1);
    let mut seqs: Vec<u64> = env.root.entities().map(|e| e.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    assert_eq!(seqs.len(), 5);
    // Once more, after a change: nothing is overwritten.
    env.command(Command::Rename { entity: app.clone(), name: "Renamed".to_owned() });
    let again = env.command(import_of(&from.root));
    assert_eq!(again, Reply::Value(json!({"bundles": 0, "entities": 0, "kept": 3})));
    assert_eq!(env.entity(&app).name, "Renamed");
    assert!(brownstone_engine::check(&env.root).is_empty());
}

#[test]
fn a_child_without_its_parent_is_refused_and_leaves_nothing() {
    let mut from = Env::new();
    let (app, _) = from.deploy(specs::app("Shop", vec![specs::basic("one")]));
    from.settle();
    // As an incomplete export would be: the application's line is missing.
    let mut root = Root::empty();
    for part in from.root.checkpoint_parts() {
        let text = String::from_utf8(part).unwrap();
        let own = format!("{{\"entity\":{{\"id\":\"{app}\"");
        let rest: Vec<&str> = text.lines().filter(|l| !l.starts_with(&own)).collect();
        root.load_part(rest.join("\n").as_bytes()).unwrap();
    }
    assert_eq!(root.entity_count(), 1);
    let mut env = Env::new();
    let why = refusal(env.command(import_of(&root)));
    assert!(matches!(&why, Refusal::Invalid(text) if text.contains(app.as_str())), "{why}");
    assert!(env.root.entity(&EntityId::new(app.as_str())).is_none());
    assert_eq!(env.root.entity_count(), 0);
}
