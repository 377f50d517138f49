//! Java's escapes in texts in double quotes.

use std::fmt::Write;

/// The text between two quotes, resolved; or the byte in `inner` of the escape that means nothing.
pub(super) fn unescape(inner: &str) -> Result<String, usize> {
    let mut out = String::with_capacity(inner.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        let at = inner.len() - rest.len();
        let Some(escaped) = rest.strip_prefix('\\') else {
            flush(&mut units, &mut out);
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let kind = escaped.chars().next().ok_or(at)?;
        if kind == 'u' {
            // As in Java, any number of `u`; two escapes may make one character (UTF-16).
            let digits = escaped.trim_start_matches('u');
            let hex = digits.get(..4).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit())).ok_or(at)?;
            units.push(u16::from_str_radix(hex, 16).map_err(|_| at)?);
            rest = &digits[4..];
            continue;
        }
        flush(&mut units, &mut out);
        out.push(match kind {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            '0' => '\0',
            '"' | '\'' | '\\' => kind,
            _ => return Err(at),
        });
        rest = &escaped[kind.len_utf8()..];
    }
    flush(&mut units, &mut out);
    Ok(out)
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

/// The text in double quotes.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                // Writing into a text cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
