//! Clusters and groups: size, health, what happens to members that fail, take-overs in between.

use std::collections::BTreeMap;

use base::EntityId;
use brownstone_engine::input::Command;
use brownstone_engine::{Lifecycle, Status};
use model::spec::{ConfigMap, ConfigValue, EntitySpec, LocationKind, LocationSpec};
use serde_json::{Value, json};

use crate::env::{Env, host, refusal};
use crate::specs::{self, of_type, with};

fn cluster(name: &str, size: i64, member: &EntitySpec) -> EntitySpec {
    with(
        of_type("DynamicCluster", name),
        [
            ("cluster.initial.size", json!(size)),
            ("dynamiccluster.memberspec", json!({ "$brooklyn:entitySpec": member })),
        ],
    )
}

fn members(env: &Env, id: &EntityId) -> Vec<EntityId> {
    env.root.members(id).map(|m| m.id.clone()).collect()
}

fn value<'a>(env: &'a Env, id: &EntityId, sensor: &str) -> Option<&'a Value> {
    env.root.entity(id).and_then(|e| e.sensor(sensor))
}

#[test]
fn a_cluster_starts_with_its_initial_size_and_says_so() {
    let mut env = Env::new();
    let spec = cluster("c", 3, &specs::vanilla("m"));
    let (app, task) = env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let c = env.named("c");
    assert_eq!(env.state(&c), Some(Lifecycle::Running));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    let all = members(&env, &c);
    assert_eq!(all.len(), 3);
    assert_eq!(value(&env, &c, "group.members.count"), Some(&json!(3)));
    let as_values: Vec<Value> = all
        .iter()
        .map(|m| json!({ "type": "org.apache.brooklyn.api.entity.Entity", "id": m.as_str() }))
        .collect();
    assert_eq!(value(&env, &c, "group.members"), Some(&json!(as_values)));
    assert_eq!(value(&env, &c, "cluster.first.entity"), Some(&as_values[0]));
    assert_eq!(value(&env, &c, "next.cluster.member.id"), Some(&json!({ "value": 3 })));
    assert_eq!(value(&env, &c, "cluster.one_and_all.members.up"), Some(&json!(true)));
    for (i, m) in all.iter().enumerate() {
        assert_eq!(env.entity(m).config["cluster.member.id"].given(), &json!(i));
        assert_eq!(value(&env, m, "cluster.first"), Some(&json!(i == 0)));
        assert_eq!(value(&env, m, "cluster.member"), Some(&json!(true)));
        assert_eq!(env.root.groups_of(m), std::slice::from_ref(&c));
    }
    let children: Vec<&str> = env.root.children(&c).map(|e| e.name.as_str()).collect();
    assert_eq!(children, ["quarantine", "m", "m", "m"]);
    assert!(
        env.outline(&task).iter().any(|l| l.contains("starting 3 nodes (parallel)")),
        "{:?}",
        env.outline(&task)
    );
}

#[test]
fn resize_adds_the_missing_and_removes_the_newest() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![cluster("c", 2, &specs::vanilla("m"))]));
    env.settle();
    let c = env.named("c");
    let first = members(&env, &c);
    let task = env.invoke_with(&c, "resize", [("desiredSize", json!(4))]);
    env.settle();
    assert_eq!(env.task(&task).result, json!(4));
    assert_eq!(members(&env, &c)[..2], first);
    let task = env.invoke_with(&c, "resizeByDelta", [("delta", json!(-3))]);
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(members(&env, &c), first[..1]);
    assert_eq!(env.root.children(&c).count(), 2, "the removed are forgotten");
    let task = env.invoke_with(&c, "resizeByDelta", [("delta", json!(1))]);
    env.settle();
    let added = members(&env, &c)[1].clone();
    assert_eq!(env.task(&task).result[0]["id"], json!(added.as_str()));
    assert_eq!(
        env.entity(&added).config["cluster.member.id"].given(),
        &json!(4),
        "numbers are not given again"
    );
    env.invoke_with(&c, "resize", [("desiredSize", json!(0))]);
    env.settle();
    assert_eq!(env.state(&c), Some(Lifecycle::OnFire), "one at least must be up");
    assert_eq!(
        value(&env, &c, "service.notUp.indicators").unwrap()["service-lifecycle-indicators-from-children-and-members"],
        json!("No entities present")
    );
}

