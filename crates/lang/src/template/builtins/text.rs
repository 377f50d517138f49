//! Built-ins of texts.

use serde_json::Value;

use super::{Answer, Builtin, Call};
use crate::regex::Regex;
use crate::template::budget::{elements_fit, text_fits};

pub(super) const TABLE: &[(&str, Builtin)] = &[
    ("upper_case", |c| Ok(c.text()?.to_uppercase().into())),
    ("lower_case", |c| Ok(c.text()?.to_lowercase().into())),
    ("cap_first", |c| Ok(first_word(&c.text()?, true).into())),
    ("uncap_first", |c| Ok(first_word(&c.text()?, false).into())),
    ("capitalize", |c| {
        Ok(c.text()?.split_inclusive(char::is_whitespace).map(capital).collect::<String>().into())
    }),
    ("trim", |c| Ok(c.text()?.trim().into())),
    ("length", |c| Ok(c.text()?.encode_utf16().count().into())),
    ("contains", |c| Ok(c.text()?.contains(&c.arg(0)?).into())),
    ("starts_with", |c| Ok(c.text()?.starts_with(&c.arg(0)?).into())),
    ("ends_with", |c| Ok(c.text()?.ends_with(&c.arg(0)?).into())),
    ("index_of", |c| index(c, false)),
    ("last_index_of", |c| index(c, true)),
    ("replace", replace),
    ("split", split),
    ("matches", |c| {
        let pattern = Regex::new(&format!("\\A(?:{})\\z", c.arg(0)?)).map_err(said)?;
        Ok(pattern.find(&c.text()?).map_err(said)?.into())
    }),
    ("substring", substring),
    ("left_pad", |c| pad(c, true)),
    ("right_pad", |c| pad(c, false)),
    ("ensure_starts_with", |c| {
        let (text, start) = (c.text()?, c.arg(0)?);
        Ok(if text.starts_with(&start) { text } else { start + &text }.into())
    }),
    ("ensure_ends_with", |c| {
        let (text, end) = (c.text()?, c.arg(0)?);
        Ok(if text.ends_with(&end) { text } else { text + &end }.into())
    }),
    ("remove_beginning", |c| {
        let (text, start) = (c.text()?, c.arg(0)?);
        Ok(text.strip_prefix(&start).unwrap_or(&text).into())
    }),
    ("remove_ending", |c| {
        let (text, end) = (c.text()?, c.arg(0)?);
        Ok(text.strip_suffix(&end).unwrap_or(&text).into())
    }),
    ("keep_before", |c| {
        let (text, at) = (c.text()?, c.arg(0)?);
        Ok(text.split_once(&at).map_or(text.as_str(), |(before, _)| before).into())
    }),
    ("keep_after", |c| {
        let (text, at) = (c.text()?, c.arg(0)?);
        Ok(text.split_once(&at).map_or("", |(_, after)| after).into())
    }),
    ("chop_linebreak", |c| {
        let text = c.text()?;
        Ok(text.strip_suffix('\n').map_or(text.as_str(), |t| t.strip_suffix('\r').unwrap_or(t)).into())
    }),
    ("word_list", |c| words(&c.text()?)),
    ("number", |c| number(c)),
    ("boolean", |c| match c.text()?.as_str() {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        _ => Err("the text is neither true nor false".into()),
    }),
    ("html", |c| Ok(escaped(&c.text()?, "&#39;").into())),
    ("xhtml", |c| Ok(escaped(&c.text()?, "&#39;").into())),
    ("xml", |c| Ok(escaped(&c.text()?, "&apos;").into())),
    ("js_string", |c| Ok(script(&c.text()?, Quoted::JavaScript).into())),
    ("j_string", |c| Ok(script(&c.text()?, Quoted::Java).into())),
    ("json_string", |c| Ok(script(&c.text()?, Quoted::Json).into())),
    ("url", |c| Ok(url(&c.text()?, "-_.!~*'()@").into())),
    ("url_path", |c| Ok(url(&c.text()?, "-_.!~*'()@/").into())),
];

fn said(error: impl ToString) -> String {
    error.to_string()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
        .unwrap_or_default()
}

/// The first letter of the first word changed.
fn first_word(text: &str, upper: bool) -> String {
    let start = text.len() - text.trim_start().len();
    let mut chars = text[start..].chars();
    let first: String = match chars.next() {
        Some(c) if upper => c.to_uppercase().collect(),
        Some(c) => c.to_lowercase().collect(),
        None => String::new(),
    };
    format!("{}{first}{}", &text[..start], chars.as_str())
}

fn index(c: &Call<'_>, last: bool) -> Answer {
    let (text, part) = (c.text()?, c.arg(0)?);
    let units = |at: usize| text[..at].encode_utf16().count();
    let from = if c.args.len() > 1 { c.count(1)? } else { 0 };
    let found = if last {
        text.rfind(&part)
    } else {
        let from = text.char_indices().map(|(at, _)| at).find(|at| units(*at) >= from);
        from.map_or_else(
            || part.is_empty().then_some(text.len()),
            |from| text[from..].find(&part).map(|at| from + at),
        )
    };
    Ok(found.map_or(Value::from(-1), |at| units(at).into()))
}

