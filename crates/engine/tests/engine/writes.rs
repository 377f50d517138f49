//! Small writes, names, keys, deployments without processes.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, WallMs};
use brownstone_engine::effect::{Refusal, Reply};
use brownstone_engine::input::{Command, WriteKey};
use brownstone_engine::limits::WRITE_CLOCK_MARGIN_MS;
use brownstone_engine::{Change, ChangeError, Lifecycle, Root, Status};
use serde_json::json;

use crate::env::{Env, host, refusal, task_of};
use crate::specs;

#[test]
fn an_application_of_basic_entities_is_up_at_once() {
    let mut env = Env::new();
    let (app, task) = env.deploy(specs::app("Shop", vec![specs::basic("one"), specs::basic("two")]));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert_eq!(env.entity(&app).is_up(), Some(true));
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(env.task(&task).name, "start");
    assert_eq!(env.task(&task).description, "Invoking effector start on Shop with parameters {locations=[]}");
    assert_eq!(env.root.sub_tasks(&task).count(), 0);
    let names: Vec<&str> = env.root.children(&app).map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(env.root.find_app("shop").map(|e| &e.id), Some(&app));
    assert_eq!(env.root.find_entity(&app, "two").map(|e| e.name.as_str()), Some("two"));
    assert!(env.root.find_entity(&app, "Two").is_none());
    assert_eq!(env.root.counts(&app).total(), 2);
    assert_eq!(env.root.counts(&app).stateless, 2);
}

#[test]
fn a_sensor_set_to_what_it_is_makes_a_record() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![]));
    let set = |value| Command::SetSensor { entity: app.clone(), sensor: "x".to_owned(), value };
    for _ in 0..2 {
        assert_eq!(env.command(set(json!(0.1 + 0.2))), Reply::Done);
        assert_eq!(env.last.len(), 1);
    }
    assert_eq!(env.entity(&app).sensor("x"), Some(&json!(0.1 + 0.2)));
    let large = refusal(env.command(set(json!("x".repeat(70_000)))));
    assert!(matches!(large, Refusal::Invalid(text) if text.contains("VALUE_BYTES_MAX")));
    let nobody =
        Command::SetSensor { entity: EntityId::new("nobody"), sensor: "x".to_owned(), value: json!(1) };
    assert!(matches!(refusal(env.command(nobody)), Refusal::NotFound(_)));
}

#[test]
fn several_values_are_set_at_once_or_not_at_all() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::basic("one")]));
    let one = env.named("one");
    let values = |of: &[(&str, serde_json::Value)]| {
        of.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<BTreeMap<_, _>>()
    };
    let sensors = |values| Command::SetSensors { entity: one.clone(), values };
    let configs = |values| Command::SetConfigs { entities: vec![app.clone(), one.clone()], values };

    assert_eq!(env.command(sensors(values(&[("a", json!(1)), ("b", json!(2))]))), Reply::Done);
    assert_eq!(env.last.len(), 2);
    assert_eq!(env.command(configs(values(&[("x", json!(1)), ("y", json!(2))]))), Reply::Done);
    assert_eq!(env.last.len(), 4);

    // The second of each is refused: the first is taken back.
    let large = json!("x".repeat(70_000));
    refusal(env.command(sensors(values(&[("a", json!(7)), ("b", large.clone())]))));
    refusal(env.command(configs(values(&[("x", json!(7)), ("y", large)]))));
    assert_eq!(env.entity(&one).sensor("a"), Some(&json!(1)));
    assert_eq!(env.entity(&app).config["x"].given(), &json!(1));

    let many = (0..100).map(|i| (format!("k{i}"), json!("x".repeat(60_000)))).collect();
    let together = refusal(env.command(configs(many)));
    assert!(matches!(together, Refusal::Invalid(text) if text.contains("WRITES_BYTES_MAX")));
}

