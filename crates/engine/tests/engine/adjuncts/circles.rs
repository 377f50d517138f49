//! Enrichers that set each other off.

use std::sync::Arc;

use base::{AdjunctId, EntityId};
use brownstone_engine::effect::Reply;
use brownstone_engine::input::Command;
use model::spec::AdjunctSpec;
use serde_json::{Value, json};

use super::{adjunct, with_adjunct};
use crate::env::Env;
use crate::specs;

fn copy(from: &str, to: &str) -> AdjunctSpec {
    let name = Some(format!("{from} to {to}"));
    AdjunctSpec {
        name,
        ..adjunct("Transformer", [("sourceSensor", json!(from)), ("targetSensor", json!(to))])
    }
}

/// `to` is what the sensor is plus one.
fn count_on(from: &str, to: &str) -> AdjunctSpec {
    let next = format!("$brooklyn:formatString(\"%s+\", attributeWhenReady(\"{from}\"))");
    let mut spec = copy(from, to);
    spec.config.extend(adjunct("Transformer", [("targetValue", json!(next))]).config);
    spec
}

/// A plane with one entity, which has these.
fn entity(adjuncts: impl IntoIterator<Item = AdjunctSpec>) -> (Env, EntityId) {
    let mut env = Env::new();
    let spec = adjuncts.into_iter().fold(specs::basic("one"), with_adjunct);
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let id = env.named("one");
    (env, id)
}

fn troubled(env: &Env, id: &EntityId) -> Vec<String> {
    let adjuncts = env.entity(id).adjuncts.values();
    let mut troubled: Vec<String> = adjuncts
        .filter(|a| env.root.adjunct_trouble(&a.id).is_some_and(|why| why.starts_with("cut: ")))
        .filter_map(|a| a.spec.name.clone())
        .collect();
    troubled.sort();
    troubled
}

#[test]
fn what_goes_round_in_a_circle_without_end_is_cut_and_those_in_it_are_named() {
    for back in [copy("b", "a"), count_on("b", "a")] {
        let (mut env, id) = entity([copy("a", "b"), back.clone(), copy("a", "beside")]);
        // `settle` fails where this does not come to rest.
        env.set(&id, "a", json!("1"));
        assert_eq!(troubled(&env, &id), ["a to b", "b to a"]);
        assert_eq!(env.warnings.len(), 1, "{:?}", env.warnings);
        let text = &env.warnings[0];
        for said in ["a to b", "b to a", "one"] {
            assert!(text.contains(said), "{text}");
        }
        assert!(!text.contains("beside"), "who only listens is no part of it: {text}");
        assert_eq!(env.sensor(&id, "beside"), env.sensor(&id, "a"));
        // The next thing from outside is heard again.
        env.set(&id, "a", json!("2"));
        assert!(env.sensor(&id, "b").is_some_and(|b| b.as_str().is_some_and(|b| b.starts_with('2'))));
        assert_eq!(env.warnings.len(), 2);
        // Without the circle nothing is wrong.
        let of = |name: &str| -> AdjunctId {
            let found = env.entity(&id).adjuncts.values().find(|a| a.spec.name.as_deref() == Some(name));
            found.expect("an adjunct of this name").id.clone()
        };
        let remove = Command::RemoveAdjunct { entity: id.clone(), adjunct: of("b to a") };
        assert_eq!(env.command(remove), Reply::Done);
        env.set(&id, "a", json!("3"));
        assert_eq!((troubled(&env, &id), env.sensor(&id, "b")), (Vec::new(), Some(json!("3"))));
    }
}

#[test]
fn a_circle_over_several_entities_is_cut() {
    let mut env = Env::new();
    let names = ["one", "two", "three"];
    env.deploy(specs::app("Shop", names.map(specs::basic).to_vec()));
    env.settle();
    let ids = names.map(|name| env.named(name));
    for (i, id) in ids.iter().enumerate() {
        let mut spec = copy("a", "a");
        let before = ids[(i + 2) % 3].as_str();
        spec.config.extend(adjunct("Transformer", [("producer", json!(before))]).config);
        env.command(Command::AddAdjunct { entity: id.clone(), spec: Arc::new(spec) });
    }
    env.set(&ids[0], "a", json!(1));
    assert_eq!(env.warnings.len(), 1);
    for name in names {
        assert!(env.warnings[0].contains(&format!("name={name}")), "{}", env.warnings[0]);
    }
    assert!(ids.iter().all(|id| env.sensor(id, "a") == Some(json!(1))));
}

#[test]
fn a_circle_that_comes_to_rest_by_itself_is_let_be() {
    let quiet = |from, to| {
        let mut spec = copy(from, to);
        spec.config.extend(adjunct("Transformer", [("suppressDuplicates", json!(true))]).config);
        spec
    };
    let (mut env, id) = entity([quiet("a", "b"), quiet("b", "a")]);
    env.set(&id, "a", json!(7));
    assert_eq!(env.sensor(&id, "b"), Some(json!(7)));
    assert_eq!((env.warnings.len(), troubled(&env, &id)), (0, Vec::new()));
}

#[test]
fn a_long_row_of_enrichers_is_no_circle() {
    let n = 2 * brownstone_engine::limits::CIRCLE_MAX;
    let (mut env, id) = entity((0..n).map(|i| copy(&format!("s{i}"), &format!("s{}", i + 1))));
    env.set(&id, "s0", json!("through"));
    assert_eq!(env.sensor(&id, &format!("s{n}")), Some(Value::from("through")));
    assert_eq!(env.warnings, Vec::<String>::new());
}
