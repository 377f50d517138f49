//! Classes that have names. Java's are ASCII where the engine's are Unicode, so each is written out.

use super::error::{RegexError, syntax};

/// The class of `\d` and its kin.
pub(super) fn escape(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[a-zA-Z0-9_]",
        'W' => "[^a-zA-Z0-9_]",
        's' => r"[\x20\t\n\x0B\x0C\r]",
        'S' => r"[^\x20\t\n\x0B\x0C\r]",
        'h' => r"[\x20\t\xA0\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]",
        'H' => r"[^\x20\t\xA0\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]",
        'v' => r"[\n\x0B\x0C\r\x{85}\x{2028}\x{2029}]",
        'V' => r"[^\n\x0B\x0C\r\x{85}\x{2028}\x{2029}]",
        _ => return None,
    })
}

/// The class of `\p{name}`; of `\P{name}` when `negated`.
pub(super) fn property(name: &str, negated: bool) -> Result<String, RegexError> {
    let inside = match name {
        "Lower" => r"a-z",
        "Upper" => r"A-Z",
        "ASCII" => r"\x00-\x7F",
        "Alpha" => r"a-zA-Z",
        "Digit" => r"0-9",
        "Alnum" => r"a-zA-Z0-9",
        "Punct" => r"!-/:-@\[-`{-\x7E",
        "Graph" => r"!-\x7E",
        "Print" => r"\x20-\x7E",
        "Blank" => r"\x20\t",
        "Cntrl" => r"\x00-\x1F\x7F",
        "XDigit" => r"0-9a-fA-F",
        "Space" => r"\x20\t\n\x0B\x0C\r",
        "javaLowerCase" => r"\p{Lowercase}",
        "javaUpperCase" => r"\p{Uppercase}",
        "javaLetter" | "javaAlphabetic" => r"\p{Alphabetic}",
        "javaDigit" => r"\p{Nd}",
        "javaLetterOrDigit" => r"\p{L}\p{Nd}",
        "javaWhitespace" => r"\s\x1C-\x1F",
        _ => return unicode(name, negated),
    };
    Ok(format!("[{}{inside}]", if negated { "^" } else { "" }))
}

/// A category, script or property of Unicode, with or without Java's `Is`. Whether it exists, the engine says.
fn unicode(name: &str, negated: bool) -> Result<String, RegexError> {
    if name.starts_with("In") || name.starts_with("block=") || name.starts_with("blk=") {
        return Err(syntax(format!(
            "the block \\p{{{name}}} is not supported; use a script such as \\p{{IsGreek}}"
        )));
    }
    let name = name.strip_prefix("Is").unwrap_or(name);
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '='));
    if !plain {
        return Err(syntax(format!("\\p{{{name}}} is no class that is known")));
    }
    Ok(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' }))
}
