//! What is wrong, where, and what to do: `bytes: message (expected ...) help`.

use super::*;

fn line(error: &DslError) -> String {
    let help = error.help.as_ref().map(|h| format!(" | {h}")).unwrap_or_default();
    format!("{}..{}: {error}{help}", error.at.start, error.at.end)
}

#[test]
fn errors_of_a_text_say_where_and_what_was_expected() {
    for (text, error) in [
        ("$brooklyn:", "10..10: the end stands here (expected a function)"),
        (
            r#"$brooklyn:konfig("x")"#,
            "10..16: there is no function `konfig` (expected a function of the DSL) | did you mean `config`?",
        ),
        (r#"$brooklyn:qqqqq("x")"#, "10..15: there is no function `qqqqq` (expected a function of the DSL)"),
        (
            r#"$brooklyn:entity("x").attributewhenready("y")"#,
            "22..40: there is no function `attributewhenready` (expected a function of the DSL) | did you mean `attributeWhenReady`?",
        ),
        (
            "$brooklyn:config(\"x\"",
            "16..17: the `(` of `config` is never closed (expected a `)` after this one)",
        ),
        (
            "$brooklyn:config(\"x",
            "17..18: the quote is never closed (expected a closing `\"` after this one)",
        ),
        (
            "$brooklyn:config('x')",
            "17..18: `'` does not begin a text (expected a text in double quotes) | write \"text\"",
        ),
        ("$brooklyn:config(x)", "17..18: `x` is neither a text nor a call (expected `\"x\"` or a function)"),
        ("$brooklyn:config()", "10..16: `config` is not given its key (expected `config(key, [key])`)"),
        ("$brooklyn:config", "10..16: `config` is not given its key (expected `config(key, [key])`)"),
        ("$brooklyn:self(1)", "10..14: `self` is given an argument, but takes none (expected `self()`)"),
        (
            r#"$brooklyn:urlEncode("a", "b")"#,
            "10..19: `urlEncode` is given 2 arguments (expected `urlEncode(text)`)",
        ),
        (
            "$brooklyn:sensor(null)",
            "10..16: `sensor` is given nothing as its name or class (expected `sensor(name or class, [name])`)",
        ),
        (
            r#"$brooklyn:component("siblings", "x")"#,
            "10..19: there is no scope `siblings` (expected one of global, child, parent, sibling, descendant, ancestor, root, scopeRoot, this, members, membersOnly, applications) | did you mean `sibling`?",
        ),
        (
            r#"$brooklyn:config("a")/x"#,
            "21..22: `/` has no meaning here (expected a name, a text in double quotes or a number)",
        ),
        (
            r#"$brooklyn:config("a") b"#,
            "22..23: the name `b` stands here (expected the end of the expression) | a text around expressions is made with formatString",
        ),
        (r#"$brooklyn:config("a" "b")"#, "21..24: a text stands here (expected `,` or `)`)"),
        (r#"$brooklyn:formatString("a",)"#, "27..28: `)` stands here (expected an argument)"),
        (
            r#"$brooklyn:config("a")[x]"#,
            "22..23: the name `x` stands here (expected a whole number or a key in double quotes)",
        ),
        (
            r#"$brooklyn:config("a")[1.5]"#,
            "22..25: the number 1.5 stands here (expected a whole number or a key in double quotes)",
        ),
        (r#"$brooklyn:config("a")[1"#, "23..23: the end stands here (expected `]`)"),
        (
            r#"$brooklyn:config("\q")"#,
            r#"18..19: an unknown escape in a text (expected one such as `\n`, `\"`, `\\`, `\u00e9`) | a backslash is written `\\`"#,
        ),
        (
            r#"$brooklyn:formatString("x", 12ab)"#,
            "28..32: `12ab` is not a number (expected digits) | write a text in double quotes",
        ),
        (
            r#"$brooklyn:self().literal("x")"#,
            "17..24: `literal` is not asked of an entity (expected it at the beginning of an expression)",
        ),
        (
            r#"$brooklyn:chain("x")"#,
            "10..15: `chain` takes a list (expected a map with the one key `$brooklyn:chain`)",
        ),
        (
            r#"$brooklyn:config("ü", ü)"#,
            "23..25: `ü` is neither a text nor a call (expected `\"ü\"` or a function)",
        ),
    ] {
        assert_eq!(parse_text(text).map_err(|e| line(&e)), Err(error.to_owned()), "{text}");
    }
}

#[test]
fn all_errors_of_a_value_are_told_with_their_paths() {
    let value = json!({
        "a": ["x", "$brooklyn:konfig()"],
        "b": {"$brooklyn:self": "x"},
        "c": {"$brooklyn:config": "x", "other": 1},
        "d": {"$brooklyn:entity(": 1},
        "e": {"$brooklyn:sensor": {"a": 1}},
        "f": {"$brooklyn:chain": "x"},
        "g": {"$brooklyn:chain": ["x", 5, {"qqqqq": 1}]},
        "h": {"$brooklyn:formatString": ["x", "$brooklyn:"]},
    });
    let Err(errors) = parse_value(&value) else { panic!("errors") };
    let path = |e: &DslError| {
        let step = |s: &Step| match s {
            Step::Key(key) => format!("/{key}"),
            Step::KeyText(key) => format!("/({key})"),
            Step::Index(i) => format!("/{i}"),
        };
        e.path.iter().map(step).collect::<String>()
    };
    let all: Vec<String> = errors.iter().map(|e| format!("{} {}", path(e), line(e))).collect();
    assert_eq!(
        all,
        [
            "/a/1 10..16: there is no function `konfig` (expected a function of the DSL) | did you mean `config`?",
            "/b/($brooklyn:self) 10..14: `self` is given an argument, but takes none (expected `self()`)",
            "/c/($brooklyn:config) 10..16: `$brooklyn:config` has neighbours in its map (expected it as the only key) | put the other keys into another map, or write the expression as a text",
            "/d/($brooklyn:entity() 16..17: the `(` of `entity` is never closed (expected a `)` after this one)",
            "/e/($brooklyn:sensor) 10..16: `sensor` is given a map as its name or class (expected `sensor(name or class, [name])`)",
            "/f/$brooklyn:chain 10..15: `chain` is not given a list (expected a list that begins with an expression)",
            "/g/$brooklyn:chain/0 0..0: the chain does not begin with an expression (expected `$brooklyn:...`)",
            "/g/$brooklyn:chain/1 0..0: this is no link of a chain (expected `{ function: [arguments] }`, `\"[0]\"` or `\"[\\\"key\\\"]\"`)",
            "/g/$brooklyn:chain/2/(qqqqq) 0..5: there is no function `qqqqq` (expected a function of the DSL)",
            "/h/$brooklyn:formatString/1 10..10: the end stands here (expected a function)",
        ]
    );
}

#[test]
fn what_is_too_large_ends_at_a_limit_that_is_named() {
    let nested = format!("$brooklyn:{}{}", "entity(".repeat(5000), ")".repeat(5000));
    let long = format!("$brooklyn:config(\"{}\")", "x".repeat(70_000));
    let chain = format!("$brooklyn:self(){}", ".parent()".repeat(200));
    let many = format!("$brooklyn:formatString(1{})", ",1".repeat(2000));
    for (text, limit) in [
        (nested, "(limit: DEPTH_MAX)"),
        (long, "(limit: EXPRESSION_BYTES_MAX)"),
        (chain, "(limit: LINKS_MAX)"),
        (many, "(limit: ARGS_MAX)"),
    ] {
        let error = parse_text(&text).unwrap_err();
        assert!(error.message.ends_with(limit), "{error}");
    }
    let mut value = json!("$brooklyn:self()");
    for _ in 0..100 {
        value = json!({ "$brooklyn:entity": [value] });
    }
    let errors = parse_value(&value).unwrap_err();
    assert!(errors.iter().all(|e| e.message.ends_with("(limit: DEPTH_MAX)")), "{errors:?}");
    let flood: Value = std::iter::repeat_n("$brooklyn:", 5000).collect();
    assert_eq!(parse_value(&flood).unwrap_err().len(), crate::diag::KEPT_MAX);
}
