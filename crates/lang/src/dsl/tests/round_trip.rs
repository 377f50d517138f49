//! What is printed reads back as the same tree.

use proptest::prelude::*;

use super::*;

#[test]
fn each_expression_has_one_canonical_form() {
    for (value, printed) in [
        (json!("$brooklyn:parent . config( \"x\" )"), json!("$brooklyn:parent().config(\"x\")")),
        (json!({"$brooklyn:config": "x"}), json!("$brooklyn:config(\"x\")")),
        (json!({"$brooklyn:entitySpec": [{"type": "x"}]}), json!({"$brooklyn:entitySpec": {"type": "x"}})),
        (
            json!({"$brooklyn:chain": ["$brooklyn:self()", {"attributeWhenReady": ["s", {"timeout": 1}]}]}),
            json!({"$brooklyn:self().attributeWhenReady": ["s", {"timeout": 1}]}),
        ),
        (
            json!({"$brooklyn:chain": ["$brooklyn:self()", {"attributeWhenReady": ["s", {}]}, "[0]"]}),
            json!({"$brooklyn:chain": ["$brooklyn:self()", {"attributeWhenReady": ["s", {}]}, "[0]"]}),
        ),
        (json!({"$brooklyn:chain": ["$brooklyn:self()", "[0]"]}), json!("$brooklyn:self()[0]")),
    ] {
        assert_eq!(parse_value(&value).unwrap().to_value(), printed, "{value}");
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        "[a-z\"\\\\\n\t\u{1}é😀.%$]{0,8}".prop_map(Value::from),
    ]
}

fn template() -> impl Strategy<Value = Template> {
    scalar().prop_map(Template::Plain).prop_recursive(4, 40, 4, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..4).prop_map(Template::list);
        let map = proptest::collection::btree_map("[a-z]{1,4}", inner.clone(), 0..4)
            .prop_map(|m| Template::map(m.into_iter().map(|(k, v)| (Key::Plain(k), v)).collect()));
        prop_oneof![list, map, expr(inner).prop_map(|e| Template::Expr(Box::new(e)))]
    })
}

/// Expressions of functions that take anything.
fn expr(arg: impl Strategy<Value = Template> + Clone) -> impl Strategy<Value = Expr> {
    let args = |range| proptest::collection::vec(arg.clone(), range);
    let head = prop_oneof![
        args(1..4).prop_map(|a| Expr::call(Function::FormatString, a)),
        args(2..3).prop_map(|a| Expr::call(Function::RegexReplacementFunction, a)),
        scalar().prop_map(|v| Expr::call(Function::Literal, vec![Template::Plain(v)])),
        Just(Expr::call(Function::This, vec![])),
    ];
    let link = prop_oneof![
        args(1..2).prop_map(|args| Link::Call(Call { function: Function::Entity, args })),
        Just(Link::Call(Call { function: Function::Parent, args: vec![] })),
        any::<i64>().prop_map(Link::Index),
        "[a-z\" ]{0,5}".prop_map(Link::Key),
        "[a-z]{1,5}".prop_map(Link::Property),
    ];
    (head, proptest::collection::vec(link, 0..4)).prop_map(|(head, links)| Expr { links, ..head })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_values_read_back(tree in template()) {
        let printed = tree.to_value();
        prop_assert_eq!(parse_value(&printed), Ok(tree), "{}", printed);
    }

    #[test]
    fn any_text_is_answered(text in "[ -~\\n\u{e9}]{0,60}") {
        if let Err(error) = parse_text(&format!("$brooklyn:{text}")) {
            prop_assert!(error.at.end <= text.len() + PREFIX.len());
        }
    }

    #[test]
    fn text_like_expressions_is_answered(parts in proptest::collection::vec(prop_oneof![
        Just("entity("), Just(")"), Just("\"a\""), Just(","), Just("."), Just("["), Just("]"), Just("1"), Just("self()"),
        Just("config"), Just("$brooklyn:"), Just(" "), Just("\""), Just("null"), Just("function."), Just("\\"),
    ], 0..20)) {
        let text = format!("$brooklyn:{}", parts.concat());
        if let Ok(Some(expr)) = parse_text(&text) {
            let printed = expr.to_text().unwrap();
            prop_assert_eq!(parse_text(&printed), Ok(Some(expr)), "{}", printed);
        }
    }
}
