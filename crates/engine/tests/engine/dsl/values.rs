//! What an expression gives when it is read now, as a table.

use std::collections::BTreeMap;

use base::Secret;
use brownstone_engine::input::Command;
use brownstone_engine::{Externals, Provider};
use model::config::Key;
use model::spec::{ConfigValue, EntitySpec, KeySpec};
use serde_json::{Value, json};

use crate::env::Env;
use crate::specs::{app, basic, with};

/// Shop (plan id `shop`) with `one` (plan id `a`), which has `under` (plan id `deep`), and `two` (plan id `b`).
fn shop(under: EntitySpec) -> Env {
    let one = with(basic("one"), [("camp.plan.id", json!("a")), ("port", json!(8080)), ("host", json!("h"))]);
    let one = EntitySpec { children: vec![under], ..one };
    let two = with(basic("two"), [("camp.plan.id", json!("b")), ("list", json!([1, {"k": "v"}]))]);
    let mut spec = app("Shop", vec![one, two]);
    spec.root.config.insert("camp.plan.id".to_owned(), ConfigValue::new("shop"));
    spec.root.config.insert("color".to_owned(), ConfigValue::new("red"));
    let mut env = Env::new();
    env.deploy(spec);
    env.settle();
    let two = env.named("two");
    for (sensor, value) in [("url", json!("http://b/x y")), ("zero", json!(0)), ("m", json!({"k": [1, 2]}))] {
        env.command(Command::SetSensor { entity: two.clone(), sensor: sensor.to_owned(), value });
    }
    env
}

/// What `given` as the config `x` of `under` is shown as.
fn shown(given: Value) -> (Env, Value) {
    let under = with(basic("under"), [("camp.plan.id", json!("deep")), ("x", given)]);
    let env = shop(under);
    let value = env.root.config_shown(&env.named("under"), "x", true).expect("it is set");
    (env, value)
}

#[test]
fn expressions_give_what_brooklyn_says() {
    for (given, wanted) in [
        (json!("$brooklyn:config(\"color\")"), json!("red")),
        (json!({"$brooklyn:config": "color"}), json!("red")),
        (json!("$brooklyn:entity(\"a\").config(\"port\")"), json!(8080)),
        (json!("$brooklyn:component(\"b\").config(\"list\")[1][\"k\"]"), json!("v")),
        (json!("$brooklyn:component(\"ancestor\", \"a\").config(\"port\")"), json!(8080)),
        (json!("$brooklyn:parent().sibling(\"b\").attributeWhenReady(\"url\")"), json!("http://b/x y")),
        (json!("$brooklyn:root().descendant(\"b\").attributeWhenReady(\"m\")[\"k\"][1]"), json!(2)),
        (
            json!({"$brooklyn:chain": ["$brooklyn:entity(\"b\")", {"attributeWhenReady": ["zero", {"wait_for_truthy": false}]}]}),
            json!(0),
        ),
        (json!("$brooklyn:scopeRoot().config(\"color\")"), json!("red")),
        (
            json!("$brooklyn:formatString(\"%s:%05d\", config(\"color\"), parent().config(\"port\"))"),
            json!("red:08080"),
        ),
        (
            json!("$brooklyn:urlEncode(entity(\"b\").attributeWhenReady(\"url\"))"),
            json!("http%3A%2F%2Fb%2Fx+y"),
        ),
        (json!("$brooklyn:regexReplacement(\"a-b-c\", \"(b)-\", \"<$1>\")"), json!("a-<b>c")),
        (json!({"$brooklyn:literal": "$brooklyn:self()"}), json!("$brooklyn:self()")),
        (
            json!("$brooklyn:sensor(\"url\")"),
            json!({"type": "org.apache.brooklyn.api.sensor.AttributeSensor", "name": "url"}),
        ),
        (
            json!("$brooklyn:external(\"brooklyn-demo-sample\", \"hidden-brooklyn-password\")"),
            json!("br00k11n"),
        ),
        (
            json!({"a": ["$brooklyn:config(\"color\")", {"$brooklyn:formatString": ["%s!", "b"]}]}),
            json!({"a": ["red", "b!"]}),
        ),
        (json!({"$brooklyn:config(\"color\")": 1, "other": 2}), json!({"red": 1, "other": 2})),
        (
            json!({"$brooklyn:template": ["${config['color']} ${entity.displayName} ${n}", {"n": 7}]}),
            json!("red under 7"),
        ),
        (json!("$brooklyn:config(\"missing\")"), json!(null)),
    ] {
        let (_, value) = shown(given.clone());
        assert_eq!(value, wanted, "{given}");
    }
}

#[test]
fn entities_are_given_by_reference() {
    for (given, name) in [
        ("$brooklyn:self()", "under"),
        ("$brooklyn:parent()", "one"),
        ("$brooklyn:root()", "Shop"),
        ("$brooklyn:entity(\"b\")", "two"),
        ("$brooklyn:component(\"parent\", \"x\")", "one"),
        ("$brooklyn:application(\"Shop\")", "Shop"),
    ] {
        let (env, value) = shown(json!(given));
        let id = env.named(name);
        assert_eq!(
            value,
            json!({"type": "org.apache.brooklyn.api.entity.Entity", "id": id.as_str()}),
            "{given}"
        );
    }
    let (env, value) = shown(json!("$brooklyn:entity(\"b\").entityId()"));
    assert_eq!(value, json!(env.named("two").as_str()));
}

