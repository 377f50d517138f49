//! Names with ranges: `10.0.0.{1,4-6}`, `web[01-12].example.com`.

use super::super::limits::MACHINES_MAX;

/// All names that a text with braces and brackets stands for; `None` when they are more than a location may list.
pub(super) fn expand(text: &str) -> Option<Vec<String>> {
    let Some((before, inside, after)) = first_group(text) else { return Some(vec![text.to_owned()]) };
    let tails = expand(after)?;
    let mut out = Vec::new();
    for middle in inside.split(',') {
        for middle in numbers(middle.trim())? {
            if out.len() + tails.len() > MACHINES_MAX {
                return None;
            }
            out.extend(tails.iter().map(|tail| format!("{before}{middle}{tail}")));
        }
    }
    Some(out)
}

/// The first group in braces or brackets. An IPv6 address in brackets is none.
fn first_group(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find(['{', '['])?;
    let close = if text[start..].starts_with('{') { '}' } else { ']' };
    let end = start + text[start..].find(close)?;
    let inside = &text[start + 1..end];
    (!inside.contains(':')).then(|| (&text[..start], inside, &text[end + 1..]))
}

/// `1-12`, with zeros before if one of both is written so; anything else stands for itself.
fn numbers(text: &str) -> Option<Vec<String>> {
    let range = text.split_once('-').and_then(|(from, to)| {
        let number = |s: &str| s.parse::<u64>().ok().filter(|_| s.bytes().all(|b| b.is_ascii_digit()));
        Some((from, number(from)?, to, number(to)?))
    });
    let Some((from, first, to, last)) = range else { return Some(vec![text.to_owned()]) };
    if last.saturating_sub(first) >= MACHINES_MAX as u64 {
        return None;
    }
    let padded = |s: &str| s.len() > 1 && s.starts_with('0');
    let width = if padded(from) || padded(to) { from.len().max(to.len()) } else { 0 };
    Some((first..=last).map(|n| format!("{n:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stand_for_all_their_names() {
        for (text, names) in [
            ("a", "a"),
            ("10.0.0.{1,2-4}", "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4"),
            ("web[08-11]", "web08 web09 web10 web11"),
            ("{a,b}{1-2}.x", "a1.x a2.x b1.x b2.x"),
            ("me@h{1,2}:22", "me@h1:22 me@h2:22"),
            ("[::1]:22", "[::1]:22"),
            ("a{b", "a{b"),
        ] {
            assert_eq!(expand(text).expect(text).join(" "), names);
        }
        assert_eq!(expand("{1-99999999999}"), None);
        assert_eq!(expand("{1-999}{1-999}"), None);
    }
}