#[test]
fn a_sensor_is_cleared_once_and_the_state_follows() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::basic("one")]));
    env.settle();
    let one = env.named("one");
    let set = |env: &mut Env, sensor: &str, value| {
        env.command(Command::SetSensor { entity: one.clone(), sensor: sensor.to_owned(), value });
    };
    let clear = |env: &mut Env, sensor: &str| {
        env.command(Command::ClearSensor { entity: one.clone(), sensor: sensor.to_owned() })
    };
    set(&mut env, "x", json!(1));
    assert_eq!(clear(&mut env, "x"), Reply::Done);
    assert!(matches!(&env.last[..], [Change::SensorCleared { name, .. }] if name == "x"), "{:?}", env.last);
    assert_eq!(env.entity(&one).sensor("x"), None);
    // The answer to a repeated one is durable too.
    assert_eq!(clear(&mut env, "x"), Reply::Done);
    assert!(matches!(env.last[..], [Change::Noted { .. }]), "{:?}", env.last);

    set(&mut env, "service.isUp", json!(true));
    set(&mut env, "service.problems", json!({ "x": "broken" }));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    clear(&mut env, "service.problems");
    clear(&mut env, "service.state");
    assert_eq!(env.state(&one), None, "nothing says what it is");
    assert_eq!(env.state(&app), Some(Lifecycle::Running));

    let nobody = Command::ClearSensor { entity: EntityId::new("nobody"), sensor: "x".to_owned() };
    assert!(matches!(refusal(env.command(nobody)), Refusal::NotFound(_)));
}

#[test]
fn a_write_key_makes_a_write_happen_once_and_survives_a_take_over() {
    let mut env = Env::new();
    let key = |sum: &str| Some(WriteKey { key: "k1".to_owned(), body_sum: sum.to_owned() });
    let deploy = || Command::Deploy { id: None, spec: Arc::new(specs::app("Shop", vec![])), start: true };
    let first = env.keyed(key("a"), deploy());
    assert_eq!(env.keyed(key("a"), deploy()), first);
    assert!(matches!(env.last[..], [Change::WriteRepeated { .. }]));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    assert_eq!(env.keyed(key("a"), deploy()), first);
    assert_eq!(env.root.apps().count(), 1);
    assert!(matches!(refusal(env.keyed(key("b"), deploy())), Refusal::KeyReused(_)));
    assert_eq!(env.root.write("k1").map(|w| &w.reply), Some(&first));
}

#[test]
fn a_deployment_that_is_refused_late_leaves_nothing() {
    let mut env = Env::new();
    let mut spec = specs::app("Shop", vec![]);
    spec.root = specs::basic("cannot be started");
    let before = env.root.hash();
    let refused = refusal(env.command(Command::Deploy { id: None, spec: Arc::new(spec), start: true }));
    assert!(refused.to_string().contains("no effector with name 'start'"), "{refused}");
    assert_eq!(env.last, []);
    assert_eq!(env.root.hash(), before);
}

#[test]
fn a_refused_write_does_not_use_up_its_key() {
    let mut env = Env::new();
    let key = || Some(WriteKey { key: "k1".to_owned(), body_sum: "a".to_owned() });
    let id = EntityId::new("theapp");
    let rename = || Command::Rename { entity: id.clone(), name: "New".to_owned() };
    assert!(matches!(refusal(env.keyed(key(), rename())), Refusal::NotFound(_)));
    let deploy =
        Command::Deploy { id: Some(id.clone()), spec: Arc::new(specs::app("Shop", vec![])), start: true };
    task_of(env.command(deploy));
    assert_eq!(env.keyed(key(), rename()), Reply::Done);
    assert_eq!(env.entity(&id).name, "New");
}

#[test]
fn write_keys_are_forgotten_after_a_day() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![]));
    let set = |env: &mut Env, key: &str| {
        let key = WriteKey { key: key.to_owned(), body_sum: String::new() };
        let command = Command::SetSensor { entity: app.clone(), sensor: "x".to_owned(), value: json!(1) };
        env.keyed(Some(key), command);
    };
    set(&mut env, "old");
    let done = env.at.wall.0;
    assert!(!env.root.may_have_forgotten(None), "none ever was");
    env.at.wall.0 += 24 * 60 * 60 * 1000 + 1;
    set(&mut env, "new");
    assert!(env.root.write("old").is_none());
    assert!(env.root.write("new").is_some());

    let loaded = |root: &Root| {
        let mut loaded = Root::empty();
        root.checkpoint_parts().for_each(|part| loaded.load_part(&part).expect("it is whole"));
        loaded
    };
    for root in [&env.root, &env.standby, &loaded(&env.root)] {
        let may = |sent| root.may_have_forgotten(sent);
        assert!(may(None), "whoever does not say when it was sent may mean the old one");
        assert!(may(Some(WallMs(done))));
        assert!(may(Some(WallMs(done + WRITE_CLOCK_MARGIN_MS))), "the sender's clock may be ahead");
        assert!(
            !may(Some(WallMs(done + WRITE_CLOCK_MARGIN_MS + 1))),
            "it was sent after the old one was done"
        );
    }
}

