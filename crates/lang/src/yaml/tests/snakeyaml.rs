//! What `SnakeYAML` 1.33 made of fourteen hundred documents.

use super::*;

/// Each line: the document as JSON text, and its tree, or `!` and why there is none.
const SNAKE: &str = include_str!("snakeyaml.tsv");

/// Refused by `SnakeYAML`, or read in a way that nobody means; here they mean what they seem to.
const READ_HERE: &[&str] = &[
    "<<",
    "k: <<",
    "- <<",
    "{k: <<}",
    "[<<, x]",
    "{k: http://x:80/a?b=c#d}",
    "[http://x:80/a?b=c#d, x]",
    "{k: ?a}",
    "[?a, x]",
    "{k: :a}",
    "[:a, x]",
    "{k: ?}",
    "[?, x]",
    ":",
    "- :",
    "[:, x]",
    "{k: ::1}",
    "[::1, x]",
    "...",
    "a: \"\\/\"",
    "[a?b]",
    "{a: b?}",
    "a:\tb",
    "a: \tb",
    "\ta: 1",
    "- \ta",
    "-\ta",
    "a: x\u{2028}y",
    "a: &x-y.z 1\nb: *x-y.z",
    ": a",
];

/// Read by `SnakeYAML` and refused here, each with a message: keys that are lists, a dash alone in brackets, comments
/// that touch what is before them, types that a blueprint has no use for.
const REFUSED_HERE: &[&str] = &[
    "%a",
    "{k: -}",
    "[-, x]",
    "[-]",
    "{a: -}",
    "[x]: 1",
    "{a: 1}: 2",
    "? [a]\n: b\n",
    "a: 'b'#c",
    "a: x\u{85}b: 1",
    // More than one document: Brooklyn refuses them later.
    "---\na: 1\n---\nb: 2",
    "a: 1\n---\n",
    "---\n---\na: 1",
];

/// Read by both, with another meaning: sets are lists, dates and binary stay texts, so do numbers of more than 128 bits.
const OTHER_HERE: &[&str] = &[
    "340282366920938463463374607431768211456",
    "k: 340282366920938463463374607431768211456",
    "- 340282366920938463463374607431768211456",
    "{k: 340282366920938463463374607431768211456}",
    "[340282366920938463463374607431768211456, x]",
    "340282366920938463463374607431768211456: v",
    "&a: v",
    // Sets are lists.
    "a: !!set {x, y}",
    "a: !!binary aGk=",
    "a: !!timestamp 2001-01-01",
    "a: 2001-01-01",
];

fn tree(node: &Node) -> String {
    match &node.value {
        Value::Seq(items) => format!("[{}]", items.iter().map(tree).collect::<Vec<_>>().join(" ")),
        Value::Map(entries) => {
            let all: Vec<String> = entries.iter().map(|(k, v)| format!("{}:{}", tree(k), tree(v))).collect();
            format!("{{{}}}", all.join(" "))
        }
        Value::Null => "~".into(),
        Value::String(s) => quoted(s),
        Value::Float(n) => format!("f{:x}", n.to_bits()),
        _ => node.scalar_text().unwrap_or_default(),
    }
}

/// As the table writes texts: ASCII, in units of UTF-16.
fn quoted(text: &str) -> String {
    let unit = |unit: u16| match char::from_u32(unit.into()) {
        Some(c @ ('"' | '\\')) => format!("\\{c}"),
        Some('\n') => "\\n".into(),
        Some('\t') => "\\t".into(),
        Some('\r') => "\\r".into(),
        Some(c @ ' '..='~') => c.into(),
        _ => format!("\\u{unit:04x}"),
    };
    format!("\"{}\"", text.encode_utf16().map(unit).collect::<String>())
}

#[test]
fn documents_mean_what_snakeyaml_says() {
    let mut wrong = Vec::new();
    for line in SNAKE.lines() {
        let (document, expected) = line.split_once('\t').unwrap();
        let document: String = serde_json::from_str(document).unwrap();
        let (node, diagnostics) = parse("x", &document, &Limits::BLUEPRINT);
        let given = match node {
            _ if diagnostics.iter().any(crate::diag::Diagnostic::is_error) => "!error".into(),
            None => "!none".into(),
            Some(node) => tree(&node),
        };
        let refused = given == "!error";
        let known = |list: &[&str]| list.contains(&document.as_str());
        let different =
            known(OTHER_HERE) || (known(READ_HERE) && !refused) || (known(REFUSED_HERE) && refused);
        if (given != expected) != different {
            wrong.push(format!(
                "{line}\n  gave {given} {}",
                diagnostics.first().map(|d| d.message.clone()).unwrap_or_default()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SNAKE.lines().count(), wrong.join("\n"));
}
