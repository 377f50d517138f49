//! Values and edge cases of the enrichers.

use base::Span;
use brownstone_engine::input::Command;
use brownstone_engine::{Change, Lifecycle, Status};
use model::spec::AdjunctSpec;
use serde_json::{Value, json};

use super::{adjunct, one, with_adjunct};
use crate::env::Env;
use crate::specs;

/// What the target is after each value of the source. Between two of them a second passes.
fn series(name: &str, config: &[(&str, Value)], steps: &[(Value, Option<Value>)]) {
    let mut spec = adjunct(name, [("sourceSensor", json!("a")), ("targetSensor", json!("b"))]);
    let more = config.iter().map(|(k, v)| adjunct(name, [(k, v.clone())]).config);
    spec.config.extend(more.flatten());
    let (mut env, id) = one(spec);
    for (i, (given, then)) in steps.iter().enumerate() {
        env.at.now = env.at.now + Span::secs(1);
        env.at.wall.0 += 1000;
        env.set(&id, "a", given.clone());
        assert_eq!(env.sensor(&id, "b"), *then, "{name} {config:?}, step {i}");
    }
}

#[test]
fn a_delta_is_the_difference_to_what_was_before() {
    series(
        "DeltaEnricher",
        &[],
        &[
            (json!(5), Some(json!(5.0))),
            (json!(7), Some(json!(2.0))),
            (json!("4"), Some(json!(-3.0))),
            (Value::Null, Some(json!(-4.0))),
        ],
    );
}

#[test]
fn growth_is_told_for_a_second_or_another_time() {
    let steps = |a, b| [(json!(10), None), (json!(14), Some(json!(a))), (json!(13.5), Some(json!(b)))];
    series("YamlTimeWeightedDeltaEnricher", &[], &steps(4.0, -0.5));
    series("TimeWeightedDeltaEnricher", &[("deltaPeriod", json!("1m"))], &steps(240.0, -30.0));
    series("TimeFractionDeltaEnricher", &[], &[(json!(0), None), (json!(250), Some(json!(0.25)))]);
}

#[test]
fn a_rolling_mean_is_that_of_the_last_values() {
    series(
        "RollingMeanEnricher",
        &[("windowSize", json!(2))],
        &[
            (json!(1), Some(json!(1.0))),
            (json!(3), Some(json!(2.0))),
            (json!("x"), Some(json!(2.0))),
            (json!(7), Some(json!(5.0))),
        ],
    );
}

#[test]
fn a_mean_over_time_needs_enough_of_its_window() {
    let window = [("enricher.window.duration", json!("4s")), ("confidenceRequired", json!(0.5))];
    series(
        "YamlRollingTimeWindowMeanEnricher",
        &window,
        &[
            (json!(100), None),
            // A value holds from the one before it on: the first holds for no time at all.
            (json!(2), None),
            // Half of the window is not more than half of it.
            (json!(4), None),
            (json!(6), Some(json!(4.0))),
            (json!(8), Some(json!(5.0))),
            (json!(10), Some(json!(7.0))),
        ],
    );
}

