//! How a name finds an item, and where items may be named.

use serde_json::json;

use super::*;
use crate::spec::{AdjunctKind, EffectorBody, LocationKind};

const VERSIONS: &str = "brooklyn.catalog:
  bundle: versions
  version: 1
  items:
  - {id: 'x:1.0', item: {type: BasicEntity, brooklyn.config: {v: '1.0'}}}
  - {id: 'x:1.10', item: {type: BasicEntity, brooklyn.config: {v: '1.10'}}}
  - {id: 'x:1.9', item: {type: BasicEntity, brooklyn.config: {v: '1.9'}}}
  - {id: 'x:2.0-SNAPSHOT', item: {type: BasicEntity, brooklyn.config: {v: '2.0-SNAPSHOT'}}}
  - {id: 'x:3.0', deprecated: true, item: {type: BasicEntity, brooklyn.config: {v: '3.0'}}}
  - {id: 'x:4.0', disabled: true, item: {type: BasicEntity, brooklyn.config: {v: '4.0'}}}
  - {id: 'y:1', disabled: true, item: {type: BasicEntity}}
";

#[test]
fn a_name_means_the_highest_release_and_a_version_pins() {
    let around = having(&[VERSIONS]);
    for (name, version) in [
        ("x", "1.10"),
        ("catalog:x", "1.10"),
        ("brooklyn:x", "1.10"),
        ("x:1.0", "1.0"),
        ("x:1.0.0", "1.0"),
        ("x:2.0-SNAPSHOT", "2.0-SNAPSHOT"),
        ("x:3.0", "3.0"),
    ] {
        let entity = service(&format!("services: [{{type: '{name}'}}]"), &around);
        assert_eq!(config(&entity), json!({ "v": version }), "{name}");
    }
}

#[test]
fn what_may_not_be_used_is_refused_by_name_and_what_should_not_is_reported() {
    let around = having(&[VERSIONS]);
    for (blueprint, expected) in [
        (
            "services: [{type: 'x:3.0'}]",
            "line 1, column 19: the item 'x:3.0' is deprecated (use another one)",
        ),
        (
            "services: [{type: 'x:4.0'}]",
            "app.yaml:1:19: error: the item 'x:4.0' is disabled (use another version, or have it enabled in the catalog)",
        ),
        (
            "services: [{type: y}]",
            "app.yaml:1:19: error: the item 'y:1' is disabled (use another version, or have it enabled in the catalog)",
        ),
        (
            "services: [{type: 'x:5'}]",
            "app.yaml:1:19: error: Unable to match plan item: there is no type 'x:5' (there is 'x' in version 2.0-SNAPSHOT, 1.0, 1.9, 1.10, 3.0, 4.0)",
        ),
        (
            "services: [{type: xx}]",
            "app.yaml:1:19: error: Unable to match plan item: there is no type 'xx' (did you mean 'x'?)",
        ),
        (
            "services: [{type: 'java:x'}]",
            "app.yaml:1:19: error: Unable to match plan item: there is no type 'java:x'",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.policies: [{type: x}]}]",
            "app.yaml:1:59: error: the item 'x:1.10' is an entity, not a policy (put it under `services`)",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.initializers: [{type: x}]}]",
            "app.yaml:1:63: error: the item 'x:1.10' is an entity, not an initializer (put it under `services`)",
        ),
        (
            "location: x\nservices: [{type: BasicEntity}]",
            "app.yaml:1:11: error: the item 'x:1.10' is an entity, not a location (put it under `services`)",
        ),
    ] {
        assert_eq!(lines(blueprint, &around), [expected], "{blueprint}");
    }
}

#[test]
fn in_an_items_text_its_own_bundle_comes_first() {
    let one = "brooklyn.catalog:
  bundle: one
  version: 1
  items:
  - {id: 'base:1', item: {type: BasicEntity, brooklyn.config: {of: one}}}
  - {id: 'user', item: {type: base}}
";
    let two = "brooklyn.catalog:
  bundle: two
  version: 1
  items:
  - {id: 'base:2', item: {type: BasicEntity, brooklyn.config: {of: two}}}
  - {id: 'other', item: {type: user, name: Other}}
";
    let around = having(&[one, two]);
    let of = |name: &str| config(&service(&format!("services: [{{type: {name}}}]"), &around));
    assert_eq!(of("user"), json!({"of": "one"}));
    assert_eq!(of("other"), json!({"of": "one"}), "the text of `user` is in bundle one");
    assert_eq!(of("base"), json!({"of": "two"}), "the blueprint itself is in none");
}

