//! The catalog in the log: what may be added, what becomes of it, and files out of bundles.

use std::sync::Arc;

use base::{Version, WallMs};
use brownstone_engine::effect::{Added, Refusal, Reply};
use brownstone_engine::input::{Caller, Command, Input, RequestId};
use brownstone_engine::limits::BUNDLE_RECORD_BYTES_MAX;
use brownstone_engine::{Root, Status, step};
use model::catalog::{BlobRef, Bundle, BundleId, BundleSource, Catalog, Item, ItemId, ItemKind, ItemPlan};
use serde_json::json;

use crate::env::{Env, host, refusal};
use crate::specs;

fn id(name: &str, version: &str) -> BundleId {
    BundleId { name: name.to_owned(), version: Version::new(version) }
}

fn item_id(name: &str, version: &str) -> ItemId {
    ItemId { name: name.to_owned(), version: Version::new(version) }
}

fn bundle(name: &str, version: &str, text: &str) -> Bundle {
    let item = Item {
        id: item_id("web", version),
        kind: ItemKind::Entity,
        plan: ItemPlan { format: None, text: text.to_owned(), line: 5, file: "catalog.bom".to_owned() },
        display_name: None,
        description: None,
        icon_url: None,
        tags: Vec::new(),
        supertypes: Vec::new(),
        deprecated: false,
        disabled: false,
        metadata: std::collections::BTreeMap::new(),
    };
    Bundle {
        id: id(name, version),
        source: BundleSource::Bom(text.to_owned()),
        sum: format!("sum of {text}"),
        anonymous: false,
        icon_url: None,
        items: vec![item],
        added: WallMs(1),
    }
}

fn put(among: &Arc<Catalog>, bundle: Bundle, force: bool) -> Command {
    Command::PutBundle { bundle: Arc::new(bundle), force, among: Arc::clone(among) }
}

impl Env {
    fn put(&mut self, bundle: Bundle, force: bool) -> Reply {
        let among = Arc::clone(self.root.catalog());
        self.command(put(&among, bundle, force))
    }
}

#[test]
fn a_bundle_is_new_then_identical_then_refused_and_by_force_replaced() {
    let mut env = Env::new();
    assert_eq!(env.put(bundle("shop", "1.0", "a"), false), Reply::Bundle(Added::New));
    assert_eq!(env.put(bundle("shop", "1.0", "a"), false), Reply::Bundle(Added::Identical));
    let other = refusal(env.put(bundle("shop", "1.0", "b"), false));
    assert!(matches!(&other, Refusal::Invalid(why) if why.contains("shop:1.0")), "{other}");
    assert_eq!(env.put(bundle("shop", "1.0", "b"), true), Reply::Bundle(Added::Replaced));
    let text = |env: &Env| env.root.catalog().best("web").map(|i| i.plan.text.clone());
    assert_eq!(text(&env).as_deref(), Some("b"));
    assert_eq!(env.put(bundle("shop", "2.0-SNAPSHOT", "c"), false), Reply::Bundle(Added::New));
    assert_eq!(env.put(bundle("shop", "2.0-SNAPSHOT", "d"), false), Reply::Bundle(Added::Replaced));
    assert_eq!(text(&env).as_deref(), Some("b"), "a release comes before a snapshot");
    env.take_over("node2", host("B", "boot2"), "node1 is gone");
    assert_eq!(env.root.catalog().bundles().len(), 2, "whoever follows has it");
}