#[test]
fn a_joiner_makes_one_text() {
    let plain = [("quote", json!(false))];
    series("Joiner", &[], &[(json!(["a", "b $x"]), Some(json!(r#""a","b \$x""#))), (Value::Null, None)]);
    series("Joiner", &plain, &[(json!(["a", null, 2]), Some(json!("a,2")))]);
    series(
        "Joiner",
        &[("separator", json!(" ")), ("quote", json!(false)), ("maximum", json!(1))],
        &[(json!({ "k": "v", "l": "w" }), Some(json!("v")))],
    );
    series(
        "Joiner",
        &[("joinMapEntries", json!(true)), ("quote", json!(false)), ("minimum", json!(2))],
        &[(json!({ "k": "v", "l": 1 }), Some(json!("k=v,l=1"))), (json!({ "k": "v" }), None)],
    );
}

#[test]
fn a_transformer_copies_computes_and_coerces() {
    series("Transformer", &[], &[(json!({ "x": 1 }), Some(json!({ "x": 1 }))), (Value::Null, None)]);
    series("Transformer", &[("targetType", json!("integer"))], &[(json!("12"), Some(json!(12)))]);
    series("Transformer", &[("targetValue", json!("fixed"))], &[(json!(1), Some(json!("fixed")))]);
}

#[test]
fn a_transformer_without_a_source_is_computed_at_once_and_by_its_triggers() {
    let (mut env, id) = one(adjunct(
        "Transformer",
        [("targetSensor", json!("b")), ("targetValue", json!("v")), ("triggerSensors", json!(["t"]))],
    ));
    assert_eq!(env.sensor(&id, "b"), Some(json!("v")));
    let before = env.entity(&id).sensors.get("b").expect("b").at;
    env.at.wall.0 += 5;
    env.set(&id, "t", json!(1));
    assert!(env.entity(&id).sensors.get("b").expect("b").at > before);
}

#[test]
fn the_same_value_is_an_event_unless_duplicates_are_suppressed() {
    for (suppress, told) in [(false, 2), (true, 1)] {
        let copy = adjunct(
            "Transformer",
            [
                ("sourceSensor", json!("a")),
                ("targetSensor", json!("b")),
                ("suppressDuplicates", json!(suppress)),
            ],
        );
        let (mut env, id) = one(copy);
        let from = env.log.len();
        env.set(&id, "a", json!(1));
        env.set(&id, "a", json!(1));
        let lines = env.log[from..].iter().map(|l| String::from_utf8_lossy(l).into_owned());
        assert_eq!(lines.filter(|l| l.contains(r#""name":"b""#)).count(), told);
    }
}

#[test]
fn an_enricher_that_would_be_its_own_cause_is_refused() {
    for spec in [
        adjunct("Transformer", [("sourceSensor", json!("a")), ("targetSensor", json!("a"))]),
        adjunct("Joiner", [("sourceSensor", json!("a"))]),
        adjunct("Propagator", [("propagating", json!(["a"]))]),
        adjunct("Propagator", [("propagatingAll", json!(true))]),
        adjunct(
            "PercentageEnricher",
            [
                ("sourceCurrentSensor", json!("a")),
                ("sourceTotalSensor", json!("t")),
                ("targetSensor", json!("a")),
            ],
        ),
    ] {
        let (env, id) = one(spec);
        assert!(env.trouble(&id).is_some(), "{:?}", env.entity(&id).adjuncts);
    }
}

/// An application with children `m1`, `m2`, and an adjunct beside `at` that is told who `m1` is.
fn two(config: impl Fn(&str) -> AdjunctSpec) -> (Env, base::EntityId, [base::EntityId; 2]) {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::basic("m1"), specs::basic("m2")]));
    env.settle();
    let ids = [env.named("m1"), env.named("m2")];
    let spec = std::sync::Arc::new(config(ids[0].as_str()));
    env.command(Command::AddAdjunct { entity: app.clone(), spec });
    (env, app, ids)
}

#[test]
fn a_propagator_copies_what_is_named_under_its_name_here() {
    let (mut env, app, [m1, _]) = two(|m1| {
        adjunct("Propagator", [("producer", json!(m1)), ("propagating", json!({ "a": "x", "b": "b" }))])
    });
    env.set(&m1, "a", json!(1));
    env.set(&m1, "b", json!(2));
    env.set(&m1, "c", json!(3));
    assert_eq!((env.sensor(&app, "x"), env.sensor(&app, "b")), (Some(json!(1)), Some(json!(2))));
    assert_eq!((env.sensor(&app, "a"), env.sensor(&app, "c")), (None, None));
    env.set(&m1, "a", Value::Null);
    assert_eq!(env.sensor(&app, "x"), None);
}

#[test]
fn a_propagator_of_all_copies_also_what_was_there() {
    let (mut env, app, [m1, _]) =
        two(|m1| adjunct("Propagator", [("producer", json!(m1)), ("propagatingAllBut", json!(["b"]))]));
    assert_eq!(env.sensor(&app, "entity.id"), Some(json!(m1.as_str())));
    env.set(&m1, "a", json!(1));
    env.set(&m1, "b", json!(2));
    assert_eq!((env.sensor(&app, "a"), env.sensor(&app, "b")), (Some(json!(1)), None));
}

#[test]
fn a_propagator_needs_something_to_propagate() {
    let (env, id) = one(adjunct("Propagator", [("producer", json!("nobody"))]));
    assert_eq!(env.trouble(&id), Some("'enricher.producer' names no entity: \"nobody\""));
    let (env, id) = one(adjunct("Propagator", []));
    assert!(env.trouble(&id).expect("it cannot").starts_with("nothing to propagate"));
}

#[test]
fn an_aggregator_makes_one_value_of_many() {
    for (how, more, then) in [
        ("sum", json!(null), json!(4.0)),
        ("average", json!(null), json!(2.0)),
        ("MIN", json!(null), json!(1.0)),
        ("max", json!(null), json!(3.0)),
        ("list", json!(null), json!([1, 3])),
        ("first", json!(null), json!(1)),
        ("average", json!(5), json!(3.0)),
        ("list", json!(0), json!([1, 3, 0])),
    ] {
        let (mut env, app, [m1, m2]) = two(|_| {
            adjunct(
                "Aggregator",
                [
                    ("sourceSensor", json!("a")),
                    ("targetSensor", json!("b")),
                    ("fromChildren", json!(true)),
                    ("transformation", json!(how)),
                    ("defaultMemberValue", more.clone()),
                ],
            )
        });
        env.set(&m1, "a", json!(1));
        env.set(&m2, "a", json!(3));
        if !more.is_null() {
            let third = with_adjunct(specs::basic("m3"), adjunct("DeltaEnricher", []));
            let (_, _) = env.deploy(specs::app("Other", vec![third]));
            env.set(&m2, "a", json!(3));
        }
        let got = env.sensor(&app, "b");
        if more.is_null() {
            assert_eq!(got, Some(then), "{how}");
        }
    }
}

#[test]
fn an_aggregator_of_nothing_has_no_value_and_a_default_counts_for_what_is_not_set() {
    let aggregate = |default: Value| {
        two(move |_| {
            adjunct(
                "Aggregator",
                [
                    ("sourceSensor", json!("a")),
                    ("targetSensor", json!("b")),
                    ("transformation", json!("sum")),
                    ("defaultMemberValue", default.clone()),
                ],
            )
        })
    };
    let (mut env, app, [m1, _]) = aggregate(Value::Null);
    assert_eq!(env.sensor(&app, "b"), None);
    env.set(&m1, "a", json!(2));
    assert_eq!(env.sensor(&app, "b"), Some(json!(2.0)));
    env.set(&m1, "a", Value::Null);
    assert_eq!(env.sensor(&app, "b"), None);
    let (env, app, _) = aggregate(json!(5));
    assert_eq!(env.sensor(&app, "b"), Some(json!(10.0)));
}

#[test]
fn an_aggregator_leaves_blank_texts_out_and_knows_its_words() {
    let (mut env, app, [m1, m2]) = two(|_| {
        adjunct(
            "Aggregator",
            [("sourceSensor", json!("a")), ("targetSensor", json!("b")), ("excludeBlank", json!(true))],
        )
    });
    env.set(&m1, "a", json!(" "));
    env.set(&m2, "a", json!("x"));
    assert_eq!(env.sensor(&app, "b"), Some(json!(["x"])));
    let (env, id) = one(adjunct(
        "Aggregator",
        [("sourceSensor", json!("a")), ("targetSensor", json!("b")), ("transformation", json!("mode"))],
    ));
    assert!(env.trouble(&id).expect("it cannot").contains("isQuorate"));
}

#[test]
fn an_aggregator_forgets_children_that_are_gone() {
    let (mut env, app, [m1, m2]) = two(|_| {
        adjunct(
            "Aggregator",
            [("sourceSensor", json!("a")), ("targetSensor", json!("b")), ("transformation", json!("sum"))],
        )
    });
    env.set(&m1, "a", json!(1));
    env.set(&m2, "a", json!(2));
    env.command(Command::Expunge { entity: m1, release: false });
    env.settle();
    assert_eq!(env.sensor(&app, "b"), Some(json!(2.0)));
}

#[test]
fn a_map_aggregator_has_an_entry_for_each_child_with_a_key() {
    let (mut env, app, [m1, m2]) = two(|_| {
        adjunct(
            "MapAggregator",
            [("keySensor", json!("k")), ("valueSensor", json!("v")), ("targetSensor", json!("b"))],
        )
    });
    env.set(&m1, "k", json!("one"));
    env.set(&m1, "v", json!(1));
    env.set(&m2, "v", json!(2));
    assert_eq!(env.sensor(&app, "b"), Some(json!({ "one": 1 })));
    env.set(&m2, "k", json!(2));
    assert_eq!(env.sensor(&app, "b"), Some(json!({ "one": 1, "2": 2 })));
}

#[test]
fn a_percentage_needs_a_part_and_a_whole() {
    let (mut env, id) = one(adjunct(
        "PercentageEnricher",
        [
            ("sourceCurrentSensor", json!("a")),
            ("sourceTotalSensor", json!("t")),
            ("targetSensor", json!("b")),
        ],
    ));
    for (sensor, value, then) in [
        ("a", json!(5), None),
        ("t", json!(0), None),
        ("t", json!(20), Some(json!(0.25))),
        ("a", json!(-1), Some(json!(0.25))),
        ("a", json!("30"), Some(json!(1.5))),
    ] {
        env.set(&id, sensor, value);
        assert_eq!(env.sensor(&id, "b"), then);
    }
}

#[test]
fn an_updating_map_keeps_its_entry_and_leaves_the_others() {
    let (mut env, id) = one(adjunct(
        "UpdatingMap",
        [
            ("sourceSensor", json!("a")),
            ("targetSensor", json!("service.problems")),
            ("key", json!("mine")),
            ("computing", json!({ "bad": "it is bad" })),
        ],
    ));
    env.set(&id, "service.problems", json!({ "other": "x" }));
    env.set(&id, "a", json!("bad"));
    assert_eq!(env.sensor(&id, "service.problems"), Some(json!({ "other": "x", "mine": "it is bad" })));
    env.set(&id, "a", json!("good"));
    assert_eq!(env.sensor(&id, "service.problems"), Some(json!({ "other": "x" })));
}

#[test]
fn a_reducer_joins_or_formats() {
    let reducer = |function: &str, parameters: Value| {
        let (mut env, id) = one(adjunct(
            "Reducer",
            [
                ("sourceSensors", json!(["a", "c"])),
                ("targetSensor", json!("b")),
                ("reducerFunction", json!(function)),
                ("parameters", parameters),
            ],
        ));
        env.set(&id, "a", json!("x"));
        env.set(&id, "c", json!(7));
        env.sensor(&id, "b")
    };
    assert_eq!(reducer("joiner", json!({ "separator": "-" })), Some(json!("x-7")));
    assert_eq!(reducer("joiner", json!({})), Some(json!("x, 7")));
    assert_eq!(reducer("formatString", json!({ "format": "%s:%d" })), Some(json!("x:7")));
    assert_eq!(reducer("formatString", json!({})), None);
}

#[test]
fn a_function_of_the_blueprint_makes_one_value_of_another() {
    let for_map = |map: Value, more: &[Value]| {
        let args: Vec<Value> = [map].into_iter().chain(more.iter().cloned()).collect();
        json!({ "$brooklyn:object": {
            "type": "com.google.guava:com.google.common.base.Functions",
            "factoryMethod.name": "forMap",
            "factoryMethod.args": args,
        }})
    };
    let role = for_map(
        json!({ "MASTER": "$brooklyn:formatString(\"%s\", \"one\")", "late": "$brooklyn:attributeWhenReady(\"x\")" }),
        &[json!("not master")],
    );
    series(
        "Transformer",
        &[("enricher.transformation", role)],
        &[
            (json!("STANDBY"), Some(json!("not master"))),
            (json!("MASTER"), Some(json!("one"))),
            // What is not there yet is nothing, and nobody waits.
            (json!("late"), None),
        ],
    );
    let healthy = for_map(json!({ "true": null, "false": "down" }), &[json!("no value")]);
    series(
        "UpdatingMap",
        &[("computing", healthy)],
        &[
            (json!(false), Some(json!({ "a": "down" }))),
            (json!("?"), Some(json!({ "a": "no value" }))),
            (json!(true), Some(json!({}))),
        ],
    );
    series(
        "Transformer",
        &[("enricher.transformation", json!({ "$brooklyn:function.regexReplacement": ["^.*:", "port "] }))],
        &[(json!("host:80"), Some(json!("port 80")))],
    );
    // Nothing is set for a value that the map does not have.
    series(
        "Transformer",
        &[("enricher.transformation", for_map(json!({ "1": "one" }), &[]))],
        &[(json!(1), Some(json!("one"))), (json!(2), Some(json!("one")))],
    );
}

#[test]
fn an_aggregator_counts_those_that_say_nothing_unless_they_are_filtered_out() {
    let first = json!({ "$brooklyn:object": {
        "type": "org.apache.brooklyn.util.collections.CollectionFunctionals$FirstElementFunction"
    }});
    for (how, filter, early, late) in [
        (json!("list"), None, Some(json!([null, "2nd"])), json!(["1st", "2nd"])),
        (json!("list"), Some("notNull"), Some(json!(["2nd"])), json!(["1st", "2nd"])),
        (json!("first"), None, None, json!("1st")),
        (first.clone(), None, None, json!("1st")),
        (first, Some("notNull"), Some(json!("2nd")), json!("1st")),
    ] {
        let (mut env, app, [m1, m2]) = two(|_| {
            let mut spec = adjunct(
                "Aggregator",
                [("sourceSensor", json!("a")), ("targetSensor", json!("b")), ("transformation", how.clone())],
            );
            spec.config.extend(
                filter
                    .map(|f| adjunct("Aggregator", [("valueFilter", json!(f))]).config)
                    .into_iter()
                    .flatten(),
            );
            spec
        });
        env.set(&m2, "a", json!("2nd"));
        assert_eq!(env.sensor(&app, "b"), early, "{how} {filter:?}");
        env.set(&m1, "a", json!("1st"));
        assert_eq!(env.sensor(&app, "b"), Some(late), "{how} {filter:?}");
    }
}

#[test]
fn an_aggregator_computes_once_of_however_much_one_step_brings() {
    let sum = adjunct(
        "Aggregator",
        [("sourceSensor", json!("b")), ("targetSensor", json!("sum")), ("transformation", json!("sum"))],
    );
    let copy = adjunct(
        "Transformer",
        [
            ("producer", json!("$brooklyn:parent()")),
            ("sourceSensor", json!("a")),
            ("targetSensor", json!("b")),
        ],
    );
    let children = (0..100).map(|i| with_adjunct(specs::basic(&format!("c{i}")), copy.clone())).collect();
    let mut spec = specs::app("Shop", children);
    spec.root = with_adjunct(spec.root, sum);
    let mut env = Env::new();
    let (app, _) = env.deploy(spec);
    env.settle();
    let set = Command::SetSensor { entity: app.clone(), sensor: "a".to_owned(), value: json!(2) };
    env.command(set);
    assert_eq!(env.sensor(&app, "sum"), Some(json!(200.0)));
    let sums = env.last.iter().filter(|c| matches!(c, Change::SensorSet { name, .. } if name == "sum"));
    assert_eq!(sums.count(), 1);
}

#[test]
fn a_start_waits_for_whatever_holds_the_entity_down() {
    let map = json!({ "$brooklyn:object": {
        "type": "com.google.common.base.Functions",
        "factoryMethod.name": "forMap",
        "factoryMethod.args": [{ "true": null, "false": "ill" }, "unknown"],
    }});
    let healthy = |source: &str| {
        adjunct(
            "UpdatingMap",
            [
                ("sourceSensor", json!(source)),
                ("targetSensor", json!("service.notUp.indicators")),
                ("computing", map.clone()),
            ],
        )
    };
    let held = with_adjunct(specs::vanilla("one"), healthy("healthy"));
    let mut env = Env::new();
    let (app, task) = env.deploy(specs::app("Shop", vec![held.clone()]));
    let one = env.named("one");
    assert_eq!(env.sensor(&one, "service.notUp.indicators").unwrap()["healthy"], "unknown");
    while env.sensor(&one, "service.process.isRunning") != Some(json!(true)) {
        assert!(env.turn(), "the process is not begun");
    }
    let tell = |env: &mut Env, value: bool| {
        let (entity, sensor) = (one.clone(), "healthy".to_owned());
        env.command(Command::SetSensor { entity, sensor, value: value.into() });
    };
    tell(&mut env, false);
    assert_eq!(env.sensor(&one, "service.notUp.indicators"), Some(json!({ "healthy": "ill" })));
    assert_eq!((env.state(&one), env.status(&task)), (Some(Lifecycle::Starting), Status::InProgress));
    tell(&mut env, true);
    env.settle();
    assert_eq!((env.state(&one), env.status(&task)), (Some(Lifecycle::Running), Status::Completed));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    // And it gives up in the end.
    let mut env = Env::new();
    let (_, task) = env.deploy(specs::app("Shop", vec![held]));
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    assert_eq!(env.state(&env.named("one")), Some(Lifecycle::OnFire));
}
