//! What cannot be read, with the keys that lead there.

use super::*;

#[test]
fn errors_say_where_and_what_to_do() {
    for (predicate, expected) in [
        (json!({"equal": 1}), vec!["equal: `equal` is no key of a predicate (did you mean `equals`?)"]),
        (
            json!({}),
            vec![
                ": Predicate does not define any checks (write `when: always` or `when: never` if that is meant)",
            ],
        ),
        (
            json!({"key": "x"}),
            vec![
                ": Predicate does not define any checks (write `when: always` or `when: never` if that is meant)",
            ],
        ),
        (json!(null), vec![": a predicate is missing (write `when: absent_or_null` to test for nothing)"]),
        (json!([]), vec![": a list is no predicate (write `all:` or `any:` before the list)"]),
        (
            json!({"config": "a", "sensor": "b", "equals": 1}),
            vec![": `config` and `sensor` both say which part is tested (put one of them into `check`)"],
        ),
        (
            json!({"when": "sometimes"}),
            vec![
                "when: `sometimes` is not one of absent, absent_or_null, present, present_non_null, truthy, falsy, always, never",
            ],
        ),
        (
            json!({"when": "truthi"}),
            vec![
                "when: `truthi` is not one of absent, absent_or_null, present, present_non_null, truthy, falsy, always, never (did you mean `truthy`?)",
            ],
        ),
        (json!({"regex": "("}), vec!["regex: the regular expression cannot be read: a group is not closed"]),
        (json!({"glob": "{"}), vec!["glob: the glob `{` has a `{` without its partner"]),
        (json!({"regex": ["a"]}), vec!["regex: a text is expected"]),
        (
            json!({"in-range": [1]}),
            vec!["in-range: a range is a list of two values, the least and the greatest"],
        ),
        (json!({"less-than": {}}), vec!["less-than: only numbers and texts have an order"]),
        (
            json!({"equals": null}),
            vec!["equals: there is nothing to be equal to (write `when: absent_or_null`)"],
        ),
        (json!({"index": "x", "equals": 1}), vec!["index: an index is a whole number"]),
        (json!({"any": {"a": 1}}), vec!["any: a list of predicates is expected"]),
        (
            json!({"all": [{"not": {"regexp": "a"}}, "x", {"when": 1}]}),
            vec![
                "all/0/not/regexp: `regexp` is no key of a predicate (did you mean `regex`?)",
                "all/2/when: `1` is not one of absent, absent_or_null, present, present_non_null, truthy, falsy, always, never",
            ],
        ),
    ] {
        let errors = parse(&predicate).map(|_| ()).unwrap_err();
        let lines: Vec<String> = errors
            .iter()
            .map(|e| {
                format!(
                    "{}: {e}{}",
                    e.path.join("/"),
                    e.help.as_ref().map(|h| format!(" ({h})")).unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(lines, expected, "{predicate}");
    }
}

#[test]
fn nesting_is_bounded() {
    let mut predicate = json!("x");
    for _ in 0..100 {
        predicate = json!({ "not": predicate });
    }
    let errors = parse(&predicate).map(|_| ()).unwrap_err();
    assert!(errors[0].message.ends_with("(limit: NESTED_MAX)"), "{errors:?}");
}
