//! Predicates of values and entities as tables: the predicate, what it is asked of, the answer.

mod entities;
mod syntax;

use serde_json::{Value, json};

use super::*;

fn answer(predicate: &Value, subject: &Value) -> Result<bool, String> {
    let read = parse(predicate)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    read.test(&Plain(subject.clone()), None).map_err(|e| e.to_string())
}

fn check(cases: &[(Value, Value, bool)]) {
    for (predicate, subject, expected) in cases {
        assert_eq!(answer(predicate, subject), Ok(*expected), "{predicate} of {subject}");
    }
}

#[test]
fn a_scalar_alone_asks_for_equality() {
    check(&[
        (json!("a"), json!("a"), true),
        (json!("a"), json!("b"), false),
        (json!(1), json!(1), true),
        (json!("1"), json!(1), true),
        (json!(1), json!("1"), true),
        (json!(1), json!("one"), false),
        (json!(2), json!(2.0), true),
        (json!("true"), json!(true), true),
        (json!("Yes"), json!(true), true),
        (json!("1"), json!(true), false),
        (json!(true), json!(null), true),
        (json!(false), json!(true), false),
        (json!("a"), json!(null), false),
    ]);
}

#[test]
fn equality_coerces_scalars_only() {
    check(&[
        (json!({"equals": [1, 2]}), json!([1, 2]), true),
        (json!({"equals": ["1"]}), json!([1]), false),
        (json!({"equals": {"a": 1}}), json!({"a": 1.0}), true),
        (json!({"equals": "[1]"}), json!([1]), false),
        (json!({"equals": "x"}), json!(["x"]), false),
        (json!({"equals": 18_446_744_073_709_551_615_u64}), json!("18446744073709551615"), true),
        (json!({"equals": ""}), json!(0), false),
    ]);
}

#[test]
fn patterns_match_whole_scalars() {
    check(&[
        (json!({"regex": "a.*c"}), json!("a\nc"), true),
        (json!({"regex": "b"}), json!("abc"), false),
        (json!({"regex": "[0-9]+"}), json!(42), true),
        (json!({"regex": "12345678900"}), json!(12_345_678_900.0), true),
        (json!({"regex": "0\\.1"}), json!(0.1), true),
        (json!({"regex": "true"}), json!(true), true),
        (json!({"regex": ".*"}), json!(["a"]), false),
        (json!({"regex": ".*"}), json!(null), false),
        (json!({"glob": "a*{x,y}"}), json!("abcy"), true),
        (json!({"glob": "?"}), json!(7), true),
    ]);
}

#[test]
fn order_is_of_numbers_or_else_natural() {
    check(&[
        (json!({"less-than": 5}), json!(4.5), true),
        (json!({"less-than": 5}), json!("4"), true),
        (json!({"less-than": "10"}), json!(9), true),
        (json!({"less-than": "10"}), json!("9"), true),
        (json!({"less-than": 5}), json!(5), false),
        (json!({"less-than-or-equal-to": 5}), json!("5.0"), true),
        (json!({"greater-than": "1.9"}), json!("1.10"), true),
        (json!({"greater-than": -5}), json!(-4), true),
        (json!({"greater-than-or-equal-to": "b"}), json!("a"), false),
        (json!({"greater-than": 1}), json!([5]), false),
        (json!({"less-than": 1}), json!({"a": 1}), false),
        (json!({"in-range": [1, 5]}), json!(5), true),
        (json!({"in-range": [1, 5]}), json!(6), false),
        (json!({"in-range": [-2, "10"]}), json!("-1"), true),
        (json!({"greater-than": 3, "less-than": 5}), json!(4), true),
        (json!({"greater-than": 3, "less-than": 5}), json!(5), false),
    ]);
}

#[test]
fn when_asks_whether_there_is_a_value() {
    let absent = |when: &str| json!({"key": "none", "when": when});
    check(&[
        (json!({"when": "present"}), json!(null), true),
        (json!({"when": "present_non_null"}), json!(null), false),
        (json!({"when": "presentNonNull"}), json!(0), true),
        (json!({"when": "absent-or-null"}), json!(null), true),
        (json!({"when": "truthy"}), json!("x"), true),
        (json!({"when": "truthy"}), json!(0), false),
        (json!({"when": "falsy"}), json!([]), true),
        (json!({"when": "ALWAYS"}), json!(null), true),
        (json!({"when": "never"}), json!(1), false),
        (absent("absent"), json!({}), true),
        (absent("absent_or_null"), json!({}), true),
        (absent("falsy"), json!({}), true),
        (absent("present"), json!({}), false),
        (absent("truthy"), json!({}), false),
    ]);
}

