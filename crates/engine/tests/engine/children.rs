//! Children that are added while their parent is there.

use std::sync::Arc;

use base::{EntityId, TaskId};
use brownstone_engine::effect::{Refusal, Reply};
use brownstone_engine::input::{Command, WriteKey};
use brownstone_engine::{Lifecycle, Status};
use model::spec::{ConfigValue, EffectorBody, EntitySpec, NewChildren, ParameterSpec};
use serde_json::{Value, json};

use crate::env::{Env, refusal, task_of};
use crate::specs::{self, with_body};

/// A plane whose application has an effector `more` that adds this.
fn plane(blueprint: &str, auto_start: bool) -> Env {
    let mut env = Env::new();
    let mut app = specs::app("Shop", vec![specs::vanilla("web")]);
    let wanted = NewChildren { blueprint: blueprint.to_owned(), auto_start };
    app.root = with_body(app.root, "more", EffectorBody::AddChildren(wanted));
    if let Some(effector) = app.root.effectors.last_mut() {
        effector.parameters.push(ParameterSpec {
            name: "size".to_owned(),
            type_name: "integer".to_owned(),
            description: None,
            default: Some(ConfigValue::new(7)),
        });
    }
    env.deploy(app);
    env.settle();
    env
}

fn more<const N: usize>(env: &mut Env, params: [(&str, Value); N]) -> TaskId {
    let task = env.invoke_with(&env.named("Shop"), "more", params);
    env.settle();
    task
}

fn add(env: &mut Env, specs: Vec<EntitySpec>, start: bool) -> (EntityId, TaskId) {
    let (parent, specs) = (env.named("Shop"), Arc::new(specs));
    let added = env.command(Command::AddChildren { parent, specs, source: "the text".to_owned(), start });
    task_of(added)
}

#[test]
fn an_effector_adds_what_its_blueprint_says_starts_it_and_returns_its_id() {
    let mut env = plane("services:\n- type: server\n  name: added ${size} ${colour}\n", true);
    let task = more(&mut env, [("colour", json!("red"))]);
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let added = env.named("added 7 red");
    assert_eq!(env.task(&task).result, json!([added.as_str()]));
    assert_eq!(env.state(&added), Some(Lifecycle::Running));
    assert_eq!(env.entity(&added).parent, Some(env.named("Shop")));
    assert_eq!(env.entity(&added).config["size"].given(), &json!(7), "parameters are its config");
    let outline = env.outline(&task);
    assert_eq!(
        outline[..4],
        [
            "more: Completed",
            "  add children: Completed",
            "    add (parallel): Completed",
            "      start: Completed"
        ]
    );
    // Each call adds another one.
    more(&mut env, [("size", json!(8)), ("colour", json!("blue"))]);
    env.named("added 8 blue");
    env.named("added 7 red");
}

#[test]
fn what_is_not_to_be_started_or_cannot_be_is_only_there() {
    let mut env = plane("type: server\nname: added\n", false);
    let task = more(&mut env, []);
    let added = env.named("added");
    assert_eq!(env.task(&task).result, json!([added.as_str()]));
    assert_eq!(env.outline(&task), ["more: Completed", "  add children: Completed"]);
    assert!(env.entity(&added).machine.is_none());

    let mut env = plane("- {type: BasicEntity, name: plain}\n", true);
    let task = more(&mut env, []);
    assert_eq!(env.task(&task).result, json!([env.named("plain").as_str()]));
    assert_eq!(env.outline(&task)[3], "      create: Completed");
}

#[test]
fn several_are_put_into_one_that_says_how_many() {
    let mut env = plane("services:\n- {type: BasicEntity, name: a}\n- {type: BasicEntity, name: b}\n", true);
    let task = more(&mut env, []);
    let both = env.named("Dynamically added 2 children");
    assert_eq!(env.task(&task).result, json!([both.as_str()]));
    assert_eq!(env.entity(&env.named("b")).parent, Some(both));
}

#[test]
fn a_blueprint_that_is_wrong_with_its_parameters_fails_the_call_with_its_place() {
    let mut env = plane("services:\n- type: ${size}\n", true);
    let before = env.root.entity_count();
    let task = more(&mut env, [("size", json!("3"))]);
    assert_eq!(env.status(&task), Status::Failed);
    let said = env.task(&task).result.as_str().expect("a text").to_owned();
    assert!(said.contains("there is no type '3'") && said.contains("line 2, column 9"), "{said}");
    assert_eq!(env.root.entity_count(), before);
}

#[test]
fn whoever_adds_children_gets_a_task_that_starts_them_all_and_returns_their_ids() {
    let mut env = plane("type: server\n", true);
    let (first, task) = add(&mut env, vec![specs::vanilla("two"), specs::basic("three")], true);
    env.settle();
    assert_eq!(first, env.named("two"));
    assert_eq!(env.task(&task).result, json!([first.as_str(), env.named("three").as_str()]));
    assert_eq!(env.task(&task).name, "add children");
    assert_eq!(env.task(&task).description, "Add and start 2 children");
    assert_eq!(env.state(&first), Some(Lifecycle::Running));
    assert_eq!(env.entity(&first).def.source.as_deref(), Some("the text"));
    let (quiet, task) = add(&mut env, vec![specs::vanilla("four")], false);
    env.settle();
    assert_eq!(env.task(&task).result, json!([quiet.as_str()]));
    assert_eq!(env.state(&quiet), None, "it was not started");
}

#[test]
fn a_large_blueprint_comes_in_batches_and_is_whole_before_it_is_started() {
    let mut env = plane("type: server\n", true);
    let mut large = specs::of_type("BasicApplication", "large");
    large.children = (0..600).map(|n| specs::basic(&format!("e{n}"))).collect();
    let before = env.root.entity_count();
    let (_, task) = add(&mut env, vec![large, specs::basic("last")], true);
    assert!(env.root.entity_count() < before + 600, "not all in one step");
    env.settle();
    assert_eq!(env.root.entity_count(), before + 602);
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    assert_eq!(env.state(&env.named("large")), Some(Lifecycle::Running));
}

#[test]
fn adding_with_a_key_happens_once_and_below_nobody_never() {
    let mut env = plane("type: server\n", true);
    let parent = env.named("Shop");
    let command = |parent: &EntityId| Command::AddChildren {
        parent: parent.clone(),
        specs: Arc::new(vec![specs::basic("once")]),
        source: String::new(),
        start: true,
    };
    let key = || Some(WriteKey { key: "k".to_owned(), body_sum: "s".to_owned() });
    let first = env.keyed(key(), command(&parent));
    let again = env.keyed(key(), command(&parent));
    assert_eq!(first, again);
    assert_eq!(env.root.entities().filter(|e| e.name == "once").count(), 1);
    let nobody = env.command(command(&EntityId::new("nobody")));
    assert_eq!(refusal(nobody), Refusal::NotFound("Cannot find entity 'nobody'".to_owned()));
    let nothing = Command::AddChildren { parent, specs: Arc::default(), source: String::new(), start: true };
    assert!(matches!(env.command(nothing), Reply::Refused(Refusal::Invalid(_))));
}
