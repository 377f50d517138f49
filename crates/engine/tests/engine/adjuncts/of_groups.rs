//! Enrichers between a group and its members: what the group gives, what the primary says, how many are well.

use base::EntityId;
use brownstone_engine::Lifecycle;
use brownstone_engine::input::Command;
use model::spec::AdjunctSpec;
use serde_json::{Value, json};

use super::{adjunct, with_adjunct};
use crate::env::{Env, host};
use crate::specs::{self, of_type, with};

/// A cluster of so many basic entities with one enricher, and its members.
fn group(size: i64, enricher: AdjunctSpec) -> (Env, EntityId, Vec<EntityId>) {
    let mut env = Env::new();
    let spec = with(
        of_type("DynamicCluster", "c"),
        [
            ("cluster.initial.size", json!(size)),
            ("dynamiccluster.memberspec", json!({ "$brooklyn:entitySpec": specs::basic("m") })),
        ],
    );
    env.deploy(specs::app("Shop", vec![with_adjunct(spec, enricher)]));
    env.settle();
    let c = env.named("c");
    let members = env.root.members(&c).map(|m| m.id.clone()).collect();
    (env, c, members)
}

fn entity(id: &EntityId) -> Value {
    json!({ "type": "org.apache.brooklyn.api.entity.Entity", "id": id.as_str() })
}

#[test]
fn members_have_what_their_group_gives_also_those_that_come_later() {
    let (mut env, c, members) = group(2, adjunct("PropagateToMembers", [("propagating", json!(["a"]))]));
    env.set(&c, "a", json!(1));
    env.set(&c, "b", json!(2));
    for m in &members {
        assert_eq!((env.sensor(m, "a"), env.sensor(m, "b")), (Some(json!(1)), None));
    }
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    env.invoke_with(&c, "resize", [("desiredSize", json!(3))]);
    env.settle();
    let newest = env.root.members(&c).last().expect("a third").id.clone();
    assert!(!members.contains(&newest));
    assert_eq!(env.sensor(&newest, "a"), Some(json!(1)));
    env.set(&c, "a", json!(7));
    assert!(env.root.members(&c).all(|m| m.sensor("a") == Some(&json!(7))));
}

#[test]
fn propagating_nothing_to_members_is_said() {
    let (env, c, _) = group(1, adjunct("PropagateToMembers", []));
    assert_eq!(env.trouble(&c), Some("'enricher.propagating.inclusions' must be set"));
}

#[test]
fn a_group_shows_what_its_primary_says_whoever_that_is() {
    let (mut env, c, members) =
        group(2, adjunct("PropagatePrimaryEnricher", [("propagating", json!(["a", "service.isUp"]))]));
    let up = env.sensor(&c, "service.isUp");
    env.set(&members[0], "a", json!("first"));
    env.set(&members[1], "a", json!("second"));
    assert_eq!(env.sensor(&c, "a"), None, "nobody is it");
    env.set(&c, "primary", entity(&members[0]));
    assert_eq!(env.sensor(&c, "a"), Some(json!("first")));
    env.set(&members[0], "a", json!("changed"));
    assert_eq!(env.sensor(&c, "a"), Some(json!("changed")));
    env.set(&c, "primary", entity(&members[1]));
    assert_eq!(env.sensor(&c, "a"), Some(json!("second")));
    env.set(&members[0], "a", json!("of no interest"));
    assert_eq!(env.sensor(&c, "a"), Some(json!("second")), "the earlier one is not heard any more");
    env.set(&members[1], "service.isUp", json!(false));
    assert_eq!(env.sensor(&c, "service.isUp"), up, "how the group is stays its own");
}

#[test]
fn a_group_without_a_primary_that_runs_is_not_up_and_says_why() {
    let mut env = Env::new();
    let front = with_adjunct(specs::basic("front"), adjunct("PrimaryRunningEnricher", []));
    env.deploy(specs::app("Shop", vec![front, specs::vanilla("web")]));
    env.settle();
    let (front, web) = (env.named("front"), env.named("web"));
    let why = |env: &Env| {
        env.sensor(&front, "service.notUp.indicators").and_then(|m| m.get("primary.enricher").cloned())
    };
    assert_eq!(why(&env), Some(json!("There is no primary")));
    assert_eq!(env.sensor(&front, "service.isUp"), Some(json!(false)));
    env.set(&front, "primary", entity(&web));
    assert_eq!(why(&env), None);
    assert_eq!(env.sensor(&front, "service.isUp"), Some(json!(true)));
    env.invoke(&web, "stop");
    env.settle();
    let said = why(&env).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    assert_eq!(said, format!("The primary is not running: VanillaSoftwareProcessImpl{{id={web}, name=web}}"));
    env.invoke(&web, "start");
    env.settle();
    assert_eq!((env.state(&web), why(&env)), (Some(Lifecycle::Running), None));
    env.command(Command::Expunge { entity: web, release: true });
    env.settle();
    env.set(&front, "primary", Value::Null);
    assert_eq!(why(&env), Some(json!("There is no primary")));
}

/// An aggregator of `a` into `b`.
fn aggregating<const N: usize>(config: [(&str, Value); N]) -> AdjunctSpec {
    let mut all = adjunct("Aggregator", [("sourceSensor", json!("a")), ("targetSensor", json!("b"))]);
    all.config.extend(adjunct("Aggregator", config).config);
    all
}

#[test]
fn an_aggregator_counts_only_values_and_entities_that_pass_its_filters() {
    let above = json!({ "greater-than": 10 });
    let named = json!({ "sensor": "kind", "equals": "good" });
    for (config, then) in [
        (("valueFilter", above), json!(70.0)),
        (("valueFilter", json!("alwaysFalse")), Value::Null),
        (("valueFilter", json!("alwaysTrue")), json!(75.0)),
        (("entityFilter", named), json!(25.0)),
    ] {
        let wanted = format!("{config:?}");
        let (mut env, c, members) = group(3, aggregating([config, ("transformation", json!("sum"))]));
        for (m, (value, kind)) in members.iter().zip([(5, "good"), (20, "good"), (50, "bad")]) {
            env.set(m, "kind", json!(kind));
            env.set(m, "a", json!(value));
        }
        assert_eq!(env.sensor(&c, "b").unwrap_or_default(), then, "{wanted}");
    }
}

#[test]
fn an_aggregator_says_whether_enough_are_well() {
    for (quorum, values, then) in [
        (json!("all"), [Some(true), Some(true), Some(true)], true),
        (json!("all"), [Some(true), Some(false), Some(true)], false),
        (json!("atLeastOne"), [Some(false), Some(true), Some(false)], true),
        (json!("atLeastOne"), [Some(false), Some(false), None], false),
        (json!("allAndAtLeastOne"), [None, None, None], false),
        (json!(2), [Some(true), Some(false), Some(true)], true),
        (json!(2), [Some(true), Some(false), None], false),
    ] {
        let config = [("transformation", json!("isQuorate")), ("quorum.check.type", quorum.clone())];
        let (mut env, c, members) = group(3, aggregating(config));
        for (m, value) in members.iter().zip(values) {
            if let Some(value) = value {
                env.set(m, "a", json!(value));
            }
        }
        assert_eq!(env.sensor(&c, "b"), Some(json!(then)), "{quorum} of {values:?}");
    }
    let (env, c, _) = group(1, aggregating([("transformation", json!("most"))]));
    assert!(env.trouble(&c).expect("it cannot").starts_with("there is no transformation \"most\": "));
}