#[test]
fn a_reset_and_a_loss_may_have_taken_writes_with_them() {
    let mut env = Env::new();
    let key = WriteKey { key: "k".to_owned(), body_sum: String::new() };
    let deploy = Command::Deploy { id: None, spec: Arc::new(specs::app("Shop", vec![])), start: true };
    env.keyed(Some(key), deploy);
    env.command(Command::Reset);
    assert!(env.root.write("k").is_none() && env.root.may_have_forgotten(Some(env.at.wall)));

    let mut env = Env::new();
    env.standby.accept_gaps();
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    assert!(env.root.may_have_forgotten(Some(env.at.wall)));
    assert!(env.standby.may_have_forgotten(Some(env.at.wall)), "it is recorded");
}

#[test]
fn a_chosen_id_is_taken_once_and_must_be_one() {
    let mut env = Env::new();
    let deploy = |id: &str| Command::Deploy {
        id: Some(EntityId::new(id)),
        spec: Arc::new(specs::app("Shop", vec![])),
        start: true,
    };
    task_of(env.command(deploy("wireputapp01")));
    let again = refusal(env.command(deploy("wireputapp01")));
    assert!(matches!(again, Refusal::Conflict(text) if text.contains("already exists")));
    for bad in ["", "../x", "a b", "-a"] {
        assert!(matches!(refusal(env.command(deploy(bad))), Refusal::Invalid(_)), "{bad}");
    }
}

#[test]
fn a_large_application_comes_in_batches_and_is_whole_before_it_starts() {
    let mut env = Env::new();
    let children = (0..600).map(|i| specs::empty(&format!("e{i}"))).collect();
    let (app, task) = env.deploy(specs::app("Large", children));
    assert!(env.root.entity_count() < 600);
    env.settle();
    assert_eq!(env.root.entity_count(), 601);
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert_eq!(env.root.counts(&app).of(Lifecycle::Running), 600);
    let group = env.root.sub_tasks(&task).next().expect("a group");
    assert_eq!(group.name, "invoking start[locations] on 600 nodes");
}

#[test]
fn deleting_forgets_all_of_it_and_expunging_a_part() {
    let mut env = Env::new();
    let (app, start) = env.deploy(specs::app("Shop", vec![specs::basic("one"), specs::basic("two")]));
    let one = env.named("one");
    let (_, task) = task_of(env.command(Command::Expunge { entity: one.clone(), release: false }));
    env.settle();
    assert_eq!(env.task(&task).name, format!("expunging BasicEntityImpl{{id={one}, name=one}}"));
    assert_eq!(env.root.children(&app).count(), 1);
    let (_, task) = task_of(env.command(Command::Delete { app: app.clone() }));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert!(env.task(&task).entity.is_none());
    assert_eq!(env.root.entity_count(), 0);
    assert!(env.root.task(&start).is_none(), "its ended tasks go with it");
    assert!(matches!(refusal(env.command(Command::Delete { app })), Refusal::NotFound(_)));
}

#[test]
fn an_application_follows_what_its_children_say_of_themselves() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::basic("one")]));
    env.settle();
    let one = env.named("one");
    let say = |env: &mut Env, sensor: &str, value| {
        env.command(Command::SetSensor { entity: one.clone(), sensor: sensor.to_owned(), value });
    };
    say(&mut env, "service.isUp", json!(false));
    say(&mut env, "service.problems", json!({ "x": "broken" }));
    assert_eq!(env.state(&app), Some(Lifecycle::Running), "a stopped child does not count");
    say(&mut env, "service.isUp", json!(true));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    let key = "service-lifecycle-indicators-from-children-and-members";
    assert_eq!(
        env.entity(&app).sensor("service.problems"),
        Some(&json!({ key: format!("Required entity not healthy: one ({}) (on-fire)", env.named("one")) }))
    );
    say(&mut env, "service.problems", json!({}));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_reset_empties_all_and_goes_on_in_the_same_log() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![]));
    assert_eq!(env.command(Command::Reset), Reply::Done);
    assert_eq!((env.root.entity_count(), env.root.task_count()), (0, 0));
    let (next, _) = env.deploy(specs::app("Shop", vec![]));
    assert_ne!(app, next, "no id comes twice");
}