#[test]
fn a_bom_without_a_name_that_is_added_again_takes_the_place_of_what_it_was() {
    let mut env = Env::new();
    let nameless = |name: &str, text: &str| Bundle { anonymous: true, ..bundle(name, "1-SNAPSHOT", text) };
    let text = |env: &Env| env.root.catalog().best("web").map(|i| i.plan.text.clone());
    // The ids of such bundles are made up: neither order of theirs may decide.
    for (name, content) in [("m", "a"), ("z", "b"), ("a", "c")] {
        assert_eq!(env.put(nameless(name, content), false), Reply::Bundle(Added::New), "{name}");
        assert_eq!(text(&env).as_deref(), Some(content));
        assert_eq!(env.root.catalog().bundles().len(), 1, "the one before has nothing left");
    }
    let mut two = nameless("two", "d");
    two.items.push(Item { id: item_id("other", "1"), ..two.items[0].clone() });
    env.put(two, false);
    env.put(nameless("y", "e"), false);
    assert_eq!(text(&env).as_deref(), Some("e"));
    assert!(env.root.catalog().best("other").is_some(), "what only the older one has stays");
    env.take_over("node2", host("B", "boot2"), "node1 is gone");
    assert_eq!((text(&env).as_deref(), env.root.catalog().bundles().len()), (Some("e"), 2));
}

#[test]
fn of_two_uploads_at_once_the_later_one_is_read_again() {
    let mut env = Env::new();
    let among = Arc::clone(env.root.catalog());
    assert_eq!(env.command(put(&among, bundle("one", "1", "a"), false)), Reply::Bundle(Added::New));
    let late = refusal(env.command(put(&among, bundle("two", "1", "a"), false)));
    assert!(matches!(&late, Refusal::Stale(why) if why.contains("two:1")), "{late}");
    assert_eq!(env.put(bundle("two", "1", "a"), false), Reply::Bundle(Added::New));
}

#[test]
fn an_item_is_marked_and_taken_away_and_its_bundle_goes_with_the_rest() {
    let mut env = Env::new();
    env.put(bundle("shop", "1.0", "a"), false);
    env.put(bundle("shop", "2.0", "b"), false);
    let flag = |item, deprecated, disabled| Command::FlagItem { item, deprecated, disabled };
    assert_eq!(env.command(flag(item_id("web", "2.0"), Some(true), None)), Reply::Done);
    let best = |env: &Env| env.root.catalog().best("web").map(|i| i.id.to_string());
    assert_eq!(best(&env).as_deref(), Some("web:1.0"), "one that is deprecated comes after the others");
    assert_eq!(env.command(flag(item_id("web", "1.0"), None, Some(true))), Reply::Done);
    assert_eq!(best(&env).as_deref(), Some("web:2.0"), "one that is disabled is not found");
    let remove = |item| Command::RemoveItems { items: vec![item] };
    assert_eq!(env.command(remove(item_id("web", "2.0"))), Reply::Done);
    assert_eq!(best(&env), None);
    let both = vec![item_id("web", "1.0"), item_id("web", "2.0")];
    assert!(matches!(refusal(env.command(Command::RemoveItems { items: both })), Refusal::NotFound(_)));
    assert_eq!(env.root.catalog().versions("web").count(), 1, "all or none");
    for gone in [remove(item_id("web", "2.0")), flag(item_id("nope", "1"), None, None)] {
        assert!(matches!(refusal(env.command(gone)), Refusal::NotFound(_)));
    }
    let bundle = id("shop", "1.0");
    assert_eq!(env.command(Command::RemoveBundle { bundle: bundle.clone() }), Reply::Done);
    let again = refusal(env.command(Command::RemoveBundle { bundle }));
    assert_eq!(again.to_string(), "Bundle with id 'shop:1.0' not found");
    assert_eq!(env.root.catalog().bundles().len(), 1);
}

