//! Texts and values into trees, as tables; and back.

mod errors;
mod round_trip;

use serde_json::{Value, json};

use super::*;

/// The tree in short: calls as `fn(args)`, what is plain as JSON.
fn show(expr: &Expr) -> String {
    let call = |c: &Call| {
        let args: Vec<String> = c.args.iter().map(show_template).collect();
        format!("{}({})", c.function.def().name, args.join(" "))
    };
    let links = expr.links.iter().map(|link| match link {
        Link::Call(c) => format!(" -> {}", call(c)),
        Link::Property(name) => format!(" -> .{name}"),
        Link::Index(i) => format!(" -> [{i}]"),
        Link::Key(key) => format!(" -> [{key:?}]"),
    });
    call(&expr.head) + &links.collect::<String>()
}

fn show_template(template: &Template) -> String {
    match template {
        Template::Plain(value) => value.to_string(),
        Template::Expr(expr) => show(expr),
        Template::List(items) => {
            format!("[{}]", items.iter().map(show_template).collect::<Vec<_>>().join(" "))
        }
        Template::Map(entries) => {
            let entry = |(key, value): &(Key, Template)| match key {
                Key::Plain(key) => format!("{key}: {}", show_template(value)),
                Key::Expr(key) => format!("<{}>: {}", show(key), show_template(value)),
            };
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
    }
}

fn check_text(text: &str, tree: &str) {
    match parse_text(text) {
        Ok(Some(expr)) => assert_eq!(show(&expr), tree, "{text}"),
        other => panic!("{text}: {other:?}"),
    }
}

fn check_value(value: Value, tree: &str) {
    match parse_value(&value) {
        Ok(template) => assert_eq!(show_template(&template), tree, "{value}"),
        Err(errors) => panic!("{value}: {errors:?}"),
    }
}

#[test]
fn the_text_form_is_read() {
    for (text, tree) in [
        (r#"$brooklyn:config("key")"#, r#"config("key")"#),
        (r#"$brooklyn:entity("x").config("a.b")"#, r#"entity("x") -> config("a.b")"#),
        (r#"$brooklyn:component("sibling", "x")"#, r#"component("sibling" "x")"#),
        ("$brooklyn:self()", "self()"),
        ("$brooklyn:self", "self()"),
        (r#"$brooklyn:parent.config("x")"#, r#"parent() -> config("x")"#),
        (r#"$brooklyn:parent().parent().config("x")"#, r#"parent() -> parent() -> config("x")"#),
        (
            r#"$brooklyn:formatString("%s:%s", component("db").attributeWhenReady("host"), $brooklyn:config("port"))"#,
            r#"formatString("%s:%s" component("db") -> attributeWhenReady("host") config("port"))"#,
        ),
        (
            r#"$brooklyn:formatString("%s %s %s %s", 1, -2.5, true, null)"#,
            r#"formatString("%s %s %s %s" 1 -2.5 true null)"#,
        ),
        (r#"$brooklyn:config("map")["key"][0].name"#, r#"config("map") -> ["key"] -> [0] -> .name"#),
        (r#"$brooklyn:config("list")[-1]"#, r#"config("list") -> [-1]"#),
        ("$brooklyn:formatString(\n  \"a\",\n  config( \"b\" )\n)\n", r#"formatString("a" config("b"))"#),
        (
            r#"$brooklyn:function.regexReplacement("^(.*)$", "x-$1")"#,
            r#"function.regexReplacement("^(.*)$" "x-$1")"#,
        ),
        (r#"$brooklyn:literal("$brooklyn:x")"#, r#"literal("$brooklyn:x")"#),
        (r#"$brooklyn:template("a \"q\" \\ \n \u00e9 \ud83d\ude00")"#, r#"template("a \"q\" \\ \n é 😀")"#),
        (r#"$brooklyn:location().config("x")"#, r#"location() -> config("x")"#),
        ("$brooklyn:location(1)", "location(1)"),
        (r#"$brooklyn:entity(config("which")).entityId()"#, r#"entity(config("which")) -> entityId()"#),
        (r#"$brooklyn:config("k", "x")"#, r#"config("k" "x")"#),
        (r#"$brooklyn:external("vault", "key")"#, r#"external("vault" "key")"#),
        (
            "$brooklyn:formatString(\"%x\", 18446744073709551615, 1e3)",
            r#"formatString("%x" 18446744073709551615 1000.0)"#,
        ),
        (r#"$brooklyn:entity("a") . config("b") [ 1 ]"#, r#"entity("a") -> config("b") -> [1]"#),
        (r#"$brooklyn:component("scope_root", "x")"#, r#"component("scope_root" "x")"#),
    ] {
        check_text(text, tree);
    }
}

#[test]
fn other_texts_are_plain() {
    for text in
        ["", "abc", "brooklyn:config(\"x\")", "a $brooklyn:config(\"x\")", " $brooklyn:self()", "$brooklyn"]
    {
        assert_eq!(parse_text(text), Ok(None), "{text}");
        check_value(json!(text), &json!(text).to_string());
    }
}

#[test]
fn the_map_form_is_read_where_it_is_alone() {
    for (value, tree) in [
        (json!({"$brooklyn:config": "key"}), r#"config("key")"#),
        (json!({"$brooklyn:self": null}), "self()"),
        (json!({"$brooklyn:self": []}), "self()"),
        (json!({"$brooklyn:location": 1}), "location(1)"),
        (
            json!({"$brooklyn:formatString": ["%s", "$brooklyn:config(\"x\")", 1]}),
            r#"formatString("%s" config("x") 1)"#,
        ),
        (
            json!({"$brooklyn:entity(\"x\").attributeWhenReady": "s"}),
            r#"entity("x") -> attributeWhenReady("s")"#,
        ),
        (
            json!({"$brooklyn:parent.attributeWhenReady": ["s", {"timeout": "1m", "abort_if_on_fire": false}]}),
            r#"parent() -> attributeWhenReady("s" {"abort_if_on_fire":false,"timeout":"1m"})"#,
        ),
        (
            json!({"$brooklyn:entitySpec": {"type": "x", "brooklyn.config": {"k": "$brooklyn:self()"}}}),
            r#"entitySpec({brooklyn.config: {k: self()} type: "x"})"#,
        ),
        (json!({"$brooklyn:entitySpec": "x"}), r#"entitySpec("x")"#),
        (
            json!({"$brooklyn:object": {"type": "x", "object.fields": {"a": [1, "$brooklyn:config(\"y\")"]}}}),
            r#"object({object.fields: {a: [1 config("y")]} type: "x"})"#,
        ),
        (
            json!({"$brooklyn:literal": {"a": "$brooklyn:nonsense("}}),
            r#"literal({"a":"$brooklyn:nonsense("})"#,
        ),
        (json!({"$brooklyn:literal": [1]}), "literal([1])"),
        (json!({"$brooklyn:literal": null}), "literal(null)"),
        (json!({"$brooklyn:entity": {"$brooklyn:config": "which"}}), r#"entity(config("which"))"#),
        (
            json!({"$brooklyn:template": ["${a}", {"a": "$brooklyn:self()"}]}),
            r#"template("${a}" {a: self()})"#,
        ),
    ] {
        check_value(value, tree);
    }
}

#[test]
fn the_list_form_of_a_chain_is_read() {
    for (value, tree) in [
        (
            json!({"$brooklyn:chain": ["$brooklyn:entity(\"x\")", {"attributeWhenReady": ["s", {"timeout": 1}]}, "[0]"]}),
            r#"entity("x") -> attributeWhenReady("s" {"timeout":1}) -> [0]"#,
        ),
        (
            json!({"$brooklyn:chain": [{"$brooklyn:literal": {"a": [1]}}, "[\"a\"][0]"]}),
            r#"literal({"a":[1]}) -> ["a"] -> [0]"#,
        ),
        (
            json!({"$brooklyn:chain": ["$brooklyn:parent().parent()", {"$brooklyn:config": "x"}, ".name", "config(\"y\")"]}),
            r#"parent() -> parent() -> config("x") -> .name -> config("y")"#,
        ),
        (json!({"$brooklyn:chain": ["$brooklyn:self()"]}), "self()"),
    ] {
        check_value(value, tree);
    }
}

#[test]
fn expressions_are_found_deep_in_values_and_in_keys() {
    for (value, tree) in [
        (json!([1, "a", null, {"b": [true]}]), r#"[1,"a",null,{"b":[true]}]"#),
        (json!({"a": {"b": ["$brooklyn:self()", 1]}, "c": 2}), "{a: {b: [self() 1]} c: 2}"),
        (json!({"$brooklyn:sensor(\"a\")": "b", "x": 1}), r#"{<sensor("a")>: "b" x: 1}"#),
        (
            json!({"$brooklyn:sensor(\"a\", \"b\")": "$brooklyn:sensor(\"c\")"}),
            r#"{<sensor("a" "b")>: sensor("c")}"#,
        ),
        (json!([{"$brooklyn:config": "x"}]), r#"[config("x")]"#),
    ] {
        check_value(value, tree);
    }
}

#[test]
fn the_table_of_functions_is_whole() {
    for (i, def) in Function::TABLE.iter().enumerate() {
        assert_eq!(def.function as usize, i, "{}", def.name);
        assert_eq!(Function::named(def.name), Some(def.function));
        assert!(!def.args.windows(2).any(|pair| pair[0].optional && !pair[1].optional), "{}", def.name);
    }
    let def = Function::AttributeWhenReady.def();
    assert_eq!(def.signature(), "attributeWhenReady(sensor, [options])");
    assert_eq!(Function::FormatString.def().signature(), "formatString(pattern, [argument], ...)");
}
