//! Clusters whose members are spread over the parts of a location.

use base::{EntityId, Span, TaskId};
use brownstone_engine::{Lifecycle, Status};
use model::spec::{ConfigMap, ConfigValue, EntitySpec, LocationKind, LocationSpec};
use serde_json::{Value, json};

use crate::env::{Env, host};
use crate::specs::{self, of_type, with};

/// Two zones of four machines each.
fn zones() -> LocationSpec {
    let zone = |name: &str, net: u32| {
        let hosts: Vec<String> = (1..5).map(|n| format!("10.0.{net}.{n}")).collect();
        let mut spec = specs::byon(&hosts.iter().map(String::as_str).collect::<Vec<_>>());
        spec.flags.insert("name".to_owned(), ConfigValue::new(name));
        spec
    };
    LocationSpec {
        kind: LocationKind::Multi(vec![zone("north", 1), zone("south", 2)]),
        spec: "multi".to_owned(),
        flags: ConfigMap::from([("port".to_owned(), ConfigValue::new(2222))]),
    }
}

fn cluster(size: i64, member: &EntitySpec) -> EntitySpec {
    with(
        of_type("DynamicCluster", "c"),
        [
            ("cluster.initial.size", json!(size)),
            ("dynamiccluster.zone.enable", json!(true)),
            ("dynamiccluster.memberspec", json!({ "$brooklyn:entitySpec": member })),
        ],
    )
}

fn deployed(spec: EntitySpec) -> (Env, TaskId) {
    let mut env = Env::new();
    let (_, task) = env.deploy(specs::app_at("Shop", zones(), vec![spec]));
    env.settle();
    (env, task)
}

fn resize(env: &mut Env, to: i64) -> TaskId {
    let task = env.invoke_with(&env.named("c"), "resize", [("desiredSize", json!(to))]);
    env.settle();
    task
}

/// The zone of a member by its machine's address.
fn zone(env: &Env, member: &EntityId) -> &'static str {
    let machine = env.entity(member).machine.clone().expect("a machine");
    let address = machine.reach.address().expect("an address");
    if address.contains("10.0.1.") { "north" } else { "south" }
}

/// How many members are in each zone.
fn spread(env: &Env) -> (usize, usize) {
    let all: Vec<&str> = env.root.members(&env.named("c")).map(|m| zone(env, &m.id)).collect();
    let north = all.iter().filter(|z| **z == "north").count();
    (north, all.len() - north)
}

fn sensor(env: &Env, name: &str) -> Value {
    env.entity(&env.named("c")).sensor(name).cloned().unwrap_or_default()
}

#[test]
fn members_are_spread_over_the_zones_and_the_fullest_gives_first() {
    let (mut env, task) = deployed(cluster(3, &specs::vanilla("m")));
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    assert_eq!(spread(&env), (2, 1));
    assert_eq!(sensor(&env, "dynamiccluster.subLocations"), json!(["north", "south"]));
    assert_eq!(sensor(&env, "dynamiccluster.failedSubLocations"), json!([]));
    assert!(
        env.machine.logins.values().all(|l| l.port == 2222),
        "the flags of the whole count for its parts"
    );
    for (to, expected) in [(6, (3, 3)), (5, (2, 3)), (2, (1, 1)), (8, (4, 4))] {
        let task = resize(&mut env, to);
        assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
        assert_eq!(spread(&env), expected, "{to}");
    }
    assert_eq!(env.state(&env.named("c")), Some(Lifecycle::Running));
}

