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
            "Cannot coerce String \"sometimes\" to org.apache.brooklyn.core.entity.trait.Startable$StopSoftwareParameters$StopMode: expected one of ALWAYS, IF_NOT_STOPPED, NEVER",
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

fn levels(maps: &[(ConfigMap, &'static types::TypeDef)], key: &'static ConfigDef) -> Option<(Value, usize)> {
    let chain: Vec<Level<'_>> = maps.iter().map(|(config, t)| Level { config, type_def: Some(t) }).collect();
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
    // Never: an id is not inherited.
    let parent = config(json!({"camp.plan.id": "app"}));
    assert_eq!(levels(&[(config(json!({})), v), (parent, app)], &types::common::PLAN_ID), None);
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
fn reading_gives_defaults_and_an_environment() {
    let own = config(json!({"shell.env": {"A": 1, "B": {"x": [1]}, "C": "c"}}));
    let chain = [Level { config: &own, type_def: Some(&vanilla::TYPE) }];
    assert_eq!(span(&chain, &sp::START_TIMEOUT), Ok(Some(Span::secs(120))));
    assert_eq!(bool(&chain, &sp::SSH_MONITORING), Ok(true));
    assert_eq!(bool(&chain, &sp::SKIP_START), Ok(false));
    assert_eq!(text(&chain, &vanilla::LAUNCH), Ok(None));
    assert_eq!(text(&chain, &sp::CHILDREN_MODE), Ok(Some("NONE".into())));
    let env = env(&chain).unwrap();
    assert_eq!(env, [("A".into(), "1".into()), ("B".into(), "{\"x\":[1]}".into()), ("C".into(), "c".into())]);
    assert_eq!(all_names(&chain), ["shell.env"]);
    for t in types::ALL {
        for key in t.config_keys() {
            assert!(read(&[], key).is_ok(), "the default of {} does not fit its type", key.name);
        }
    }
}
