//! Where to read on behind a syntax error, so that an author sees all of them at once: at the next key of the root.

/// How often a document is taken up again.
pub(super) const RECOVERIES_MAX: usize = 10;

/// The place of the next key of the root at or behind the line of `at`, but behind `before`. Nothing, when the root is
/// no block map, or has no further key.
pub(super) fn next_key(text: &str, at: usize, before: usize) -> Option<usize> {
    let first = text
        .lines()
        .find(|line| !(line.trim().is_empty() || line.starts_with(['#', '%'])) && *line != "---")?;
    if !is_key(first) {
        return None;
    }
    let mut start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    loop {
        let line = &text[start..];
        if start > before && is_key(line.lines().next()?) {
            return Some(start);
        }
        start += line.find('\n')? + 1;
    }
}

/// The text with all before `start` blanked out, so that places stay what they are.
pub(super) fn blanked(text: &str, start: usize) -> String {
    let mut out: String = text[..start].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
    out.push_str(&text[start..]);
    out
}

/// Whether a line begins with a plain name and a colon in its first column.
fn is_key(line: &str) -> bool {
    let Some((name, rest)) = line.split_once(':') else { return false };
    name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && (rest.is_empty() || rest.starts_with([' ', '\r']))
}