fn flags(c: &Call<'_>, place: usize) -> Result<(bool, bool, bool), String> {
    let flags = c.arg_or(place, "")?;
    match flags.chars().find(|flag| !"rfimsc".contains(*flag)) {
        Some(flag) => Err(format!("`{flag}` is no flag that is known")),
        None => Ok((flags.contains('r'), flags.contains('f'), flags.contains('i'))),
    }
}

/// A pattern for a text itself, or for a pattern.
fn pattern(text: &str, regex: bool, ignore_case: bool) -> Result<Regex, String> {
    let plain = if regex { text.to_owned() } else { format!("\\Q{text}\\E") };
    Regex::new(&format!("{}{plain}", if ignore_case { "(?i)" } else { "" })).map_err(said)
}

fn replace(c: &Call<'_>) -> Answer {
    let (text, from, to) = (c.text()?, c.arg(0)?, c.arg(1)?);
    let (regex, first, ignore_case) = flags(c, 2)?;
    if !regex && !ignore_case {
        let count = if first { 1 } else { text.matches(&from).count() };
        text_fits(text.len().saturating_add(count.saturating_mul(to.len())))?;
        return Ok(text.replacen(&from, &to, count).into());
    }
    let to = if regex { to } else { to.replace('\\', "\\\\").replace('$', "\\$") };
    let pattern = pattern(&from, regex, ignore_case)?;
    let result = if first { pattern.replace_first(&text, &to) } else { pattern.replace_all(&text, &to) };
    result.map(Value::from).map_err(said)
}

fn split(c: &Call<'_>) -> Answer {
    let (text, by) = (c.text()?, c.arg(0)?);
    let (regex, _, ignore_case) = flags(c, 1)?;
    if by.is_empty() {
        return Err("a text is not split by nothing".into());
    }
    let parts: Vec<String> = if regex || ignore_case {
        let mut parts = pattern(&by, regex, ignore_case)?.split(&text).map_err(said)?;
        // As Java's patterns split: nothing at the end is nothing.
        while parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
            parts.pop();
        }
        parts
    } else {
        text.split(&by).map(str::to_owned).collect()
    };
    elements_fit(parts.len())?;
    Ok(parts.into())
}

fn substring(c: &Call<'_>) -> Answer {
    let chars: Vec<char> = c.text()?.chars().collect();
    let from = c.count(0)?;
    let to = if c.args.len() > 1 { c.count(1)? } else { chars.len() };
    let part = chars
        .get(from..to)
        .ok_or_else(|| format!("{from} to {to} is not within {} characters", chars.len()))?;
    Ok(part.iter().collect::<String>().into())
}

fn pad(c: &Call<'_>, left: bool) -> Answer {
    let (text, width) = (c.text()?, c.count(0)?);
    let filler: Vec<char> = c.arg_or(1, " ")?.chars().collect();
    if filler.is_empty() {
        return Err("a text is not filled up with nothing".into());
    }
    text_fits(width.saturating_mul(4))?;
    let missing = width.saturating_sub(text.chars().count());
    let fill: String = filler.iter().cycle().take(missing).collect();
    Ok(if left { fill + &text } else { text + &fill }.into())
}

fn words(text: &str) -> Answer {
    elements_fit(text.split_whitespace().count())?;
    Ok(text.split_whitespace().map(Value::from).collect())
}

fn number(c: &Call<'_>) -> Answer {
    if c.value.is_number() {
        return Ok(c.value.clone());
    }
    let text = c.text()?;
    let whole = text.parse::<i64>().map(Value::from).ok();
    let float = || text.parse().ok().and_then(serde_json::Number::from_f64).map(Value::Number);
    whole.or_else(float).ok_or_else(|| "the text is no number".into())
}

fn escaped(text: &str, apostrophe: &str) -> String {
    let escape = |c| match c {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => apostrophe.to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// Whose quotes a text is put in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoted {
    Java,
    JavaScript,
    Json,
}

/// For texts in quotes. What could end a script in a page (`</`, `]]>`, `-->`) is escaped too, except for Java.
fn script(text: &str, quoted: Quoted) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\'' if quoted == Quoted::JavaScript => out.push_str("\\'"),
            '/' if quoted != Quoted::Java && (out.is_empty() || out.ends_with('<')) => out.push_str("\\/"),
            '>' if quoted != Quoted::Java
                && (out.is_empty() || out.ends_with("]]") || out.ends_with("--")) =>
            {
                out.push_str(if quoted == Quoted::Json { "\\u003E" } else { "\\>" });
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.extend(["\\u", &format!("{:04x}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out
}

fn url(text: &str, plain: &str) -> String {
    let escape = |b: u8| {
        let c = char::from(b);
        if c.is_ascii_alphanumeric() || plain.contains(c) && c.is_ascii() {
            c.to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(escape).collect()
}
