//! Matches replaced as `Matcher.replaceAll` does it.

use fancy_regex::{Captures, Regex as Engine};

use super::error::{self, RegexError};
use super::{MATCHES_MAX, TEXT_BYTES_MAX};

/// The text with its first `count` matches replaced. Unlike most engines, Java finds an empty match just behind
/// another match: `.*` is found twice in "foo".
pub(super) fn replace(
    engine: &Engine,
    text: &str,
    replacement: &str,
    count: usize,
) -> Result<String, RegexError> {
    super::bounded(text)?;
    let mut out = String::new();
    let mut copied = 0;
    let mut from = 0;
    for n in 0.. {
        let Some(groups) = engine.captures_from_pos(text, from).map_err(error::at_work)? else { break };
        if n == count {
            if count == MATCHES_MAX {
                return Err(RegexError::TooManyMatches);
            }
            break;
        }
        let Some(whole) = groups.get(0) else { break };
        out.push_str(&text[copied..whole.start()]);
        expand(engine, replacement, &groups, &mut out)?;
        copied = whole.end();
        if out.len() > TEXT_BYTES_MAX {
            return Err(RegexError::TextTooLong);
        }
        from = match text[whole.end()..].chars().next() {
            _ if !whole.as_str().is_empty() => whole.end(),
            Some(c) => whole.end() + c.len_utf8(),
            None => break,
        };
    }
    out.push_str(&text[copied..]);
    if out.len() > TEXT_BYTES_MAX { Err(RegexError::TextTooLong) } else { Ok(out) }
}

fn expand(
    engine: &Engine,
    replacement: &str,
    groups: &Captures<'_, str>,
    out: &mut String,
) -> Result<(), RegexError> {
    let bad = |why: String| RegexError::Replacement { why };
    let mut rest = replacement;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let c = rest.chars().next().ok_or_else(|| bad("a backslash ends it; write \\\\".into()))?;
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
            '$' => rest = reference(engine, rest, groups, out).map_err(bad)?,
            c => out.push(c),
        }
    }
    Ok(())
}

/// Behind a `$`: puts in the group and gives what follows.
fn reference<'r>(
    engine: &Engine,
    rest: &'r str,
    groups: &Captures<'_, str>,
    out: &mut String,
) -> Result<&'r str, String> {
    if let Some(named) = rest.strip_prefix('{') {
        let (name, after) = named.split_once('}').ok_or("a `${` is not closed")?;
        if !engine.capture_names().flatten().any(|known| known == name) {
            return Err(format!("there is no group with the name `{name}`"));
        }
        out.push_str(groups.name(name).map_or("", |group| group.as_str()));
        return Ok(after);
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 {
        return Err("a `$` names no group; a dollar sign itself is written \\$".into());
    }
    // As many digits as still name a group.
    let number = |len: usize| rest[..len].parse::<usize>().ok().filter(|n| *n < groups.len());
    let len = (2..=digits).take_while(|len| number(*len).is_some()).last().unwrap_or(1);
    let number = number(len).ok_or_else(|| format!("there is no group {}", &rest[..1]))?;
    out.push_str(groups.get(number).map_or("", |group| group.as_str()));
    Ok(&rest[len..])
}
