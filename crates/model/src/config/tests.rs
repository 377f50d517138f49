//! Coercions and inheritance, as tables.

use base::Span;
use serde_json::json;

use super::*;
use crate::spec::ConfigMap;
use crate::types::{
    self, ConfigDef, basic_application, basic_entity, software_process as sp,
    vanilla_software_process as vanilla,
};

fn of(value_type: ValueType, given: Value) -> Result<Coerced, String> {
    resolve("k", value_type, &ConfigValue::new(given)).map_err(|e| e.to_string())
}

#[test]
fn values_are_coerced_on_read() {
    use Coerced as C;
    use ValueType as T;
    for (t, given, wanted) in [
        (T::Text, json!("a"), C::Text("a".into())),
        (T::Text, json!(8), C::Text("8".into())),
        (T::Text, json!(true), C::Text("true".into())),
        (T::Int, json!("8080"), C::Int(8080)),
        (T::Int, json!(8.0), C::Int(8)),
        (T::Long, json!(5_000_000_000_i64), C::Int(5_000_000_000)),
        (T::Double, json!("1.5"), C::Double(1.5)),
        (T::Bool, json!("Yes"), C::Bool(true)),
        (T::Bool, json!("f"), C::Bool(false)),
        (T::Duration, json!(30), C::Duration(Some(Span::millis(30)))),
        (T::Duration, json!("1h 30m"), C::Duration(Some(Span::secs(5400)))),
        (T::Duration, json!("never"), C::Duration(None)),
        (T::Duration, json!("forever"), C::Duration(Some(Span::FOREVER))),
        (T::Map, json!("a: 1, b: x"), C::Map(json!({"a": 1, "b": "x"}).as_object().unwrap().clone())),
        (T::Map, json!("{\"a\": 1}"), C::Map(json!({"a": 1}).as_object().unwrap().clone())),
        (T::List, json!("[a, 2]"), C::List(vec![json!("a"), json!(2)])),
        (T::List, json!("a, b"), C::List(vec![json!("a"), json!("b")])),
        (T::List, json!(5), C::List(vec![json!(5)])),
        (T::Enum(&sp::CHILD_START_MODE), json!("foreground-late"), C::Text("FOREGROUND_LATE".into())),
        (T::Enum(&sp::CHILD_START_MODE), json!("foregroundLate"), C::Text("FOREGROUND_LATE".into())),
        (T::Any, json!({"a": [1]}), C::Any(json!({"a": [1]}))),
        (T::Int, json!(null), C::Null),
    ] {
        assert_eq!(of(t, given.clone()), Ok(wanted), "{given} as {t:?}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_refused_in_brooklyns_words() {
    use ValueType as T;
    for (t, given, wanted) in [
        (T::Int, json!("abc"), "Cannot coerce String \"abc\" to java.lang.Integer: adapting failed"),
        (
            T::Int,
            json!(5_000_000_000_i64),
            "Cannot coerce Long \"5000000000\" to java.lang.Integer: adapting failed",
        ),
        (T::Int, json!(1.5), "Cannot coerce Double \"1.5\" to java.lang.Integer: adapting failed"),
        (T::Bool, json!(1), "Cannot coerce Integer \"1\" to java.lang.Boolean: adapting failed"),
        (T::Double, json!("NaN"), "Cannot coerce String \"NaN\" to java.lang.Double: adapting failed"),
        (T::Text, json!({"a": 1}), "Cannot coerce Map to java.lang.String: adapting failed"),
        (T::Map, json!([1]), "Cannot coerce List to java.util.Map: adapting failed"),
        (
            T::Duration,
            json!("5 parsecs"),
            "Cannot coerce String \"5 parsecs\" to org.apache.brooklyn.util.time.Duration: \"5 parsecs\" is not a length of time: expected a number with ms, s, m, h or d, such as 500ms, 30s or 1m 30s",
        ),
        (
            T::Enum(&types::common::STOP_MODE),
            json!("sometimes"),
            "Cannot coerce String \"sometimes\" to org.apache.brooklyn.entity.software.base.SoftwareProcess$StopSoftwareParameters$StopMode: expected one of ALWAYS, IF_NOT_STOPPED, NEVER",
        ),
    ] {
        assert_eq!(of(t, given.clone()), Err(wanted.to_owned()), "{given}");
    }
}

#[test]
fn an_error_never_shows_a_secret() {
    let e = resolve("db.password", ValueType::Int, &ConfigValue::new("hunter2")).unwrap_err();
    assert_eq!(e.to_string(), "Cannot coerce String to java.lang.Integer: adapting failed");
    let e = resolve("a", ValueType::Text, &ConfigValue::new("$brooklyn:external(\"vault\", \"hunter2\")"))
        .unwrap_err();
    assert!(e.to_string().contains("$brooklyn:external") && !e.to_string().contains("hunter2"), "{e}");
}

#[test]
fn an_expression_is_found_anywhere_in_a_value() {
    for given in [
        json!("$brooklyn:self()"),
        json!({"$brooklyn:formatString": ["%s", "a"]}),
        json!({"a": [1, {"b": "$brooklyn:config(\"x\")"}]}),
    ] {
        assert!(matches!(
            resolve("k", ValueType::Any, &ConfigValue::new(given)),
            Err(ConfigError::Deferred { .. })
        ));
    }
    assert!(deferred(&json!("costs $brooklyn: dollars")).is_none());
}

fn config(value: Value) -> ConfigMap {
    serde_json::from_value(value).unwrap()
}

fn level<'a>(config: &'a ConfigMap, type_def: &'static types::TypeDef) -> Level<'a> {
    Level { config, parameters: &[], type_def: Some(type_def) }
}

fn levels(maps: &[(ConfigMap, &'static types::TypeDef)], key: &'static ConfigDef) -> Option<(Value, usize)> {
    let chain: Vec<Level<'_>> = maps.iter().map(|(config, t)| level(config, t)).collect();
    effective(&chain, key).map(|e| (e.value.given().clone(), e.level))
}

#[test]
fn the_nearest_value_counts_and_maps_merge() {
    let (v, app, e) = (&vanilla::TYPE, &basic_application::TYPE, &basic_entity::TYPE);
    // Overwrite.
    let own = config(json!({"start.timeout": "1s"}));
    let parent = config(json!({"start.timeout": "9s"}));
    assert_eq!(
        levels(&[(own.clone(), v), (parent.clone(), app)], &sp::START_TIMEOUT),
        Some((json!("1s"), 0))
    );
    assert_eq!(levels(&[(config(json!({})), v), (parent, app)], &sp::START_TIMEOUT), Some((json!("9s"), 1)));
    // Never: what an entity is called by default is its own.
    let parent = config(json!({"defaultDisplayName": "app"}));
    assert_eq!(levels(&[(config(json!({})), v), (parent, app)], &types::common::DEFAULT_NAME), None);
    let parent = config(json!({"camp.plan.id": "app"}));
    let found = levels(&[(config(json!({})), v), (parent, app)], &types::common::PLAN_ID);
    assert_eq!(found, Some((json!("app"), 1)), "an id is read through");
    // Not reinherited: it passes those that do not declare the key, and stops at one that does.
    let cmd = config(json!({"launch.command": "x"}));
    assert_eq!(
        levels(&[(config(json!({})), v), (cmd.clone(), app)], &vanilla::LAUNCH),
        Some((json!("x"), 1))
    );
    assert_eq!(levels(&[(config(json!({})), v), (cmd.clone(), v)], &vanilla::LAUNCH), None);
    assert_eq!(levels(&[(config(json!({})), v), (config(json!({})), e), (cmd, v)], &vanilla::LAUNCH), None);
    // Maps merge, dotted names are entries, an explicit nothing stays.
    let own = config(json!({"shell.env": {"A": "1", "B": null}, "shell.env.C": 3}));
    let parent = config(json!({"shell.env": {"A": "0", "B": "0", "D": "4"}}));
    assert_eq!(
        levels(&[(own, v), (parent.clone(), app)], &sp::SHELL_ENV),
        Some((json!({"A": "1", "B": null, "C": 3, "D": "4"}), 0))
    );
    assert_eq!(levels(&[(config(json!({})), v), (parent, v)], &sp::SHELL_ENV), None);
}

#[test]
fn a_value_is_not_seen_below_the_entity_that_declares_it_for_itself() {
    let (v, app, e) = (&vanilla::TYPE, &basic_application::TYPE, &basic_entity::TYPE);
    let none = config(json!({}));
    let cmd = config(json!({"launch.command": "x", "shell.env": {"A": "1"}, "shell.env.B": "2"}));
    let chain = [level(&none, e), level(&cmd, v)];
    assert_eq!(effective_named(&chain, "launch.command"), None);
    assert_eq!(all_names(&chain), Vec::<String>::new());
    // Nobody above declares it: it is for whoever reads it.
    let chain = [level(&none, e), level(&cmd, app)];
    assert_eq!(effective_named(&chain, "launch.command").map(|e| e.level), Some(1));
    // What stands further up than a declarer is the declarer's as well.
    let chain = [level(&none, e), level(&none, v), level(&cmd, app)];
    assert_eq!(effective_named(&chain, "launch.command"), None);
}

#[test]
fn a_declared_map_is_told_entry_by_entry() {
    let (v, app) = (&vanilla::TYPE, &basic_application::TYPE);
    let own = config(json!({"shell.env": {"A": "1"}, "shell.env.B": 2}));
    let parent = config(json!({"shell.env": {"C": "3"}}));
    let chain = [level(&own, v), level(&parent, app)];
    assert_eq!(all_names(&chain), ["shell.env.A", "shell.env.B", "shell.env.C"]);
    let entry = |name| entry_or_named(&chain, name).map(|e| (e.value.given().clone(), e.level));
    assert_eq!(entry("shell.env.A"), Some((json!("1"), 0)));
    assert_eq!(entry("shell.env.C"), Some((json!("3"), 1)));
    assert_eq!(entry("shell.env.D"), None);
    // The application declares no such map: there it is one value.
    assert_eq!(all_names(&chain[1..]), ["shell.env"]);
    // An empty map, and one that is an expression, have no entries that could be told.
    for whole in [json!({}), json!("$brooklyn:config(\"env\")")] {
        let own = config(json!({ "shell.env": whole }));
        assert_eq!(all_names(&[level(&own, v)]), ["shell.env"]);
    }
}

#[test]
fn reading_gives_defaults_and_an_environment() {
    let own = config(json!({"shell.env": {"A": 1, "B": {"x": [1]}, "C": "c"}}));
    let chain = [level(&own, &vanilla::TYPE)];
    let read = |key: &'static ConfigDef| read(&chain, key, &PlainOnly).unwrap();
    assert_eq!(as_span(read(&sp::START_TIMEOUT)), Some(Span::secs(120)));
    assert_eq!(read(&sp::SSH_MONITORING), Coerced::Bool(true));
    assert_eq!(read(&sp::SKIP_START), Coerced::Null);
    assert_eq!(read(&vanilla::LAUNCH), Coerced::Null);
    assert_eq!(read(&sp::CHILDREN_MODE), Coerced::Text("NONE".into()));
    let env = as_env(read(&sp::SHELL_ENV));
    assert_eq!(env, [("A".into(), "1".into()), ("B".into(), "{\"x\":[1]}".into()), ("C".into(), "c".into())]);
    assert_eq!(all_names(&chain), ["shell.env.A", "shell.env.B", "shell.env.C"]);
    for t in types::ALL {
        for key in t.config_keys() {
            assert!(
                super::read(&[], key, &PlainOnly).is_ok(),
                "the default of {} does not fit its type",
                key.name
            );
        }
    }
}

/// Knows no expressions.
struct PlainOnly;

impl Evaluate for PlainOnly {
    fn evaluate(&self, given: &Value, _: usize) -> Result<Value, Unresolved> {
        panic!("{given} is no plain value")
    }
}

/// Says where an expression was evaluated.
struct Levels;

impl Evaluate for Levels {
    fn evaluate(&self, given: &Value, level: usize) -> Result<Value, Unresolved> {
        Ok(match given {
            Value::String(text) if text.contains("map") => json!({ "X": level }),
            Value::String(text) if text.contains("never") => return Err(Unresolved::Failed("never".into())),
            Value::String(text) if text.starts_with('$') => json!(level),
            Value::Object(map) => {
                let all = map.iter().map(|(k, v)| Ok((k.clone(), self.evaluate(v, level)?)));
                Value::Object(all.collect::<Result<_, Unresolved>>()?)
            }
            other => other.clone(),
        })
    }
}

#[test]
fn each_part_of_a_merged_map_is_evaluated_where_it_was_set_and_what_is_hidden_is_not() {
    let (v, app) = (&vanilla::TYPE, &basic_application::TYPE);
    for (own, parent, wanted) in [
        (json!({"A": "$brooklyn:a()"}), json!({"B": "$brooklyn:a()"}), json!({"A": 0, "B": 1})),
        (json!({"A": 1}), json!({"A": "$brooklyn:never()", "B": 2}), json!({"A": 1, "B": 2})),
        (json!("$brooklyn:map()"), json!({"X": 7, "Y": "$brooklyn:a()"}), json!({"X": 0, "Y": 1})),
        (json!({"X": 7}), json!("$brooklyn:map()"), json!({"X": 7})),
        (json!({"A": null}), json!("$brooklyn:map()"), json!({"A": null, "X": 1})),
    ] {
        let own_config = config(json!({ "shell.env": own }));
        let parent_config = config(json!({ "shell.env": parent }));
        let chain = [level(&own_config, v), level(&parent_config, app)];
        let read = read(&chain, &sp::SHELL_ENV, &Levels).map(Coerced::into_json);
        assert_eq!(read, Ok(wanted), "{own} under {parent}");
    }
}

#[test]
fn parameters_are_keys_beside_those_of_the_type() {
    let parameters: Vec<crate::spec::KeySpec> = serde_json::from_value(json!([
        {"name": "size", "type": "integer", "aliases": ["old.size"], "default": "3", "pinned": true},
        {"name": "start.timeout", "type": "duration", "default": "7s", "pinned": true},
        {"name": "own", "type": "map", "inheritance": "deep_merge", "pinned": true},
    ]))
    .unwrap();
    let child_config = config(json!({"own": {"a": 1}, "own.b": 2}));
    let parent_config = config(json!({"old.size": "8", "own": {"a": 0, "c": 3}, "defaultDisplayName": "p"}));
    let child = Level { config: &child_config, parameters: &parameters, type_def: Some(&vanilla::TYPE) };
    let parent = Level { config: &parent_config, parameters: &parameters, type_def: None };
    let read = |chain: &[Level<'_>], name: &str| read_named(chain, name, &PlainOnly).unwrap().into_json();
    assert_eq!(read(&[parent], "size"), json!(8), "a deprecated name");
    assert_eq!(read(&[child], "old.size"), json!(3), "the default, as the type that it has");
    assert_eq!(read(&[child], "start.timeout"), json!("7s"), "the blueprint's default before the type's");
    assert_eq!(read(&[child, parent], "own"), json!({"a": 1, "b": 2, "c": 3}));
    let bare_config = config(json!({}));
    let bare = Level { config: &bare_config, parameters: &[], type_def: Some(&basic_entity::TYPE) };
    assert_eq!(read(&[bare, parent], "size"), json!("3"), "the default that an entity above declares");
    assert_eq!(read(&[bare, parent], "defaultDisplayName"), Value::Null, "what is never inherited");
    let names: Vec<&str> = child.keys().map(|k| k.name()).take(4).collect();
    assert_eq!(names[..3], ["size", "start.timeout", "own"]);
    assert_eq!(child.keys().filter(|k| k.name() == "start.timeout").count(), 1);
}