#[test]
fn what_is_absent_passes_only_absence_and_negations() {
    let of = |check: Value| {
        let mut predicate = json!({"key": "none"});
        predicate.as_object_mut().unwrap().extend(check.as_object().unwrap().clone());
        predicate
    };
    check(&[
        (of(json!({"equals": "x"})), json!({}), false),
        (of(json!({"regex": ".*"})), json!({}), false),
        (of(json!({"less-than": 1})), json!({}), false),
        (of(json!({"has-element": {"when": "always"}})), json!({}), false),
        (of(json!({"java-instance-of": "string"})), json!({}), false),
        (of(json!({"not": {"equals": "x"}})), json!({}), true),
        (of(json!({"not": "x"})), json!({}), true),
        (of(json!({"any": ["x", {"when": "absent"}]})), json!({}), true),
        (of(json!({"all": [{"when": "falsy"}, {"not": {"when": "present"}}]})), json!({}), true),
        (of(json!({"check": {"when": "absent"}})), json!({}), true),
        (json!({"size": {"when": "absent"}}), json!(5), true),
    ]);
}

#[test]
fn parts_are_selected() {
    let value = json!({"a": {"b": [1, 2, 3]}, "s": "text", "n": null});
    check(&[
        (json!({"key": "s", "equals": "text"}), value.clone(), true),
        (json!({"key": "n", "when": "present"}), value.clone(), true),
        (json!({"key": "s", "equals": "text"}), json!("s"), false),
        (json!({"index": 0, "equals": 1}), json!([1, 2]), true),
        (json!({"index": -1, "equals": 2}), json!([1, 2]), true),
        (json!({"index": 2, "when": "absent"}), json!([1, 2]), true),
        (json!({"index": "0", "equals": 1}), json!([1]), true),
        (json!({"jsonpath": "a.b[1]", "equals": 2}), value.clone(), true),
        (json!({"jsonpath": "$.a.c", "when": "absent"}), value.clone(), true),
        (json!({"jsonpath": "a.b[*]", "size": 3}), value.clone(), true),
        (json!({"filter": {"greater-than": 1}, "size": 2}), json!([1, 2, 3]), true),
        (json!({"filter": "z", "size": 0}), json!([1]), true),
        (json!({"target": "literal", "equals": "literal"}), json!(1), true),
        (json!({"target": ["x"], "has-element": "x"}), json!(1), true),
        (json!({"target": {"k": 1}, "key": "k", "equals": 1}), json!(null), true),
        (json!({"target": 5}), json!(null), true),
        (json!({"target": null}), json!(null), false),
    ]);
}

#[test]
fn collections_have_elements_and_sizes() {
    check(&[
        (json!({"has-element": "b"}), json!(["a", "b"]), true),
        (json!({"has-element": {"regex": "c.*"}}), json!(["a", "b"]), false),
        (json!({"has-element": {"key": "key", "equals": "a"}}), json!({"a": 1}), true),
        (json!({"has-element": {"key": "value", "equals": 1}}), json!({"a": 1}), true),
        (json!({"has-element": {"when": "always"}}), json!("text"), false),
        (json!({"size": 2}), json!(["a", "b"]), true),
        (json!({"size": {"greater-than": 2}}), json!("a😀"), true),
        (json!({"size": 1}), json!({"a": 1}), true),
    ]);
}

#[test]
fn predicates_combine() {
    check(&[
        (json!({"not": "a"}), json!("b"), true),
        (json!({"any": ["a", "b"]}), json!("b"), true),
        (json!({"any": []}), json!("b"), false),
        (json!({"all": [{"regex": ".b"}, {"size": 2}]}), json!("ab"), true),
        (json!({"all": []}), json!("ab"), true),
        (json!({"check": {"index": 0, "equals": "x"}, "size": 1}), json!(["x"]), true),
        (json!({"equals": "a", "metadata": {"anything": [1]}}), json!("a"), true),
        (json!({"assert": {"equals": 1}, "when": "always"}), json!(1), true),
        (json!({"assert": "present_non_null"}), json!(1), true),
    ]);
}

#[test]
fn types_have_full_short_and_registered_names() {
    check(&[
        (json!({"java-instance-of": "java.lang.String"}), json!("x"), true),
        (json!({"java-instance-of": "String"}), json!("x"), true),
        (json!({"java-instance-of": "string"}), json!("x"), true),
        (json!({"java-instance-of": "Number"}), json!(1), true),
        (json!({"java-instance-of": "Number"}), json!("1"), false),
        (json!({"java-instance-of": {"glob": "java.util.*"}}), json!([]), true),
        (json!({"java-instance-of": "map"}), json!({}), true),
        (json!({"java-instance-of": "Object"}), json!(null), false),
    ]);
}

#[test]
fn some_questions_are_errors() {
    for (predicate, subject, message) in [
        (
            json!("x"),
            json!(["x"]),
            "Implicit string used for equality check comparing x with a list, which is probably not what was meant. Use explicit 'equals: ...' syntax for this case.",
        ),
        (json!({"assert": {"equals": 1}}), json!(2), "Assertion in DSL predicate failed"),
        (
            json!({"key": "none", "assert": {"equals": 1}}),
            json!({}),
            "Assertion in DSL predicate failed: value cannot be resolved",
        ),
        (json!({"equals": 3, "assert": {"equals": 1}}), json!(2), "Assertion in DSL predicate failed"),
    ] {
        assert_eq!(answer(&predicate, &subject), Err(message.to_owned()), "{predicate}");
    }
}
