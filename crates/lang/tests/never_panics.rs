//! Whatever the readers are given, they answer with a tree or with diagnostics that can be shown.

use brownstone_lang::diag::{Severity, render_all};
use brownstone_lang::{props, yaml};
use proptest::prelude::*;

const SEED: &str = "name: Hello\nlocation: localhost\nservices:\n- type: vanilla-software-process\n  id: a\n  \
brooklyn.config: &c\n    shell.env: {A: 'x', B: \"\\u00e9\", C: 0x1F, D: 1:30}\n  launch.command: |\n    nohup x &\n    echo $! > $PID_FILE\n  \
brooklyn.children:\n  - {type: BasicEntity, <<: *c}\n  - !!map {? a : b, c: [1, 2.5e3, ~]}\n# end\n";

const PROPS: &str = "# c\n- highAvailabilityMode: AUTO\na.b = c\\u00e9 \\\n   d\nuser: x\\:y\n! e\n";

fn both(text: &str) {
    let (node, diagnostics) = yaml::parse("x", text, &yaml::Limits::BLUEPRINT);
    if let Some(node) = &node {
        places(node, text);
    }
    let _ = render_all(&diagnostics, text);
    for d in &diagnostics {
        let _ = (d.locate(text), d.one_line(text));
    }
    let empty = text
        .lines()
        .all(|l| l.trim().is_empty() || l.trim_start().starts_with(['#', '-', '.', '%', '\u{feff}']));
    assert!(node.is_some() || empty || diagnostics.iter().any(|d| d.severity == Severity::Error), "{text:?}");
    let (entries, diagnostics) = props::parse("x", text);
    let _ = render_all(&diagnostics, text);
    for e in entries {
        assert!(text.get(e.key_span.clone()).is_some(), "{text:?} {e:?}");
    }
}

fn places(node: &yaml::Node, text: &str) {
    assert!(text.get(node.span.clone()).is_some(), "{:?} in {text:?}", node.span);
    match &node.value {
        yaml::Value::Seq(items) => items.iter().for_each(|n| places(n, text)),
        yaml::Value::Map(entries) => entries.iter().for_each(|(k, v)| {
            places(k, text);
            places(v, text);
        }),
        _ => {}
    }
}

#[test]
fn a_text_cut_anywhere_is_answered() {
    for seed in [SEED, PROPS] {
        for end in 0..=seed.len() {
            both(&seed[..end]);
            both(&seed[end..]);
        }
    }
}

#[test]
fn a_text_with_any_character_replaced_is_answered() {
    for seed in [SEED, PROPS] {
        for (i, _) in seed.char_indices() {
            for c in ['\t', '\n', ':', '-', '"', '\'', '{', ']', '&', '*', '\\', '|', '\0', 'ü', '!', '<'] {
                let mut text = seed.to_owned();
                text.replace_range(i..=i, &c.to_string());
                both(&text);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in "[ -~\t\n\r\u{0}ü\u{feff}\u{2028}]{0,200}") {
        both(&text);
    }

    #[test]
    fn yaml_like_text_is_answered(parts in proptest::collection::vec(
        prop_oneof!["[a-z]{1,3}: ?", "- ", "\n {0,6}", "[\\[\\]{}]", ", ", "&[ab] ", "\\*[ab]", "\"", "'", "[|>][+-]?[0-9]?", "<<: ", "![a-z!]{0,4} ", "\\? ", "#", "---\n", "%[A-Z]{0,4} "],
        0..60,
    )) {
        both(&parts.concat());
    }
}