#[test]
fn finished_tasks_are_bounded() {
    let mut env = Env::new();
    let (app, first) = env.deploy(specs::app("Shop", vec![]));
    for _ in 0..base::limits::TASKS_PER_ENTITY_MAX + 5 {
        env.invoke(&app, "restart");
        env.settle();
    }
    assert!(env.root.task(&first).is_none());
    assert_eq!(env.root.task_count(), base::limits::TASKS_PER_ENTITY_MAX);
}

#[test]
fn a_change_of_a_later_version_is_told_from_a_damaged_one() {
    for line in [
        r#"{"entity_teleported":{"entity":"x"}}"#,
        r#"{"sensor_set":{"entity":"x","name":"n","value":1,"at":1,"more":2}}"#,
    ] {
        let e = Change::decode(line.as_bytes()).unwrap_err();
        assert!(matches!(e, ChangeError::UnknownKind(_)), "{e}");
        assert!(e.to_string().starts_with("a change of a kind that this version does not know"));
    }
    let e = Change::decode(br#"{"sensor_set":{"entity":"x","na"#).unwrap_err();
    assert!(matches!(e, ChangeError::Damaged(_)), "{e}");
}

/// A checkpoint of a state, with the end of an entity's line cut off.
fn damaged(root: &Root, lost: &EntityId) -> Vec<u8> {
    let part = root.checkpoint_parts().next().expect("a part");
    let text = String::from_utf8(part).expect("text");
    let of_lost = format!("{{\"entity\":{{\"id\":\"{lost}\"");
    let cut = |l: &str| if l.starts_with(&of_lost) { l.len() - 9 } else { l.len() };
    text.lines().map(|l| &l[..cut(l)]).collect::<Vec<_>>().join("\n").into_bytes()
}

#[test]
fn a_damaged_line_of_a_checkpoint_costs_only_what_it_says() {
    for lost in ["one", "Shop"] {
        let mut env = Env::new();
        let (app, _) = env.deploy(specs::app("Shop", vec![specs::basic("one"), specs::basic("two")]));
        let (lost, full) = (env.named(lost), env.root.clone());
        let mut loaded = Root::empty();
        let problems = loaded.load_part(&damaged(&env.root, &lost)).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].entity.as_ref(), Some(&lost));
        assert!(!problems[0].newer);
        assert!(loaded.has_gaps());
        // What the log says further on of what is lost is passed over.
        let (entity, name) = (lost.clone(), "x".to_owned());
        let change = Change::SensorSet { entity, name, value: json!(1), at: env.at.wall };
        loaded.apply(&change).expect("passed over");

        env.standby = loaded;
        let before = env.log.len();
        env.take_over("node2", host("A", "boot1"), "node1 was killed");
        assert_eq!(env.state(&lost), Some(Lifecycle::OnFire), "what is lost is shown as failed");
        assert_eq!(env.root.children(&app).count(), 2);
        let (_, task) = task_of(env.command(Command::Delete { app: app.clone() }));
        env.settle();
        assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
        assert_eq!(env.root.entity_count(), 0);

        // A standby that has lost nothing can follow.
        let mut standby = full;
        for line in &env.log[before..] {
            standby.apply(&Change::decode(line).expect("readable")).expect("it fits");
        }
        assert_eq!(standby.entity_count(), 0);
    }
}

#[test]
fn a_checkpoint_of_a_later_version_is_not_damaged() {
    let mut loaded = Root::empty();
    let problems = loaded.load_part(b"{\"policy\":{\"id\":\"x\"}}\n").unwrap_err();
    assert!(problems[0].newer);
    assert!(!loaded.has_gaps());
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let run = || {
        let mut env = Env::new();
        let (app, _) = env.deploy(specs::app("Shop", vec![specs::vanilla("web"), specs::basic("one")]));
        env.settle();
        env.invoke(&app, "restart");
        env.settle();
        (env.log, env.root.hash())
    };
    assert_eq!(run(), run());
}

#[test]
fn a_data_entity_is_up_from_its_start_to_its_stop_and_keeps_what_it_is_told() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::of_type("DataEntity", "data")]));
    env.settle();
    let data = env.named("data");
    assert_eq!((env.entity(&data).is_up(), env.state(&app)), (Some(true), Some(Lifecycle::Running)));
    env.set(&data, "a", json!(1));
    for (effector, up) in [("stop", false), ("start", true), ("restart", true)] {
        let task = env.invoke(&data, effector);
        env.settle();
        assert_eq!(env.status(&task), Status::Completed, "{effector}");
        assert_eq!(env.entity(&data).is_up(), Some(up), "{effector}");
    }
    assert_eq!(env.sensor(&data, "a"), Some(json!(1)));
}
