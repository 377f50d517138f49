//! Trees, places and error texts.

mod snakeyaml;

use super::*;
use crate::diag::render_all;

fn check(text: &str) -> Node {
    let (node, diagnostics) = parse("x.yaml", text, &Limits::BLUEPRINT);
    assert_eq!(diagnostics, [], "{text}");
    node.unwrap_or_else(|| panic!("nothing in {text:?}"))
}

fn errors(text: &str) -> String {
    render_all(&parse("x.yaml", text, &Limits::BLUEPRINT).1, text)
}

/// The tree in short.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Map(entries) => {
            let all: Vec<String> = entries.iter().map(|(k, v)| format!("{}:{}", show(k), show(v))).collect();
            format!("{{{}}}", all.join(" "))
        }
        Value::Null => "~".into(),
        Value::String(s) => format!("{s:?}"),
        _ => node.scalar_text().unwrap_or_default(),
    }
}

#[test]
fn documents_become_trees() {
    for (text, tree) in [
        ("a: 1\nb: [x, 'y', \"1\"]\n", r#"{"a":1 "b":["x" "y" "1"]}"#),
        ("- a: on\n  b:\n- ~\n", r#"[{"a":true "b":~} ~]"#),
        ("a: |\n  x\n  y\nb: >-\n  c\n  d\n", r#"{"a":"x\ny\n" "b":"c d"}"#),
        ("a: &x {p: 1}\nb: *x\n", r#"{"a":{"p":1} "b":{"p":1}}"#),
        ("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n", r#"{"a":{"p":1 "q":2} "b":{"p":1 "q":3}}"#),
        ("a: {<<: [{p: 1}, {p: 2, q: 3}]}\n", r#"{"a":{"p":1 "q":3}}"#),
        ("a: !!str 1\nb: !!int '2'\nc: !!float 3\n", r#"{"a":"1" "b":2 "c":3.0}"#),
        ("{a: b, 1: c}", r#"{"a":"b" 1:"c"}"#),
        ("a: !!set\n  ? x\n  ? y\nb: !!set {}\n", r#"{"a":["x" "y"] "b":[]}"#),
        ("a: {}\nb: []\n", r#"{"a":{} "b":[]}"#),
        ("--- # c\na: 1\n...\n", r#"{"a":1}"#),
        ("a: b#c # d\n", r#"{"a":"b#c"}"#),
    ] {
        assert_eq!(show(&check(text)), tree, "{text}");
    }
    assert_eq!(parse("x", "", &Limits::BLUEPRINT), (None, vec![]));
    assert_eq!(parse("x", "# only\n", &Limits::BLUEPRINT), (None, vec![]));
}

#[test]
fn every_value_knows_its_place() {
    let text = "ü: 1\nservices:\n- type: x\n  cmd: |\n    a\n    b\nend: {k: 'v'}\n";
    let root = check(text);
    let services = root.get("services").unwrap();
    let at = |n: &Node| text[n.span.clone()].to_owned();
    assert_eq!(at(services.as_seq().unwrap()[0].get("type").unwrap()), "x");
    assert!(at(services).contains("type: x") && !at(services).contains("end"), "{:?}", at(services));
    assert_eq!(at(root.get("end").unwrap()), "{k: 'v'}");
    assert_eq!(at(root.get("end").unwrap().get("k").unwrap()), "'v'");
}

#[test]
fn a_tab_is_named() {
    assert_eq!(
        errors("a:\n\tb: 1\n"),
        "error: a tab is used to indent
 --> x.yaml:2:1
  |
2 |     b: 1
  | ^^^^ expected spaces
  |
  = help: YAML is indented with spaces only"
    );
}

#[test]
fn a_quote_that_stays_open_is_named_where_it_opens() {
    assert_eq!(
        errors("name: \"abc\nservices: []\n"),
        "error: the quote is never closed
 --> x.yaml:1:7
  |
1 | name: \"abc
  |       ^ expected a closing quote after this one"
    );
}

#[test]
fn a_bracket_that_stays_open_is_named_where_it_opens() {
    assert_eq!(
        errors("name: x\nservices: [\n"),
        "error: the `[` is never closed
 --> x.yaml:2:11
  |
2 | services: [
  |           ^ expected a `]` after this one"
    );
}

#[test]
fn bad_indentation_is_named() {
    assert_eq!(
        errors("services:\n- type: x\n   name: y\n"),
        "error: a `: ` is not allowed here
 --> x.yaml:3:8
  |
3 |    name: y
  |        ^ expected the end of the value
  |
  = help: a value that holds `: ` must stand in quotes; a new key begins in a line of its own"
    );
    assert_eq!(
        errors("services:\n  - type: x\n - type: y\n"),
        "error: the indentation does not fit what is above
 --> x.yaml:3:2
  |
3 |  - type: y
  |  ^ expected a key or `- ` in the column of its neighbours
  |
  = help: entries of one map or list begin in the same column"
    );
}

#[test]
fn all_keys_that_stand_twice_are_named() {
    assert_eq!(
        errors("a: 1\nb:\n  c: 1\n  'c': 2\na: 2\n"),
        "warning: the key `c` stands here for the second time; the first value is not used
 --> x.yaml:4:3
  |
4 |   'c': 2
  |   ^^^ expected each key once
  |
  = help: remove one of the two, or give it another name

warning: the key `a` stands here for the second time; the first value is not used
 --> x.yaml:5:1
  |
5 | a: 2
  | ^ expected each key once
  |
  = help: remove one of the two, or give it another name"
    );
}

#[test]
fn a_base_60_number_is_a_warning() {
    assert_eq!(
        errors("ports: 22:22\n"),
        "warning: `22:22` is the number 1342 in YAML (base 60)
 --> x.yaml:1:8
  |
1 | ports: 22:22
  |        ^^^^^
  |
  = help: write \"22:22\" in quotes if it is a text"
    );
}

#[test]
fn other_errors_say_what_was_expected() {
    for (text, message) in [
        ("a: *x\n", "x.yaml:1:4: error: the alias names an anchor that was not set before"),
        ("a: &x [*x]\n", "x.yaml:1:8: error: the alias stands within what it names"),
        (
            "a: 1\n---\nb: 2\n",
            "x.yaml:2:1: error: a second document begins here (one blueprint a file: remove the line `---` or what follows it)",
        ),
        (
            "a: @x\n",
            "x.yaml:1:4: error: a value cannot begin with `@` (a text that begins with this character must stand in quotes)",
        ),
        (
            "a: !foo b\n",
            "x.yaml:1:9: error: the tag !foo means nothing here (known are !!str, !!int, !!float, !!bool, !!null, !!seq, !!set and !!map)",
        ),
        ("a: !!int b\n", "x.yaml:1:10: error: the value does not fit its tag !!int"),
        ("a: {b: 1\nc: 2\n", "x.yaml:2:2: error: the map in braces does not go on"),
        ("a: [1}\n", "x.yaml:1:4: error: a `[` is closed by `}`"),
        (
            "a: \"x\" y\n",
            "x.yaml:1:8: error: there is more behind the closing quote (put the whole value in quotes; write a quote within as \\\" (double) or '' (single))",
        ),
        (
            "a: \"\\q\"\n",
            "x.yaml:1:4: error: an unknown escape in a text in double quotes (in single quotes a backslash is an ordinary character)",
        ),
        ("[a]: 1\n", "x.yaml:1:1: error: a list cannot be a key"),
        ("a: {<<: 1}\n", "x.yaml:1:9: error: the merge key `<<` is given no map"),
        (
            "a: 1\nb\n",
            "x.yaml:2:1: error: this line is neither a key nor a value (was the `:` or the space behind it forgotten?)",
        ),
    ] {
        let (_, diagnostics) = parse("x.yaml", text, &Limits::BLUEPRINT);
        let all: Vec<String> = diagnostics.iter().map(|d| d.one_line(text)).collect();
        assert_eq!(all, [message], "{text}");
    }
}

#[test]
fn bombs_end_at_a_limit_that_is_named() {
    let level = |i: usize| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
    let bomb = format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", (1..20).map(level).collect::<String>());
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1000));
    let link = |i: usize| format!("a{i}: &a{i} [*a{}]\n", i - 1);
    let chain = format!("a0: &a0 [x]\n{}", (1..1000).map(link).collect::<String>());
    let many = "- 1\n".repeat(520_000);
    let opened: Vec<String> = (0..60).map(|i| format!("{}- &a{i}\n", " ".repeat(i))).collect();
    let anchors = opened.concat() + &format!("{}- 1\n", " ".repeat(60)).repeat(20_000);
    let opened: Vec<String> = (0..20).map(|i| format!("&a{i} [")).collect();
    let texts = opened.concat() + &"x".repeat(1_000_000) + &"]".repeat(20);
    for (text, limit) in [
        (bomb.as_str(), "(limit: nodes)"),
        (&long, "(limit: alias_bytes)"),
        (&chain, "(limit: depth)"),
        (&"[".repeat(100_000), "(limit: depth)"),
        (&"- ".repeat(1000), "(limit: depth)"),
        (&many, "(limit: nodes)"),
        (&anchors, "(limit: nodes)"),
        (&texts, "(limit: alias_bytes)"),
        (&" ".repeat(3_000_000), "(limit: bytes)"),
    ] {
        let (node, diagnostics) = parse("x", text, &Limits::BLUEPRINT);
        assert!(node.is_none());
        let last = diagnostics.last().map(|d| d.message.clone()).unwrap_or_default();
        assert!(last.ends_with(limit), "{last}: expected {limit}");
    }
}

#[test]
fn a_flood_of_errors_is_bounded_and_never_hides_that_there_are_some() {
    use crate::diag::{Diagnostic, KEPT_MAX};
    let text = format!("l: [{}]\na: !!int x\n", "1:30, ".repeat(5000));
    let (_, diagnostics) = parse("x", &text, &Limits::BLUEPRINT);
    assert_eq!(diagnostics.len(), KEPT_MAX + 1);
    assert_eq!(diagnostics.iter().filter(|d| Diagnostic::is_error(d)).count(), 1);
    let doubles = "a: 1\n".repeat(5000);
    assert_eq!(parse("x", &doubles, &Limits::BLUEPRINT).1.len(), KEPT_MAX);
}

#[test]
fn errors_of_syntax_are_found_in_each_part_of_the_root() {
    let text = "name: \"abc\nlocation: {a: b\nservices:\n- type: x\n\tid: y\nbrooklyn.config:\n  a: 1\n  a: 2\n  b: *gone\nid: @x\n";
    let (node, diagnostics) = parse("x.yaml", text, &Limits::BLUEPRINT);
    assert!(node.is_none());
    let all: Vec<String> = diagnostics.iter().map(|d| d.one_line(text)).collect();
    assert_eq!(
        all,
        [
            "x.yaml:1:7: error: the quote is never closed",
            "x.yaml:3:9: error: the map in braces does not go on",
            "x.yaml:4:9: error: while scanning a plain scalar, found a tab",
            "x.yaml:10:5: error: a value cannot begin with `@` (a text that begins with this character must stand in quotes)",
        ]
    );
}
