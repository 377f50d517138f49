//! Rust source as the rules want to see it: without comments, text literals and test modules, with every
//! `use` spelled out. Not a parser: it knows just enough of the grammar not to be fooled by a comment.

/// The code with comments and literals blanked out; lines stay where they were.
pub(crate) fn strip(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        // Something remains in its place, so that what stood apart does not grow together.
        out.push(' ');
        out.extend(chars[at..end].iter().filter(|c| **c == '\n'));
        at = end;
    }
    out
}

/// The stripped code without items marked `#[cfg(test)]`; lines stay where they were.
pub(crate) fn without_tests(stripped: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(stripped.len());
    let mut rest = stripped;
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        let item = &rest[at..];
        let end = item_end(item);
        out.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    out.push_str(rest);
    out
}

/// Every path that the `use` items of stripped code bring in, with its line (from 1).
pub(crate) fn uses(stripped: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find_word(&stripped[from..], "use").map(|at| at + from) {
        let start = at + "use".len();
        let end = stripped[start..].find(';').map_or(stripped.len(), |n| start + n);
        let line = 1 + stripped[..at].matches('\n').count();
        let tree: String = stripped[start..end].replace(" as ", "\u{1}").split_whitespace().collect();
        let mut paths = Vec::new();
        spell_out("", &tree, &mut paths);
        found.extend(paths.into_iter().map(|path| (line, path)));
        from = end;
    }
    found
}

/// Where `word` stands in `text` with nothing of a name on either side.
pub(crate) fn find_word(text: &str, word: &str) -> Option<usize> {
    let of_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    while let Some(at) = text[from..].find(word).map(|at| at + from) {
        let before = text[..at].chars().next_back().is_some_and(of_name);
        let after = text[at + word.len()..].chars().next().is_some_and(of_name);
        let open = word.chars().next_back().is_some_and(of_name);
        if !(before || (after && open)) {
            return Some(at);
        }
        from = at + word.len();
    }
    None
}

/// `a::{b, c::{d, e}}` into `a::b`, `a::c::d`, `a::c::e`; a rename keeps the original.
fn spell_out(prefix: &str, tree: &str, out: &mut Vec<String>) {
    let Some(open) = tree.find('{') else {
        let name = tree.split('\u{1}').next().unwrap_or_default();
        out.push(format!("{prefix}{name}").trim_end_matches("::self").trim_start_matches("::").to_owned());
        return;
    };
    let prefix = format!("{prefix}{}", &tree[..open]);
    let inner = tree[open + 1..].strip_suffix('}').unwrap_or(&tree[open + 1..]);
    let (mut depth, mut start) = (0usize, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                if start < at {
                    spell_out(&prefix, &inner[start..at], out);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The end of the item that starts here: its `;`, or the brace that closes its body.
fn item_end(item: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

/// The end of the comment or literal that starts at `at`; `at` itself where none does.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = |n: usize| chars.get(at + n).copied().unwrap_or('\0');
    let in_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if next(1) == '/' => (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len()),
        '/' if next(1) == '*' => block_comment_end(chars, at),
        '"' => quoted_end(chars, at, '"'),
        'r' if !in_name || chars[at - 1] == 'b' => raw_end(chars, at),
        // A character literal closes after one (maybe escaped) character; a lifetime does not close.
        '\'' if next(1) == '\\' || next(2) == '\'' => quoted_end(chars, at, '\''),
        _ => at,
    }
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0usize);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 1),
            ('*', '/') => (depth, at) = (depth - 1, at + 1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn raw_end(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return start;
    }
    let closes =
        |i: &usize| chars[*i] == '"' && chars[*i + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    (open + 1..chars.len()).find(closes).map_or(chars.len(), |i| i + 1 + hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_kept() {
        let source = "// std::fs\nlet a = \"std::fs \\\" \"; /* a /* b */ std::fs */ let c = 'x';\nlet r = r#\"std::fs\"#; fn f<'a>() {}";
        let stripped = strip(source);
        assert!(!stripped.contains("std::fs"), "{stripped}");
        assert!(stripped.contains("fn f<'a>() {}"), "{stripped}");
        assert_eq!(stripped.lines().count(), source.lines().count());
    }

    #[test]
    fn test_modules_are_left_out() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { std::fs::x(); } }\n#[cfg(test)] mod other;\nfn c() {}";
        let left = without_tests(code);
        assert!(left.contains("fn a") && left.contains("fn c"), "{left}");
        assert!(!left.contains("std::fs") && !left.contains("other"), "{left}");
        assert_eq!(left.lines().count(), code.lines().count());
    }

    #[test]
    fn grouped_uses_are_spelled_out() {
        let code = "use std::{collections::BTreeMap, fs::{self, File}, time::Instant as Now};\npub(crate) use ::tokio::*;";
        let found: Vec<_> = uses(code).into_iter().map(|(line, path)| format!("{line} {path}")).collect();
        assert_eq!(
            found,
            [
                "1 std::collections::BTreeMap",
                "1 std::fs",
                "1 std::fs::File",
                "1 std::time::Instant",
                "2 tokio::*"
            ]
        );
    }

    #[test]
    fn a_word_is_not_found_inside_a_longer_one() {
        assert_eq!(find_word("because use", "use"), Some(8));
        assert_eq!(find_word("operand rand_x", "rand"), None);
        assert_eq!(find_word("println!(", "println!"), Some(0));
    }
}
