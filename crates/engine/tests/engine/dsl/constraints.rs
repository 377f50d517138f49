//! What parameters ask of their values, at the deployment and when one is set.

use brownstone_engine::effect::{Refusal, Reply};
use brownstone_engine::input::Command;
use serde_json::{Value, json};

use crate::env::Env;
use crate::specs::{app, basic};

/// The answer to the deployment of an entity with these parameters and this config.
fn deployed(parameters: Value, config: Value) -> (Env, Option<String>) {
    let mut entity = basic("it");
    entity.parameters = serde_json::from_value(parameters).expect("parameters");
    entity.config = serde_json::from_value(config).expect("config");
    let mut env = Env::new();
    let spec = std::sync::Arc::new(app("Shop", vec![entity]));
    let why = match env.command(Command::Deploy { id: None, spec, start: true }) {
        Reply::Refused(Refusal::Invalid(why)) => Some(why),
        Reply::Task { .. } => None,
        other => panic!("{other:?}"),
    };
    (env, why)
}

#[test]
fn one_error_names_all_keys_and_nothing_is_created() {
    let (env, why) = deployed(
        json!([
            {"name": "a", "type": "string", "constraints": ["required"], "pinned": true},
            {"name": "b", "type": "string", "constraints": [{"regex": "[a-z]+"}], "pinned": true},
            {"name": "c", "type": "string", "constraints": ["required"], "pinned": true},
        ]),
        json!({"a": " ", "b": "B7", "c": "there"}),
    );
    let why = why.unwrap_or_default();
    assert!(why.starts_with("Error configuring it: Invalid value for key 'a' on "), "{why}");
    assert!(
        why.contains(" : ' '; Constraint 'required()' not satisfied; Invalid value for key 'b' on "),
        "{why}"
    );
    assert!(why.ends_with(" : 'B7'; Constraint 'matchesRegex(\"[a-z]+\")' not satisfied"), "{why}");
    assert_eq!(env.root.entity_count(), 0);
}

#[test]
fn constraints_hold_as_they_say() {
    for (constraint, config, holds) in [
        (json!("required"), json!({"k": "x"}), true),
        (json!("required"), json!({"k": "$brooklyn:attributeWhenReady(\"later\")"}), true),
        (json!({"regex": "a.*"}), json!({}), false),
        (json!({"glob": "*.txt"}), json!({"k": "a.txt"}), true),
        (json!({"forbidden_if": "o"}), json!({"k": 1, "o": 2}), false),
        (json!({"forbidden_unless": "o"}), json!({"k": 1}), false),
        (json!({"required_if": "o"}), json!({"o": 2}), false),
        (json!({"required_unless": "o"}), json!({"o": 2}), true),
        (json!({"required_unless_any_of": ["o", "p"]}), json!({"p": 2}), true),
        (json!({"forbidden_unless_any_of": ["o", "p"]}), json!({"k": 2}), false),
        (json!({"any": ["is_blank", {"regex": "[0-9]+"}]}), json!({"k": "7"}), true),
        (json!({"any": ["is_blank", {"regex": "[0-9]+"}]}), json!({"k": "x"}), false),
        (json!({"all": ["not_null", {"regex": "[0-9]+"}]}), json!({"k": "x"}), false),
        (json!({"predicate": {"greater-than": 3}}), json!({"k": 2}), false),
        (json!({"predicate": {"greater-than": 3}}), json!({"k": 4}), true),
        (json!("always_false"), json!({}), false),
    ] {
        let parameters =
            json!([{"name": "k", "type": "object", "constraints": [constraint], "pinned": true}]);
        let (_, why) = deployed(parameters, config.clone());
        assert_eq!(why.is_none(), holds, "{constraint} of {config}: {why:?}");
    }
}

#[test]
fn a_value_that_its_key_forbids_is_not_set_whatever_other_keys_ask_for() {
    let (mut env, why) = deployed(
        json!([
            {"name": "a", "type": "string", "constraints": [{"regex": "[a-z]+"}], "pinned": true},
            {"name": "b", "type": "string", "constraints": [{"required_if": "c"}], "pinned": true},
            {"name": "c", "type": "string", "pinned": true},
        ]),
        json!({"a": "there"}),
    );
    assert_eq!(why, None);
    let entity = env.named("it");
    let on = env.entity(&entity).described();
    let refused = |key: &str, value: &str, constraint: &str| {
        format!("Invalid value for key '{key}' on {on} : '{value}'; Constraint '{constraint}' not satisfied")
    };
    let mut set = |key: &str, value: Value| {
        let (entity, key) = (entity.clone(), key.to_owned());
        match env.command(Command::SetConfig { entity: entity.clone(), key: key.clone(), value }) {
            Reply::Done => Ok(env.root.config_shown(&entity, &key, true)),
            Reply::Refused(Refusal::Invalid(why)) => Err((why, env.root.config_shown(&entity, &key, true))),
            other => panic!("{other:?}"),
        }
    };
    let why = refused("a", "B7", "matchesRegex(\"[a-z]+\")");
    assert_eq!(set("a", json!("B7")), Err((why, Some(json!("there")))));
    assert_eq!(set("a", json!("here")), Ok(Some(json!("here"))));
    assert_eq!(set("c", json!("x")), Ok(Some(json!("x"))), "what is required then may come next");
    assert_eq!(set("b", json!(" ")), Err((refused("b", " ", "requiredIf(\"c\")"), None)));
    assert_eq!(set("b", json!("y")), Ok(Some(json!("y"))));
}