#[test]
fn members_that_fail_are_set_aside_and_the_start_says_why() {
    let mut env = Env::new();
    env.machine.exits.insert("launch".to_owned(), 3);
    let (app, task) = env.deploy(specs::app("Shop", vec![cluster("c", 2, &specs::vanilla("m"))]));
    env.settle();
    let c = env.named("c");
    assert_eq!(env.status(&task), Status::Failed);
    let text = env.task(&task).result.as_str().unwrap().to_owned();
    assert!(text.contains("All nodes in cluster DynamicClusterImpl{id="), "{text}");
    assert!(text.contains("first failure is: launch.command"), "{text}");
    assert_eq!(env.state(&c), Some(Lifecycle::OnFire));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    assert!(
        value(&env, &c, "service.problems").unwrap()["start"].as_str().unwrap().starts_with("start failed")
    );
    assert_eq!(members(&env, &c), []);
    let quarantine = env.named("quarantine");
    assert_eq!(members(&env, &quarantine).len(), 2);
    env.machine.exits.clear();
    let task = env.invoke_with(&quarantine, "expungeMembers", [("stopFirst", json!(true))]);
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(env.root.children(&c).count(), 1);
}

#[test]
fn enough_members_are_enough() {
    let mut env = Env::new();
    let spec = with(cluster("c", 2, &specs::vanilla("m")), [("cluster.initial.quorumSize", json!(0))]);
    env.machine.exits.insert("launch".to_owned(), 3);
    let (_, task) = env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
}

#[test]
fn without_a_quarantine_members_that_fail_are_removed() {
    let mut env = Env::new();
    let spec = with(
        cluster("c", 2, &specs::vanilla("m")),
        [("dynamiccluster.quarantineFailedEntities", json!(false))],
    );
    env.machine.exits.insert("launch".to_owned(), 3);
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    assert_eq!(env.root.children(&env.named("c")).count(), 0);
}

#[test]
fn replacing_brings_the_new_one_before_the_old_one_goes() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![cluster("c", 2, &specs::vanilla("m"))]));
    env.settle();
    let c = env.named("c");
    let before = members(&env, &c);
    let task = env.invoke_with(&c, "replaceMember", [("memberId", json!(before[0].as_str()))]);
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let after = members(&env, &c);
    assert_eq!(after[0], before[1]);
    assert_eq!(env.task(&task).result, json!(after[1].as_str()));
    assert!(env.root.entity(&before[0]).is_none());
    env.machine.exits.insert("launch".to_owned(), 3);
    let task = env.invoke_with(&c, "replaceMember", [("memberId", json!(after[0].as_str()))]);
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    assert_eq!(members(&env, &c), after, "nothing is taken away when nothing new came");
    let task = env.invoke_with(&c, "replaceMember", [("memberId", json!("nobody"))]);
    env.settle();
    let text = env.task(&task).result.to_string();
    assert!(text.contains("entity nobody cannot be resolved, so not replacing"), "{text}");
}

#[test]
fn the_first_member_may_be_another() {
    let mut env = Env::new();
    let spec = with(
        cluster("c", 3, &specs::empty("follower")),
        [("dynamiccluster.firstmemberspec", json!({ "$brooklyn:entitySpec": specs::empty("leader") }))],
    );
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let c = env.named("c");
    let names: Vec<&str> = env.root.members(&c).map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["leader", "follower", "follower"]);
}

#[test]
fn the_largest_size_holds() {
    let mut env = Env::new();
    let spec = with(cluster("c", 1, &specs::empty("m")), [("cluster.max.size", json!(3))]);
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let c = env.named("c");
    let task = env.invoke_with(&c, "resize", [("desiredSize", json!(9))]);
    env.settle();
    assert_eq!(env.task(&task).result, json!(3));
    let task = env.invoke_with(&c, "resize", [("desiredSize", json!(9))]);
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    assert!(env.task(&task).result.to_string().contains("cluster.max.size"));
}

#[test]
fn a_child_that_cannot_even_begin_is_a_part_that_has_failed() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![cluster("c", 1, &specs::empty("m"))]));
    env.settle();
    let task = env.invoke(&app, "restart");
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let text = env.task(&task).result.to_string();
    assert!(text.contains("Error invoking restart at c: Restart not supported for this cluster"), "{text}");
}