#[test]
fn the_first_catalog_is_given_once_and_a_reset_asks_for_it_again() {
    let mut env = Env::new();
    let begin = || Command::BeginCatalog {
        bundle: Some(Arc::new(bundle("default", "1", "a"))),
        problems: vec!["item x: no".to_owned()],
    };
    assert_eq!(env.command(begin()), Reply::Value(json!(true)));
    env.command(Command::RemoveBundle { bundle: id("default", "1") });
    env.take_over("node2", host("B", "boot2"), "node1 is gone");
    assert_eq!(env.command(begin()), Reply::Value(json!(false)), "what was removed stays away");
    assert_eq!(env.root.catalog_begun().map(|b| b.problems.len()), Some(1));
    env.put(bundle("shop", "1.0", "a"), false);
    env.command(Command::Reset);
    assert_eq!(env.root.catalog().bundles().len(), 0);
    assert!(env.root.catalog_begun().is_none());
}

#[test]
fn two_bundles_with_the_same_item_are_found_alike_whatever_came_first() {
    let one = Arc::new(bundle("a", "1", "of a"));
    let mut other = bundle("b", "1", "of b");
    other.items[0].id = item_id("web", "1");
    let other = Arc::new(other);
    let (mut first, mut second) = (Catalog::default(), Catalog::default());
    first.put(Arc::clone(&one));
    first.put(Arc::clone(&other));
    second.put(other);
    second.put(one);
    assert_eq!(first, second);
    assert_eq!(second.best("web").map(|i| i.plan.text.as_str()), Some("of a"));
}

#[test]
fn a_bundle_that_a_record_cannot_hold_is_refused() {
    let mut env = Env::new();
    let long = refusal(env.put(bundle("shop", "1.0", &"x".repeat(BUNDLE_RECORD_BYTES_MAX)), false));
    assert!(long.to_string().contains("BUNDLE_RECORD_BYTES_MAX"), "{long}");
}

#[test]
fn bytes_of_changes_of_the_catalog_are_stable() {
    let mut root = Root::empty();
    root.apply(&brownstone_engine::Change::decode(br#"{"bundle_put":{"bundle":{"id":{"name":"b","version":"1"},"source":{"zip":{"blob":"ab","bytes":3}},"sum":"ab","items":[],"added":7}}}"#).unwrap())
        .unwrap();
    let at = base::Moment::default();
    let command = Command::RemoveBundle { bundle: id("b", "1") };
    let input = Input::Command { request: RequestId(1), caller: Caller::default(), key: None, command };
    let done = step(&root, at, input);
    assert_eq!(done.changes[0].encode(), r#"{"bundle_removed":{"bundle":{"name":"b","version":"1"}}}"#);
}

#[test]
fn files_of_a_bundle_are_copied_and_templates_of_it_filled_in() {
    let mut env = Env::new();
    let mut zip = bundle("shop", "1.0", "a");
    zip.source = BundleSource::Zip { blob: BlobRef::new("ab"), bytes: 3 };
    env.put(zip, false);
    env.machine.texts.insert("t.conf".to_owned(), "name: ${entity.displayName}".to_owned());
    let mut web = specs::vanilla("web");
    web.bundles = vec![id("shop", "1.0")];
    for (key, value) in [
        ("files.runtime", json!({ "classpath://conf/a.txt": "a", "classpath:shop:1.0:/b.txt": "b" })),
        ("templates.runtime", json!({ "classpath:t.conf": "t.conf" })),
    ] {
        web.config.insert(key.to_owned(), model::spec::ConfigValue::new(value));
    }
    let (_, task) = env.deploy(specs::app("Shop", vec![web.clone()]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let run = env.entity(&env.named("web")).place.clone().expect("a place").run_dir.clone();
    for (file, content) in
        [("a", "conf/a.txt of shop:1.0"), ("b", "b.txt of shop:1.0"), ("t.conf", "name: web")]
    {
        assert_eq!(env.machine.files.get(&format!("{run}/{file}")).map(String::as_str), Some(content));
    }
    env.command(Command::RemoveBundle { bundle: id("shop", "1.0") });
    let (_, task) = env.deploy(specs::app("Again", vec![web]));
    env.settle();
    let why = env.task(&task).result.to_string();
    assert!(why.contains("bundle shop:1.0 is not in the catalog; add it again"), "{why}");
}
