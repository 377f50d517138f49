//! From a place in a value's text to its place in the document: quotes, escapes and folded lines lie between.

use std::ops::Range;

use lang::yaml::Node;

/// Where the bytes `at` of a scalar's text stand in the document; the whole scalar where that cannot be told.
pub(super) fn within(document: &str, node: &Node, at: &Range<usize>) -> Range<usize> {
    aligned(document, node, at).unwrap_or_else(|| node.span.clone())
}

fn aligned(document: &str, node: &Node, at: &Range<usize>) -> Option<Range<usize>> {
    let text = node.as_str()?;
    let raw = Raw::of(document.get(node.span.clone())?);
    let mut from = raw.begin;
    let mut place = None;
    let mut end = from;
    for (i, c) in text.char_indices() {
        let written = raw.next(from, c)?;
        from = written.end;
        if i >= at.start && place.is_none() {
            place = Some(written.start);
        }
        if i < at.end {
            end = written.end;
        } else {
            break;
        }
    }
    let start = place.unwrap_or(from);
    Some(node.span.start + start..node.span.start + end.max(start))
}

/// A scalar as it is written.
struct Raw<'t> {
    text: &'t str,
    quote: Option<char>,
    begin: usize,
}

impl<'t> Raw<'t> {
    fn of(text: &'t str) -> Self {
        let (quote, begin) = match text.chars().next() {
            Some(quote @ ('"' | '\'')) => (Some(quote), 1),
            // A block begins in the line below its indicator.
            Some('|' | '>') => (None, text.find('\n').map_or(0, |i| i + 1)),
            _ => (None, 0),
        };
        Self { text, quote, begin }
    }

    /// Where the character `c` of the value is written, at or after `from`.
    fn next(&self, from: usize, c: char) -> Option<Range<usize>> {
        let rest = &self.text[from..];
        let first = rest.chars().next()?;
        if self.quote == Some('"') && first == '\\' {
            return self.escape(from, c);
        }
        if self.quote == Some('\'') && c == '\'' {
            return rest.starts_with("''").then_some(from..from + 2);
        }
        if first == c {
            return Some(from..from + c.len_utf8());
        }
        let blank = rest.len() - rest.trim_start().len();
        match (blank, c.is_whitespace()) {
            // A line end that is folded into a blank.
            (1.., true) => Some(from..from + blank),
            // Indentation.
            (1.., false) => self.next(from + blank, c),
            // A line end that the value has and the text has not.
            (0, true) => Some(from..from),
            (0, false) => None,
        }
    }

    fn escape(&self, from: usize, c: char) -> Option<Range<usize>> {
        let length = match self.text[from + 1..].chars().next()? {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            '\n' => {
                let after = &self.text[from + 2..];
                return self.next(from + 2 + after.len() - after.trim_start().len(), c);
            }
            other => 1 + other.len_utf8(),
        };
        (from + length <= self.text.len()).then_some(from..from + length)
    }
}

#[cfg(test)]
mod tests {
    use lang::yaml::{Limits, parse};

    use super::*;

    #[test]
    fn a_place_in_a_value_is_found_however_the_value_is_written() {
        for document in [
            "a: say WHO now",
            "a: 'it''s say WHO'",
            "a: \"\\ttab \\u00e9 \\\"q\\\" WHO x\"",
            "a: \"one\\\n   WHO\"",
            "a: |\n  one\n    two\n  WHO three\n",
            "a: >-\n  one\n  two\n\n  WHO three\n",
            "a: one\n  two\n  WHO three\n",
            "a: ü WHO",
        ] {
            let root = parse("x", document, &Limits::VALUE).0.expect(document);
            let node = root.get("a").expect(document);
            let start = node.as_str().and_then(|t| t.find("WHO")).expect(document);
            let found = within(document, node, &(start..start + 3));
            assert_eq!(document.get(found), Some("WHO"), "{document}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_the_whole_value() {
        let root = parse("x", "a: abc", &Limits::VALUE).0.expect("YAML");
        let node = root.get("a").expect("a value");
        assert_eq!(within("a: xyz", node, &(1..2)), node.span);
        assert_eq!(within("a: abc", node, &(3..3)), 6..6);
    }
}