#[test]
fn one_change_of_size_waits_for_another() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![cluster("c", 1, &specs::vanilla("m"))]));
    env.settle();
    let c = env.named("c");
    let up = env.invoke_with(&c, "resize", [("desiredSize", json!(3))]);
    let down = env.invoke_with(&c, "resize", [("desiredSize", json!(1))]);
    assert!(
        env.task(&down).blocked_on.as_ref().is_some_and(|t| t.contains("'resize'")),
        "{:?}",
        env.task(&down)
    );
    env.settle();
    assert_eq!((env.status(&up), env.status(&down)), (Status::Completed, Status::Completed));
    assert_eq!(members(&env, &c).len(), 1);
}

#[test]
fn an_empty_cluster_that_begins_so_is_up() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![cluster("c", 0, &specs::empty("m"))]));
    env.settle();
    assert_eq!(env.state(&env.named("c")), Some(Lifecycle::Running));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_cluster_of_entities_without_a_life_is_on_fire_although_it_has_started() {
    let mut env = Env::new();
    let (_, task) = env.deploy(specs::app("Shop", vec![cluster("c", 2, &specs::basic("m"))]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(env.state(&env.named("c")), Some(Lifecycle::OnFire));
}

#[test]
fn few_at_once_is_few_at_once() {
    let mut env = Env::new();
    let spec = with(
        cluster("c", 5, &specs::vanilla("m")),
        [("dynamiccluster.maxConcurrentChildCommands", json!(2))],
    );
    let (_, task) = env.deploy(specs::app("Shop", vec![spec]));
    let mut most = 0;
    while env.turn() {
        let starts = |t: &&brownstone_engine::Task| {
            !t.is_ended() && t.name == "start" && t.entity_name.as_deref() == Some("m")
        };
        most = most.max(env.root.tasks().filter(starts).count());
    }
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(most, 2);
}

#[test]
fn stop_leaves_nothing_and_start_begins_anew() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![cluster("c", 2, &specs::vanilla("m"))]));
    env.settle();
    let c = env.named("c");
    env.invoke(&c, "stop");
    env.settle();
    assert_eq!(env.state(&c), Some(Lifecycle::Stopped));
    assert_eq!(members(&env, &c).len(), 0);
    assert!(env.machine.alive.is_empty(), "no process is left");
    let restart =
        Command::Invoke { entity: c.clone(), effector: "restart".to_owned(), params: BTreeMap::new() };
    let refused = refusal(env.command(restart)).to_string();
    assert!(refused.contains("restartMode is not configured"), "{refused}");
    env.invoke(&c, "start");
    env.settle();
    assert_eq!(env.state(&c), Some(Lifecycle::Running));
    assert_eq!(members(&env, &c).len(), 2);
}

