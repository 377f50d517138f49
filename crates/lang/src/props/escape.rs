//! The escapes of `.properties` files.

/// A `\u` without its four digits.
#[derive(Debug)]
pub(super) struct BadEscape {
    /// At which byte of the text.
    pub(super) at: usize,
}

/// Resolves escapes and continued lines. A backslash before any other character is dropped, as in Java.
pub(super) fn unescape(text: &str) -> Result<String, BadEscape> {
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            flush(&mut units, &mut out);
            out.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else { break };
        if escaped == 'u' {
            let hex = text.get(at + 2..at + 6).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
            let unit = hex.and_then(|h| u16::from_str_radix(h, 16).ok()).ok_or(BadEscape { at })?;
            // Two of them may make one character (UTF-16).
            units.push(unit);
            for _ in 0..4 {
                chars.next();
            }
            continue;
        }
        flush(&mut units, &mut out);
        match escaped {
            't' => out.push('\t'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            'f' => out.push('\x0c'),
            '\n' | '\r' => {
                if escaped == '\r' {
                    chars.next_if(|(_, c)| *c == '\n');
                }
                while chars.next_if(|(_, c)| [' ', '\t', '\x0c'].contains(c)).is_some() {}
            }
            other => out.push(other),
        }
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
