//! What an item says, and what is said over it.

use serde_json::json;

use super::*;
use crate::config::{Level, default_of};
use crate::types;

#[test]
fn config_is_merged_as_each_key_says() {
    let around = having(&["brooklyn.catalog:
  version: 1
  items:
  - id: base
    item:
      type: vanilla
      brooklyn.parameters:
      - {name: merged, type: map, inheritance.type: deep_merge}
      - {name: plain, type: map}
      - {name: own, inheritance.type: never, default: d}
      brooklyn.config:
        merged: {a: 1, b: {c: 1, d: 1}}
        plain: {a: 1}
        own: x
        free: {a: 1}
        shell.env: {A: 1, B: 1}
        shell.env.C: 1
      launch.command: base
"]);
    let entity = service(
        "services:
- type: base
  merged: {b: {c: 2}, e: 2}
  launch.command: mine
  brooklyn.config:
    plain: {b: 2}
    free: {b: 2}
    shell.env: {B: 2, C: 2}
    shell.env.D: 2
",
        &around,
    );
    assert_eq!(
        config(&entity),
        json!({
            "merged": {"a": 1, "b": {"c": 2, "d": 1}, "e": 2},
            "plain": {"b": 2},
            "free": {"b": 2},
            "shell.env": {"A": 1, "B": 2, "C": 2},
            "shell.env.D": 2,
            "launch.command": "mine",
        })
    );
    let names: Vec<&str> = entity.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["merged", "plain"], "what is never seen by others stays with the item");
}

#[test]
fn an_expression_over_an_items_map_is_reported_and_a_map_over_an_expression_is_merged() {
    let around = having(&["brooklyn.catalog:
  version: 1
  items:
  - {id: map, item: {type: vanilla, shell.env: {A: 1}}}
  - {id: expression, item: {type: vanilla, shell.env: '$brooklyn:config(\"e\")'}}
"]);
    let blueprint = "services: [{type: map, shell.env: '$brooklyn:config(\"e\")'}]";
    assert_eq!(config(&service(blueprint, &around)), json!({"shell.env": "$brooklyn:config(\"e\")"}));
    assert_eq!(
        lines(blueprint, &around),
        [
            "line 1, column 12: the item's entries of 'shell.env' are hidden by an expression (set single entries (`KEY.NAME: ...`) to keep the others)"
        ]
    );
    let entity = service("services: [{type: expression, shell.env: {A: 1}}]", &around);
    assert_eq!(config(&entity), json!({"shell.env": "$brooklyn:config(\"e\")", "shell.env.A": 1}));
}

#[test]
fn parameters_say_only_what_they_change() {
    let around = having(&["brooklyn.catalog:
  version: 1
  items:
  - id: base
    item:
      type: BasicEntity
      brooklyn.parameters:
      - {name: first, type: integer, description: First, default: 1, constraints: [required]}
      - {name: second, label: Second}
"]);
    let entity = service(
        "services:
- type: base
  second: x
  brooklyn.parameters:
  - {name: third, type: boolean}
  - {name: first, default: 2}
",
        &around,
    );
    let names: Vec<&str> = entity.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
    let first = &entity.parameters[0];
    assert_eq!((first.type_name.as_str(), first.description.as_deref()), ("integer", Some("First")));
    assert_eq!(first.constraints.len(), 1);
    assert_eq!(config(&entity), json!({"second": "x"}), "an item's parameter is a key beside `type`");
    let level = Level {
        config: &entity.config,
        parameters: &entity.parameters,
        type_def: types::by_wire_name(entity.type_name.as_str()),
    };
    assert_eq!(default_of(&[level], "first").map(|d| d.value), Some(crate::ConfigValue::new(2)));
    assert_eq!(
        lines("services: [{type: base, first: many}]", &around),
        [
            "app.yaml:1:32: error: 'first': Cannot coerce String \"many\" to java.lang.Integer: adapting failed"
        ]
    );
}

#[test]
fn what_can_be_many_comes_together_and_what_is_one_is_replaced() {
    let around = having(&["brooklyn.catalog:
  bundle: b
  version: 1
  items:
  - id: base
    item:
      type: BasicEntity
      name: Base
      iconUrl: base.png
      location: localhost
      brooklyn.tags: [base]
      brooklyn.children: [{type: BasicEntity, name: A}]
      brooklyn.policies: [{type: ServiceRestarter}]
      brooklyn.initializers:
      - {type: ssh-command-effector, name: both, command: base}
      - {type: ssh-command-effector, name: base, command: base}
  - {id: mid, item: {type: base, brooklyn.tags: [mid]}}
"]);
    let plain = service("services: [{type: mid}]", &around);
    assert_eq!((plain.name.as_deref(), plain.icon_url.as_deref()), (Some("Base"), Some("base.png")));
    assert_eq!(plain.locations.as_ref().map(Vec::len), Some(1));
    let entity = service(
        "services:
- type: mid
  name: Mine
  iconUrl: mine.png
  locations: []
  brooklyn.tags: [mine]
  brooklyn.children: [{type: BasicEntity, name: B}]
  brooklyn.policies: [{type: ServiceReplacer}]
  brooklyn.initializers:
  - {type: ssh-command-effector, name: both, command: mine}
",
        &around,
    );
    assert_eq!((entity.name.as_deref(), entity.icon_url.as_deref()), (Some("Mine"), Some("mine.png")));
    assert_eq!(entity.locations, Some(Vec::new()));
    assert_eq!(entity.tags, [json!("base"), json!("mid"), json!("mine")]);
    let children: Vec<_> = entity.children.iter().map(|c| c.name.as_deref().unwrap_or_default()).collect();
    assert_eq!(children, ["A", "B"]);
    let policies: Vec<_> = entity.adjuncts.iter().map(|a| a.type_name.simple()).collect();
    assert_eq!(policies, ["ServiceRestarter", "ServiceReplacer"]);
    let effectors: Vec<_> = entity.effectors.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(effectors, ["base", "both"], "the nearer one of two with the same name");
}

#[test]
fn an_entity_knows_its_outermost_item_and_the_bundles_of_its_texts() {
    let around = having(&[
        "brooklyn.catalog: {bundle: one, version: 1, items: [{id: base, item: {type: BasicEntity}}]}",
        "brooklyn.catalog:
  bundle: two
  version: 1
  items:
  - id: mid
    item:
      type: base
      brooklyn.children: [{type: BasicEntity}, {type: base}]
  - id: whole
    item: {services: [{type: mid}, {type: BasicEntity}]}
",
    ]);
    let entity = service("services: [{type: mid}]", &around);
    assert_eq!(
        (entity.catalog_id.as_deref(), bundles(&entity)),
        (Some("mid:1"), vec!["two:1".to_owned(), "one:1".to_owned()])
    );
    let below: Vec<_> = entity.children.iter().map(|c| (c.catalog_id.as_deref(), bundles(c))).collect();
    assert_eq!(
        below,
        [
            (Some("mid:1"), vec!["two:1".to_owned()]),
            (Some("base:1"), vec!["two:1".to_owned(), "one:1".to_owned()])
        ]
    );
    let app = deploy("services: [{type: whole}]", &around).root;
    assert_eq!((app.catalog_id.as_deref(), bundles(&app)), (Some("whole:1"), vec!["two:1".to_owned()]));
    let services: Vec<_> = app.children.iter().map(|c| c.catalog_id.as_deref()).collect();
    assert_eq!(services, [Some("mid:1"), Some("whole:1")]);
}

#[test]
fn two_of_one_item_do_not_clash_and_their_ids_can_be_named() {
    let around = having(&["brooklyn.catalog:
  version: 1
  items:
  - id: pair
    item:
      type: BasicStartable
      brooklyn.children:
      - {type: BasicEntity, id: db}
      - {type: BasicEntity, id: web, brooklyn.config: {url: '$brooklyn:entity(\"db\").attributeWhenReady(\"u\")'}}
"]);
    let blueprint = "services:
- {type: pair}
- {type: pair, brooklyn.config: {of: '$brooklyn:entity(\"db\").config(\"x\")', typo: '$brooklyn:entity(\"dbb\").config(\"x\")'}}
";
    assert_eq!(
        lines(blueprint, &around),
        ["line 3, column 101: no entity of this blueprint has the id 'dbb' (did you mean 'db'?)"]
    );
    let app = deploy(blueprint, &around).root;
    let web = app.children[1].children.iter().find(|c| c.plan_id() == Some("web"));
    assert_eq!(
        web.map(config),
        Some(json!({"camp.plan.id": "web", "url": "$brooklyn:entity(\"db\").attributeWhenReady(\"u\")"}))
    );
}