#[test]
fn a_thousand_members_come_in_batches() {
    let mut env = Env::new();
    let (_, task) = env.deploy(specs::app("Shop", vec![cluster("c", 1000, &specs::basic("m"))]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(members(&env, &env.named("c")).len(), 1000);
}

#[test]
fn a_group_is_as_well_as_its_members_are() {
    let mut env = Env::new();
    let group = with(of_type("BasicGroup", "g"), [("childrenAsMembers", json!(true))]);
    let mut group = group;
    group.children = vec![specs::empty("one"), specs::empty("two")];
    env.deploy(specs::app("Shop", vec![group]));
    env.settle();
    let g = env.named("g");
    assert_eq!(members(&env, &g).len(), 2);
    assert_eq!(value(&env, &g, "service.isUp"), Some(&json!(false)), "nobody starts what is in a group");
    env.invoke(&env.named("one"), "start");
    env.settle();
    assert_eq!(value(&env, &g, "service.isUp"), Some(&json!(true)), "one is enough");
}

#[test]
fn quorums_are_what_the_blueprint_says() {
    let mut env = Env::new();
    let mut whole = with(
        of_type("BasicStartable", "s"),
        [("quorum.up", json!(1)), ("quorum.running", json!("atLeastOne"))],
    );
    whole.children = vec![specs::vanilla("one"), specs::vanilla("two")];
    env.deploy(specs::app("Shop", vec![whole]));
    env.settle();
    let s = env.named("s");
    assert_eq!(env.state(&s), Some(Lifecycle::Running));
    let two = env.named("two");
    let said = Command::SetSensor {
        entity: two.clone(),
        sensor: "service.problems".to_owned(),
        value: json!({ "test": "it burns" }),
    };
    env.command(said);
    assert_eq!(env.state(&two), Some(Lifecycle::OnFire));
    assert_eq!(env.state(&s), Some(Lifecycle::Running), "one is enough");
    env.invoke(&s, "stop");
    env.settle();
    assert_eq!(env.state(&s), Some(Lifecycle::Stopped));
}

#[test]
fn a_quorum_that_an_earlier_release_kept_counts_and_is_shown_by_its_name_of_today() {
    const UP: &str = "enricher.service_state.children_and_members.quorum.up";
    let mut env = Env::new();
    let spec = with(cluster("c", 2, &specs::vanilla("m")), [("quorum.up", json!(2))]);
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let c = env.named("c");
    let names = env.root.config_names(&c);
    assert!(names.iter().any(|n| n == UP) && !names.iter().any(|n| n == "quorum.up"), "{names:?}");
    let two = json!({ "minRequiredSize": 2, "minRequiredRatio": 0.0, "allowEmpty": true, "name": null });
    for name in [UP, "quorum.up"] {
        assert_eq!(env.root.config_shown(&c, name, true), Some(two.clone()), "{name}");
        assert_eq!(env.root.config_setters(&c, name).1, Some(0), "{name}");
    }
    let is_up = |env: &Env| value(env, &c, "service.isUp").cloned();
    assert_eq!(is_up(&env), Some(json!(true)));
    env.command(Command::SetSensor {
        entity: members(&env, &c)[0].clone(),
        sensor: "service.notUp.indicators".to_owned(),
        value: json!({ "test": "down" }),
    });
    assert_eq!(is_up(&env), Some(json!(false)), "both must be up");
    // What is set today counts before what was kept.
    env.command(Command::SetConfig { entity: c.clone(), key: UP.to_owned(), value: json!(1) });
    assert_eq!(env.root.config_shown(&c, "quorum.up", true).unwrap()["minRequiredSize"], 1);
}

#[test]
fn a_sequence_gives_each_number_once_over_a_take_over() {
    let mut env = Env::new();
    let spec = with(
        of_type("SequenceEntity", "s"),
        [("sequence.start", json!(5)), ("sequence.increment", json!(2))],
    );
    let (app, _) = env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let s = env.named("s");
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    let next = |env: &mut Env, effector: &str| {
        let task = env.invoke(&s, effector);
        env.settle();
        env.task(&task).result.clone()
    };
    assert_eq!(next(&mut env, "get"), json!(5));
    assert_eq!(next(&mut env, "incrementAndGet"), json!(7));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    assert_eq!(next(&mut env, "incrementAndGet"), json!(9));
    assert_eq!(next(&mut env, "reset"), json!(null));
    assert_eq!(next(&mut env, "get"), json!(5));
}

#[test]
fn a_fabric_has_one_member_for_each_location_and_keeps_them() {
    let mut env = Env::new();
    let place = |name: &str| LocationSpec {
        kind: LocationKind::Localhost,
        spec: "localhost".to_owned(),
        flags: ConfigMap::from([("name".to_owned(), ConfigValue::new(name))]),
    };
    let both = LocationSpec {
        kind: LocationKind::Multi(vec![place("north"), place("south")]),
        spec: "multi".to_owned(),
        flags: ConfigMap::new(),
    };
    let mut fabric = with(
        of_type("DynamicFabric", "f"),
        [(
            "dynamicfabric.memberspec",
            json!({ "$brooklyn:entitySpec": cluster("c", 2, &specs::vanilla("m")) }),
        )],
    );
    fabric.locations = Some(vec![both, place("west")]);
    let (_, task) = env.deploy(specs::app("Shop", vec![fabric]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let f = env.named("f");
    let names: Vec<&str> = env.root.members(&f).map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["c (north)", "c (south)", "c (west)"]);
    assert_eq!(env.state(&f), Some(Lifecycle::Running));
    assert_eq!(value(&env, &f, "fabric.size"), Some(&json!(6)));
    env.invoke(&f, "stop");
    env.settle();
    assert_eq!(env.state(&f), Some(Lifecycle::Stopped));
    env.invoke(&f, "start");
    env.settle();
    assert_eq!(members(&env, &f).len(), 3, "the members are started again, none is added");
}

#[test]
fn a_conditional_entity_has_its_child_if_its_config_says_so() {
    for wanted in [true, false] {
        let mut env = Env::new();
        let spec = with(
            of_type("ConditionalEntity", "maybe"),
            [
                ("conditional.entity.spec", json!({ "$brooklyn:entitySpec": specs::vanilla("child") })),
                ("conditional.entity.create", json!(wanted)),
            ],
        );
        let (app, task) = env.deploy(specs::app("Shop", vec![spec]));
        env.settle();
        assert_eq!(env.status(&task), Status::Completed);
        assert_eq!(env.state(&app), Some(Lifecycle::Running));
        let maybe = env.named("maybe");
        assert_eq!(env.root.children(&maybe).count(), usize::from(wanted));
        assert_eq!(value(&env, &maybe, "conditional.entity").is_some(), wanted);
        assert_eq!(value(&env, &maybe, "conditional.entity.create"), Some(&json!(wanted)));
        assert_eq!(env.machine.alive.len(), usize::from(wanted), "the child is started");
        assert_eq!(
            value(&env, &maybe, "run.dir").is_some(),
            wanted,
            "the child's sensors are shown here too"
        );
        assert_eq!(value(&env, &maybe, "entity.id"), Some(&json!(maybe.as_str())), "but those of itself");
    }
}

/// Whatever a master was about when it ended: what the survivor shows holds, and stop and expunge clean up.
#[test]
fn a_take_over_at_any_turn_of_a_resize_leaves_a_cluster_that_can_be_cleaned_up() {
    for turns in 0.. {
        let mut env = Env::new();
        env.deploy(specs::app("Shop", vec![cluster("c", 1, &specs::vanilla("m"))]));
        env.settle();
        let c = env.named("c");
        env.invoke_with(&c, "resize", [("desiredSize", json!(3))]);
        let mut ended = false;
        for _ in 0..turns {
            ended = !env.turn();
        }
        env.take_over("node2", host("A", "boot1"), "node1 ended its term");
        env.settle();
        assert!(env.root.tasks().all(brownstone_engine::Task::is_ended), "nothing goes on by itself");
        let task = env.invoke_with(&c, "resize", [("desiredSize", json!(2))]);
        env.settle();
        assert_eq!(env.status(&task), Status::Completed, "after {turns} turns");
        assert_eq!(members(&env, &c).len(), 2);
        let app = env.named("Shop");
        env.command(Command::Expunge { entity: app, release: true });
        env.settle();
        assert_eq!(env.root.entity_count(), 0, "after {turns} turns");
        assert!(env.machine.alive.is_empty(), "after {turns} turns: {:?}", env.machine.alive);
        if ended {
            return;
        }
    }
}

#[test]
fn a_fabric_without_a_location_fails_to_start_and_its_application_is_none_the_worse() {
    let mut env = Env::new();
    let member = json!({ "$brooklyn:entitySpec": specs::basic("m") });
    let fabric = with(of_type("DynamicFabric", "f"), [("dynamicfabric.memberspec", member)]);
    let mut app = specs::app("Shop", vec![fabric]);
    app.root.locations = None;
    let (app, task) = env.deploy(app);
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let f = env.named("f");
    assert_eq!(
        (env.state(&f), env.root.entity(&f).and_then(brownstone_engine::Entity::is_up)),
        (None, Some(false))
    );
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert_eq!(value(&env, &f, "fabric.size"), Some(&json!(0)));
}

#[test]
fn what_has_no_name_is_called_as_its_config_says_and_a_cluster_after_its_members() {
    let unnamed = |mut spec: EntitySpec| {
        spec.name = None;
        spec
    };
    let said = json!("$brooklyn:formatString(\"<%s>\", $brooklyn:config(\"colour\"))");
    let by_config = with(specs::basic("x"), [("defaultDisplayName", said), ("colour", json!("red"))]);
    let mut env = Env::new();
    let placed = unnamed(cluster("x", 0, &specs::basic("m")));
    let process = unnamed(specs::vanilla("p"));
    let said = unnamed(with(specs::vanilla("p"), [("defaultDisplayName", json!("Said"))]));
    let all = vec![unnamed(by_config.clone()), by_config, placed, process, said];
    let (app, _) = env.deploy(specs::app("Shop", all));
    env.settle();
    let names: Vec<&str> = env.root.children(&app).map(|e| e.name.as_str()).collect();
    assert_eq!(
        names,
        ["<red>", "x", "Cluster of BasicEntity (localhost)", "Vanilla Software Process", "Said"]
    );
    let ids: Vec<_> = env.root.children(&app).map(brownstone_engine::Entity::catalog_id).collect();
    let stock = Some("org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess:1.1.0".to_owned());
    assert_eq!(ids, [None, None, None, stock.clone(), stock]);
}
