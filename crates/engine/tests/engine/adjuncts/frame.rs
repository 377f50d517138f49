//! Beginning, resting, changing, ending, and what a take-over means.

use std::sync::Arc;

use base::AdjunctId;
use brownstone_engine::effect::{Refusal, Reply};
use brownstone_engine::input::Command;
use model::spec::AdjunctSpec;
use serde_json::json;

use super::{adjunct, one};
use crate::env::{Env, host, refusal};
use crate::specs;

fn doubling() -> AdjunctSpec {
    adjunct("Transformer", [("sourceSensor", json!("a")), ("targetSensor", json!("b"))])
}

#[test]
fn an_adjunct_works_from_the_creation_of_its_entity_until_it_is_taken_away() {
    let (mut env, id) = one(doubling());
    env.set(&id, "a", json!(1));
    assert_eq!(env.sensor(&id, "b"), Some(json!(1)));
    let adjunct = env.only_adjunct(&id);
    assert_eq!(
        env.command(Command::RemoveAdjunct { entity: id.clone(), adjunct: adjunct.clone() }),
        Reply::Done
    );
    assert!(!env.root.adjunct_runs(&adjunct));
    env.set(&id, "a", json!(2));
    assert_eq!(env.sensor(&id, "b"), Some(json!(1)));
    let again = env.command(Command::RemoveAdjunct { entity: id.clone(), adjunct });
    assert!(matches!(refusal(again), Refusal::NotFound(_)));
}

#[test]
fn an_adjunct_that_is_added_later_sees_at_once_what_is_there() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![specs::basic("one")]));
    env.settle();
    let id = env.named("one");
    env.set(&id, "a", json!("x"));
    let reply = env.command(Command::AddAdjunct { entity: id.clone(), spec: Arc::new(doubling()) });
    assert_eq!(reply, Reply::Value(env.only_adjunct(&id).as_str().into()));
    assert_eq!(env.sensor(&id, "b"), Some(json!("x")));
}

#[test]
fn a_second_adjunct_with_the_same_tag_takes_the_place_of_the_first() {
    let tagged = |target: &str| AdjunctSpec {
        unique_tag: Some("copy".to_owned()),
        ..adjunct("Transformer", [("sourceSensor", json!("a")), ("targetSensor", json!(target))])
    };
    let (mut env, id) = one(tagged("b"));
    env.command(Command::AddAdjunct { entity: id.clone(), spec: Arc::new(tagged("c")) });
    env.set(&id, "a", json!(1));
    assert_eq!((env.sensor(&id, "b"), env.sensor(&id, "c")), (None, Some(json!(1))));
    assert_eq!(env.entity(&id).adjuncts.size(), 1);
}

#[test]
fn a_suspended_adjunct_rests_over_a_take_over_until_it_is_resumed() {
    let (mut env, id) = one(doubling());
    let adjunct = env.only_adjunct(&id);
    env.command(Command::SuspendAdjunct { entity: id.clone(), adjunct: adjunct.clone() });
    env.set(&id, "a", json!(1));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    env.set(&id, "a", json!(2));
    assert_eq!(env.sensor(&id, "b"), None);
    env.command(Command::ResumeAdjunct { entity: id.clone(), adjunct });
    assert_eq!(env.sensor(&id, "b"), Some(json!(2)));
}

#[test]
fn a_new_master_runs_what_the_earlier_one_ran() {
    let (mut env, id) = one(doubling());
    env.take_over("node2", host("B", "boot1"), "no sign of life of node1 for 30s");
    env.settle();
    env.set(&id, "a", json!(3));
    assert_eq!(env.sensor(&id, "b"), Some(json!(3)));
}

#[test]
fn changed_config_counts_at_once() {
    let (mut env, id) = one(doubling());
    env.set(&id, "a", json!(1));
    let adjunct = env.only_adjunct(&id);
    let set = |key: &str| Command::SetAdjunctConfig {
        entity: id.clone(),
        adjunct: adjunct.clone(),
        key: key.to_owned(),
        value: json!("c"),
    };
    assert_eq!(env.command(set("targetSensor")), Reply::Done);
    assert_eq!(env.sensor(&id, "c"), Some(json!(1)));
    assert!(matches!(refusal(env.command(set("nothing"))), Refusal::NotFound(_)));
}

#[test]
fn an_adjunct_that_cannot_work_says_why_and_disturbs_nobody() {
    let (mut env, id) = one(adjunct("Transformer", [("targetSensor", json!("b"))]));
    assert_eq!(env.trouble(&id), Some("it needs sourceSensor, or targetValue"));
    env.set(&id, "a", json!(1));
    let (env, id) =
        one(AdjunctSpec { type_name: model::TypeName::new("com.acme.Later"), ..adjunct("Transformer", []) });
    assert_eq!(env.trouble(&id), Some("this version does not know com.acme.Later: it does nothing"));
    let unknown = AdjunctId::new("nobody");
    assert_eq!(env.root.adjunct_trouble(&unknown), None);
}