#[test]
fn an_item_hides_what_is_built_in_but_not_from_itself() {
    let around = having(&["brooklyn.catalog:
  version: 1
  items:
  - {id: server, item: {type: server, name: Ours}}
  - {id: BasicEntity, itemType: policy, item: {type: ServiceRestarter}}
"]);
    let entity = service("services: [{type: server}]", &around);
    assert_eq!((entity.type_name.simple(), entity.name.as_deref()), ("EmptySoftwareProcess", Some("Ours")));
    let entity = service("services: [{type: BasicEntity}]", &around);
    assert_eq!(entity.catalog_id, None, "an item of another kind is not meant");
}

#[test]
fn items_may_be_named_wherever_something_is_named() {
    let around = having(&["brooklyn.catalog:
  bundle: b
  version: 1
  items:
  - {id: node, item: {type: BasicEntity, brooklyn.config: {a: 1}}}
  - id: restarter
    item:
      brooklyn.policies:
      - {type: ServiceRestarter, name: Mine, uniqueTag: t, failOnRecurringFailuresInThisDuration: 5m}
  - {id: sum, item: {type: Aggregator, enricher.sourceSensor: x, enricher.targetSensor: y}}
  - {id: hello, item: {type: ssh-command-effector, name: hello, command: echo hello, parameters: {p: {}}}}
  - {id: load, item: {type: ssh-command-sensor, brooklyn.config: {command: uptime, period: 5s}}}
  - {id: place, item: {type: prod, brooklyn.config: {user: me, displayName: Ours}}}
  - {id: tagged, item: {type: add-tags-initializer, tags: [a]}}
"]);
    let entity = service(
        "services:
- type: DynamicCluster
  memberSpec: {$brooklyn:entitySpec: {type: node}}
  firstMemberSpec: $brooklyn:entitySpec(\"node:1\")
  brooklyn.children: [{type: 'catalog:node'}]
  brooklyn.policies: [{type: restarter, brooklyn.config: {setOnFireOnFailure: false}}]
  brooklyn.enrichers: [{type: sum, enricher.targetSensor: z}]
  brooklyn.initializers:
  - type: hello
    command: echo bye
  - {type: load, name: n, period: 1s}
  - {type: tagged}
  location: {place: {user: you}}
",
        &around,
    );
    let config = config(&entity);
    for key in ["dynamiccluster.memberspec", "dynamiccluster.firstmemberspec"] {
        let spec = &config[key][crate::compile::ENTITY_SPEC];
        assert_eq!((&spec["catalog_id"], &spec["config"]["a"]), (&json!("node:1"), &json!(1)), "{key}");
    }
    assert_eq!(entity.children.iter().map(|c| c.catalog_id.as_deref()).collect::<Vec<_>>(), [Some("node:1")]);
    let adjunct =
        |kind| entity.adjuncts.iter().find(|a| a.kind == kind).unwrap_or_else(|| panic!("{kind:?}"));
    let policy = adjunct(AdjunctKind::Policy);
    assert_eq!((policy.name.as_deref(), policy.unique_tag.as_deref()), (Some("Mine"), Some("t")));
    assert_eq!(policy.catalog_id.as_deref(), Some("restarter:1"));
    assert_eq!(policy.config.len(), 2, "{policy:?}");
    let enricher = adjunct(AdjunctKind::Enricher);
    assert_eq!(enricher.config["enricher.targetSensor"].given(), "z");
    let feed = adjunct(AdjunctKind::Feed);
    assert_eq!((feed.name.as_deref(), feed.catalog_id.as_deref()), (Some("n"), Some("load:1")));
    assert_eq!(
        (feed.config["command"].given(), feed.config["period"].given()),
        (&json!("uptime"), &json!("1s"))
    );
    let [effector] = entity.effectors.as_slice() else { panic!("{:?}", entity.effectors) };
    assert!(
        matches!(&effector.body, EffectorBody::ShellCommand { command, .. } if command.given() == "echo bye")
    );
    assert_eq!((effector.name.as_str(), effector.parameters.len()), ("hello", 1));
    assert_eq!(entity.tags, [json!("a")]);
    let [location] = entity.locations.as_deref().unwrap_or_default() else {
        panic!("{:?}", entity.locations)
    };
    assert_eq!(location.spec, "place");
    assert!(matches!(&location.kind, LocationKind::Byon { machines, .. } if machines.len() == 1));
    assert_eq!(location.flags["user"].given(), "you");
    assert_eq!(location.flags["displayName"].given(), "Ours");
    assert_eq!((entity.catalog_id, entity.bundles.len()), (None, 0), "the cluster stands in the blueprint");
}

#[test]
fn an_application_from_the_catalog_takes_the_place_of_the_one_around_it() {
    let around = having(&["brooklyn.catalog:
  bundle: b
  version: 1
  items:
  - {id: app, item: {name: App, brooklyn.config: {k: 1}, services: [{type: BasicEntity}, {type: BasicEntity}]}}
  - {id: one, itemType: template, item: {name: All, services: [{type: BasicEntity}]}}
"]);
    let app = deploy("name: Mine\nservices: [{type: app}]", &around).root;
    assert_eq!((app.name.as_deref(), app.children.len()), (Some("Mine"), 1), "two names: both stay");
    let app = deploy("services: [{type: app, name: Mine}]", &around).root;
    assert_eq!((app.name.as_deref(), app.children.len()), (Some("Mine"), 2));
    assert_eq!(app.catalog_id.as_deref(), Some("app:1"));
    for blueprint in
        ["type: app", "type: 'app:1'\nname: Mine\nlocation: localhost\nbrooklyn.config: {k: 2}\n"]
    {
        let app = deploy(blueprint, &around).root;
        assert_eq!((app.type_name.simple(), app.children.len()), ("BasicApplication", 2), "{blueprint}");
        assert_eq!(app.catalog_id.as_deref(), Some("app:1"));
    }
    for (blueprint, name) in [("type: one", Some("All")), ("type: one\nname: Mine", Some("Mine"))] {
        let app = deploy(blueprint, &around).root;
        assert_eq!((app.type_name.simple(), app.name.as_deref()), ("BasicApplication", name));
        assert_eq!(app.catalog_id.as_deref(), Some("one:1"));
        assert_eq!(app.children.iter().map(|c| c.name.as_deref()).collect::<Vec<_>>(), [None::<&str>]);
    }
    let entity = service("services: [{type: one}]", &around);
    assert_eq!(
        (entity.type_name.simple(), entity.name.as_deref()),
        ("BasicEntity", Some("All")),
        "unwrapped"
    );
}
