//! The text of an item, cut out of its document as its author wrote it, comments and all.

use std::ops::Range;

use lang::diag::Position;
use lang::yaml::{self, Limits, Node, Style, Value};

use crate::yaml_value::to_json;

/// A text and the line in its document that it begins in.
#[derive(Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) text: String,
    pub(super) line: u32,
}

/// The text of the value `node`. Where it does not say the same by itself (it takes over what is named elsewhere in
/// the document), the value is written anew, in one line.
pub(super) fn plan(document: &str, node: &Node) -> Cut {
    let cut = verbatim(document, node);
    let (root, _) = yaml::parse("item", &cut.text, &Limits::BLUEPRINT);
    if root.is_some_and(|root| same(&root.value, &node.value)) {
        return cut;
    }
    let line = Position::of(document, node.span.start).line;
    Cut { text: to_json(node).to_string(), line }
}

/// The text as it stands there, with its indentation taken away.
pub(super) fn verbatim(document: &str, node: &Node) -> Cut {
    let begin = node.span.start.min(document.len());
    let line_start = document[..begin].rfind('\n').map_or(0, |i| i + 1);
    let indent = begin - line_start;
    let own_line = document[line_start..begin].trim().is_empty();
    let start = if own_line { with_comments_above(document, line_start) } else { begin };
    let end = with_comment_behind(document, node.span.end.clamp(begin, document.len()));
    let mut text = String::new();
    let written = document[start..end].trim_end();
    for (i, line) in written.split('\n').enumerate() {
        if i > 0 {
            text.push('\n');
        }
        let blank = line.len() - line.trim_start_matches(' ').len();
        // The first line is cut already, unless it was taken from its beginning.
        text.push_str(if i > 0 || own_line { &line[blank.min(indent)..] } else { line });
    }
    // What stands in braces, or at the end of a document, may end before its line does.
    if document[start + written.len()..].trim_start_matches([' ', '\t', '\r']).starts_with('\n') {
        text.push('\n');
    }
    Cut { text, line: Position::of(document, start).line }
}

/// A text that stands in a value: its lines are those of the value.
pub(super) fn scalar(document: &str, node: &Node, text: &str) -> Cut {
    // Its place may begin with its indicator, in the line above.
    let indicator = document[node.span.start.min(document.len())..].starts_with(['|', '>']);
    let line = Position::of(document, node.span.start).line + u32::from(indicator);
    Cut { text: text.to_owned(), line }
}

/// Whether a text is written as a block.
pub(super) fn is_block(document: &str, node: &Node) -> bool {
    let written = document.get(node.span.clone()).unwrap_or_default();
    node.style == Style::Quoted && !written.starts_with(['"', '\''])
}

/// A document without one of its keys, for the old layout: the item stands beside the key.
pub(super) fn without(document: &str, key: &Range<usize>, node: &Node) -> Cut {
    let start = document[..key.start].rfind('\n').map_or(0, |i| i + 1);
    let end = document[key.end..].find('\n').map_or(document.len(), |i| key.end + i + 1);
    let (above, below) = (&document[..start], &document[end..]);
    let text = if above.trim().is_empty() || above.lines().all(|l| l.trim_start().starts_with('#')) {
        below.trim_start_matches(['\r', '\n']).to_owned()
    } else {
        // What follows keeps its lines.
        let gap = "\n".repeat(document[start..end].matches('\n').count());
        if below.trim().is_empty() { above.to_owned() } else { format!("{above}{gap}{below}") }
    };
    let (root, _) = yaml::parse("item", &text, &Limits::BLUEPRINT);
    if root.is_some_and(|root| same(&root.value, &node.value)) {
        let line = if document.starts_with(&text) || text.contains(above) && !above.is_empty() {
            1
        } else {
            Position::of(document, document.len() - text.len()).line
        };
        return Cut { text, line };
    }
    Cut { text: to_json(node).to_string(), line: 1 }
}

/// Comments in the lines right above belong to what follows.
fn with_comments_above(document: &str, line_start: usize) -> usize {
    let mut start = line_start;
    while start > 0 {
        let before = document[..start - 1].rfind('\n').map_or(0, |i| i + 1);
        if !document[before..start].trim_start().starts_with('#') {
            break;
        }
        start = before;
    }
    start
}

/// A comment behind the last value belongs to it.
fn with_comment_behind(document: &str, end: usize) -> usize {
    let rest = document[end..].split('\n').next().unwrap_or_default();
    if rest.trim_start().starts_with('#') && rest.starts_with([' ', '\t']) { end + rest.len() } else { end }
}

/// Whether two values are equal, wherever they stand.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b).is_eq(),
        (Value::Seq(a), Value::Seq(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.value, &b.value))
        }
        (Value::Map(a), Value::Map(b)) => {
            let entry = |((ka, va), (kb, vb)): (&(Node, Node), &(Node, Node))| {
                same(&ka.value, &kb.value) && same(&va.value, &vb.value)
            };
            a.len() == b.len() && a.iter().zip(b).all(entry)
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(document: &str) -> Cut {
        let root = yaml::parse("x", document, &Limits::BLUEPRINT).0.expect(document);
        plan(document, root.get("a").and_then(|a| a.get("item")).expect("an item"))
    }

    #[test]
    fn a_text_is_cut_as_it_stands_there() {
        for (document, text, line) in [
            ("a:\n  item:\n    type: x # why\n    b: 1\nc: d\n", "type: x # why\nb: 1\n", 3),
            (
                "a:\n  item:\n    # first\n    type: x\n    b: |\n      one\n       two\n",
                "# first\ntype: x\nb: |\n  one\n   two\n",
                3,
            ),
            ("a:\n  item: {type: x, b: [1,\n    2]}\n", "{type: x, b: [1,\n2]}\n", 2),
            ("a: {\"item\": {\"type\": \"x\"}}", "{\"type\": \"x\"}", 1),
            ("a:\n  item: plain\n", "plain\n", 2),
        ] {
            assert_eq!(cut(document), Cut { text: text.to_owned(), line }, "{document}");
        }
    }

    #[test]
    fn what_takes_over_from_elsewhere_is_written_anew() {
        let document = "x: &x {b: 1}\na:\n  item:\n    <<: *x\n    type: t\n";
        let found = cut(document);
        assert_eq!(found.line, 4);
        assert!(!found.text.contains('*'), "{}", found.text);
        let (root, _) = yaml::parse("x", &found.text, &Limits::BLUEPRINT);
        assert_eq!(root.and_then(|r| r.get("b").and_then(Node::scalar_text)).as_deref(), Some("1"));
    }
}