#[test]
fn what_has_no_value_is_shown_as_it_was_given() {
    for given in [
        json!("$brooklyn:entity(\"nobody\").config(\"x\")"),
        json!("$brooklyn:attributeWhenReady(\"never\")"),
        json!("$brooklyn:entity(\"b\").attributeWhenReady(\"zero\")"),
        json!("$brooklyn:external(\"nobody\", \"k\")"),
        json!("$brooklyn:config(\"x\")"),
        json!({"a": "$brooklyn:attributeWhenReady(\"never\")"}),
    ] {
        let (env, value) = shown(given.clone());
        assert_eq!(value, given);
        assert_eq!(env.root.config_shown(&env.named("under"), "x", false), Some(given));
    }
}

#[test]
fn a_circle_of_config_and_a_flood_of_expressions_end() {
    let under = with(
        basic("under"),
        [
            ("x", json!("$brooklyn:config(\"y\")")),
            ("y", json!("$brooklyn:formatString(\"%s\", config(\"x\"))")),
        ],
    );
    let env = shop(under);
    assert_eq!(env.root.config_shown(&env.named("under"), "x", true), Some(json!("$brooklyn:config(\"y\")")));
    let mut under = basic("under");
    for n in 0..60 {
        let twice =
            format!("$brooklyn:formatString(\"%s%s\", config(\"x{}\"), config(\"x{}\"))", n + 1, n + 1);
        under.config.insert(format!("x{n}"), ConfigValue::new(twice));
    }
    let env = shop(under);
    let shown = env.root.config_shown(&env.named("under"), "x0", true).expect("it is set");
    assert!(shown.as_str().is_some_and(|s| s.starts_with("$brooklyn:")), "{shown}");
}

#[test]
fn inherited_expressions_are_shown_as_the_reader_sees_them() {
    let mut spec = app("Shop", vec![with(basic("child"), [("own", json!("childValue"))])]);
    spec.root.config.insert("own".to_owned(), ConfigValue::new("parentValue"));
    spec.root.config.insert("example".to_owned(), ConfigValue::new("$brooklyn:config(\"own\")"));
    let mut env = Env::new();
    env.deploy(spec);
    let shown = |name: &str| env.root.config_shown(&env.named(name), "example", true);
    assert_eq!(shown("Shop"), Some(json!("parentValue")));
    assert_eq!(shown("child"), Some(json!("childValue")));
}

#[test]
fn secrets_are_looked_up_at_each_use_and_are_in_no_record() {
    let given = json!("$brooklyn:external(\"vault\", \"k\")");
    let (env, value) = shown(given.clone());
    assert_eq!(value, given, "this server does not know it");
    let values = BTreeMap::from([("k".to_owned(), Secret::new("hunter2"))]);
    let externals = Externals::new(BTreeMap::from([("vault".to_owned(), Provider::Values(values))]));
    let root = env.root.clone().with_externals(externals);
    assert_eq!(root.config_shown(&env.named("under"), "x", true), Some(json!("hunter2")));
    assert_eq!(root.hash(), env.root.hash());
    let parts: Vec<u8> = root.checkpoint_parts().flatten().collect();
    assert!(!String::from_utf8_lossy(&parts).contains("hunter2"));
}

#[test]
fn parameters_are_declared_keys_with_defaults_and_types() {
    let mut under = basic("under");
    under.parameters = serde_json::from_value::<Vec<KeySpec>>(json!([
        {"name": "size", "type": "integer", "default": "$brooklyn:parent().config(\"port\")", "pinned": true},
        {"name": "ref", "type": "integer", "pinned": true},
    ]))
    .expect("parameters");
    let under = with(under, [("ref", json!("$brooklyn:formatString(\"%s1\", config(\"size\"))"))]);
    let env = shop(under);
    let id = env.named("under");
    assert_eq!(env.root.config_shown(&id, "ref", true), Some(json!(80801)));
    assert_eq!(env.root.config_shown(&id, "size", true), None, "a default is not shown as a value");
    let keys: Vec<&str> = env.root.config_keys(&id).iter().map(Key::name).take(2).collect();
    assert_eq!(keys, ["size", "ref"]);
}

#[test]
fn text_that_is_set_over_rest_stays_text() {
    let mut env = shop(basic("under"));
    let under = env.named("under");
    let value = json!("$brooklyn:config(\"color\")");
    env.command(Command::SetConfig { entity: under.clone(), key: "x".to_owned(), value: value.clone() });
    assert_eq!(env.root.config_shown(&under, "x", true), Some(value));
}

#[test]
fn of_several_entities_with_a_plan_id_the_nearest_is_meant_and_a_new_id_counts_at_once() {
    let named = |name: &str| with(basic(name), [("camp.plan.id", json!("db")), ("is", json!(name))]);
    let site = |n: usize| EntitySpec {
        children: vec![
            named(&format!("db{n}")),
            with(basic(&format!("web{n}")), [("x", json!("$brooklyn:entity(\"db\").config(\"is\")"))]),
        ],
        ..basic(&format!("site{n}"))
    };
    let mut env = Env::new();
    env.deploy(app("Shop", vec![site(1), site(2), site(3)]));
    env.settle();
    let shown = |env: &Env, n: usize| env.root.config_shown(&env.named(&format!("web{n}")), "x", true);
    for n in 1..=3 {
        assert_eq!(shown(&env, n), Some(json!(format!("db{n}"))));
    }
    let rename = |env: &mut Env, entity: &str, value: &str| {
        let (entity, value) = (env.named(entity), json!(value));
        env.command(Command::SetConfig { entity, key: "camp.plan.id".to_owned(), value });
    };
    rename(&mut env, "db2", "other");
    assert_eq!(shown(&env, 2), Some(json!("db1")), "its own is gone: the first of the others");
    rename(&mut env, "db1", "other");
    assert_eq!(shown(&env, 2), Some(json!("db3")), "the only one left");
    rename(&mut env, "site2", "db");
    let of_site = shown(&env, 2);
    assert_eq!(of_site, Some(json!(null)), "it is the one above now, which has no such config");
}