#[test]
fn a_member_keeps_its_zone_when_it_is_started_again_or_replaced_and_under_another_master() {
    let (mut env, _) = deployed(cluster(3, &specs::vanilla("m")));
    env.take_over("node2", host("B", "boot9"), "node1 gave no sign of life for 30s");
    env.settle();
    let c = env.named("c");
    let all: Vec<EntityId> = env.root.members(&c).map(|m| m.id.clone()).collect();
    for member in &all {
        let before = zone(&env, member);
        env.invoke(member, "stop");
        env.settle();
        assert!(env.entity(member).machine.is_none());
        env.invoke(member, "start");
        env.settle();
        assert_eq!(zone(&env, member), before);
    }
    // The north has two: only the old one's zone says where the new one goes.
    let task = env.invoke_with(&c, "replaceMember", [("memberId", json!(all[0].as_str()))]);
    env.settle();
    let new = EntityId::new(env.task(&task).result.as_str().expect("an id"));
    assert_eq!(zone(&env, &new), "north", "{:?}", env.outline(&task));
    assert_eq!(spread(&env), (2, 1));
}

#[test]
fn a_zone_in_which_starts_fail_is_left_out_for_an_hour() {
    let mut env = Env::new();
    env.machine.unreachable = (1..5).map(|n| format!("10.0.2.{n}")).collect();
    let spec = with(cluster(4, &specs::vanilla("m")), [("cluster.initial.quorumSize", json!(2))]);
    let (_, task) = env.deploy(specs::app_at("Shop", zones(), vec![spec]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    assert_eq!(spread(&env), (2, 0));
    resize(&mut env, 4);
    assert_eq!(spread(&env), (4, 0), "the south was not tried");
    assert_eq!(sensor(&env, "dynamiccluster.subLocations"), json!(["north"]));
    assert_eq!(sensor(&env, "dynamiccluster.failedSubLocations"), json!(["south"]));
    env.machine.unreachable.clear();
    env.at.wall.0 += Span::secs(3600).as_millis();
    resize(&mut env, 6);
    assert_eq!(spread(&env), (4, 2), "two of its machines are held by members that were set aside");
    assert_eq!(sensor(&env, "dynamiccluster.failedSubLocations"), json!([]));
}

#[test]
fn a_cluster_grows_no_more_while_all_its_zones_have_failed() {
    let mut env = Env::new();
    env.machine.unreachable = (1..5).flat_map(|n| [format!("10.0.1.{n}"), format!("10.0.2.{n}")]).collect();
    env.deploy(specs::app_at("Shop", zones(), vec![cluster(4, &specs::vanilla("m"))]));
    env.settle();
    let task = resize(&mut env, 1);
    let why = env.task(&task).result.to_string();
    assert!(why.contains("have failed: north, south; a start counts for an hour"), "{why}");
}

#[test]
fn zones_are_used_by_their_names_or_so_many() {
    for (key, value, expected) in [
        ("dynamiccluster.availabilityZones", json!(["south"]), Ok((0, 2))),
        ("dynamiccluster.numAvailabilityZones", json!(1), Ok((2, 0))),
        ("dynamiccluster.availabilityZones", json!(["west"]), Err("there is no zone \\\"west\\\"")),
        ("dynamiccluster.numAvailabilityZones", json!(3), Err("is 3, and the location has 2 zones")),
        ("dynamiccluster.numAvailabilityZones", json!(0), Err("is 0, and the location has 2 zones")),
    ] {
        let (env, task) = deployed(with(cluster(2, &specs::vanilla("m")), [(key, value)]));
        let why = env.task(&task).result.to_string();
        match expected {
            Ok(expected) => assert_eq!(spread(&env), expected, "{key}: {why}"),
            Err(text) => assert!(why.contains(text), "{text}: {why}"),
        }
    }
}

#[test]
fn zones_need_a_location_that_has_parts_unless_members_have_one_of_their_own() {
    let mut env = Env::new();
    let (_, task) = env.deploy(specs::app("Shop", vec![cluster(1, &specs::vanilla("m"))]));
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let why = env.task(&task).result.to_string();
    assert!(why.contains("dynamiccluster.zone.enable") && why.contains("use a `multi` location"), "{why}");
    let mut member = specs::vanilla("m");
    member.locations = Some(vec![specs::byon(&["10.0.9.1"])]);
    let (env, task) = deployed(cluster(1, &member));
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let member = env.root.members(&env.named("c")).next().expect("a member");
    assert_eq!(member.def.zone, None);
}
