//! A pattern of Java's into one of the engine's. Characters that mean themselves are written so that the engine
//! cannot take them for something of its own.

use super::PATTERN_BYTES_MAX;
use super::class;
use super::error::{RegexError, syntax};
use super::flags::Flags;

/// How deep classes may be nested in classes, and groups in groups.
const NESTED_MAX: usize = 100;

/// Where Java ends a line, and where `$` matches at the end of a text.
const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";
const TEXT_END: &str = r"(?=(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z)";
const UNIX_TEXT_END: &str = r"(?=\n?\z)";

/// The engine's pattern for a pattern of Java's.
pub(super) fn translate(pattern: &str, dot_all: bool) -> Result<String, RegexError> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(RegexError::TooLarge { why: "it has too many characters (limit: PATTERN_BYTES_MAX)" });
    }
    let flags = Flags { dot_all, ..Flags::default() };
    let mut translation = Translation { rest: pattern, out: String::new(), flags, groups: Vec::new() };
    while translation.rest.chars().next().is_some() {
        translation.next()?;
    }
    if translation.groups.is_empty() { Ok(translation.out) } else { Err(syntax("a group is not closed")) }
}

struct Translation<'p> {
    rest: &'p str,
    out: String,
    flags: Flags,
    /// The flags outside of each open group.
    groups: Vec<Flags>,
}

impl Translation<'_> {
    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn accept(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn until(&mut self, end: &str) -> Result<String, RegexError> {
        let at = self.rest.find(end).ok_or_else(|| syntax(format!("`{end}` is missing")))?;
        let inner = self.rest[..at].to_owned();
        self.rest = &self.rest[at + end.len()..];
        Ok(inner)
    }

    fn emit(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn literal(&mut self, c: char) {
        self.emit(&literal(c));
    }

    fn next(&mut self) -> Result<(), RegexError> {
        let Some(c) = self.take() else { return Ok(()) };
        match c {
            '\\' => self.escape(),
            '[' => self.class(0),
            '(' => self.open(),
            ')' => {
                self.flags = self.groups.pop().ok_or_else(|| syntax("a `)` closes no group"))?;
                self.out.push(')');
                Ok(())
            }
            '{' => self.count(),
            '.' => {
                self.emit(&match (self.flags.dot_all, self.flags.unix_lines) {
                    (true, _) => "(?s:.)".to_owned(),
                    (false, true) => "[^\\n]".to_owned(),
                    (false, false) => format!("[^{LINE_ENDS}]"),
                });
                Ok(())
            }
            '$' if !self.flags.multi_line => {
                self.out.push_str(if self.flags.unix_lines { UNIX_TEXT_END } else { TEXT_END });
                Ok(())
            }
            '^' | '$' | '|' | '*' | '+' | '?' => {
                self.out.push(c);
                Ok(())
            }
            c if self.flags.comments && self.skip_comment(c) => Ok(()),
            c => {
                self.literal(c);
                Ok(())
            }
        }
    }

    /// White space and comments, where they do not count.
    fn skip_comment(&mut self, c: char) -> bool {
        if c == '#' {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
        c == '#' || c.is_ascii_whitespace() || c == '\x0b'
    }

    /// `{2}`, `{2,}` or `{2,3}`; Java has no other use for a brace.
    fn count(&mut self) -> Result<(), RegexError> {
        let inner = self.until("}").map_err(|_| syntax("a `{` begins no count such as {2,3}; write \\{"))?;
        let (from, to) = inner.split_once(',').unwrap_or((&inner, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if from.is_empty() || !digits(from) || !digits(to) {
            return Err(syntax(format!("`{{{inner}}}` is no count such as {{2,3}}; write \\{{")));
        }
        self.emit(&format!("{{{inner}}}"));
        Ok(())
    }

    fn open(&mut self) -> Result<(), RegexError> {
        if self.groups.len() >= NESTED_MAX {
            return Err(RegexError::TooLarge { why: "its groups are nested too deep" });
        }
        let outside = self.flags;
        if !self.accept("?") {
            self.out.push('(');
        } else if let Some(kind) = [":", "=", "!", ">", "<=", "<!"].into_iter().find(|k| self.accept(k)) {
            self.out.push_str("(?");
            self.out.push_str(kind);
        } else if self.accept("<") {
            let name = self.until(">")?;
            let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            if !plain {
                return Err(syntax(format!("`{name}` is no name for a group: letters and digits only")));
            }
            self.emit(&format!("(?<{name}>"));
        } else {
            return self.inline_flags();
        }
        self.groups.push(outside);
        Ok(())
    }

    fn inline_flags(&mut self) -> Result<(), RegexError> {
        let end = self.rest.find([':', ')']).ok_or_else(|| syntax("a group is not closed"))?;
        let outside = self.flags;
        self.flags = self.flags.with(&self.rest[..end])?;
        let scoped = self.rest[end..].starts_with(':');
        self.rest = &self.rest[end + 1..];
        let change = outside.change(self.flags);
        if scoped {
            self.groups.push(outside);
            self.emit(&format!("(?{change}:"));
        } else if !change.is_empty() {
            self.emit(&format!("(?{change})"));
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), RegexError> {
        let Some(c) = self.take() else { return Err(syntax("a backslash ends it")) };
        if let Some(class) = class::escape(c) {
            self.out.push_str(class);
            return Ok(());
        }
        match c {
            'Q' => {
                let end = self.rest.find("\\E").unwrap_or(self.rest.len());
                let quoted = self.rest[..end].to_owned();
                self.rest = self.rest[end..].strip_prefix("\\E").unwrap_or("");
                quoted.chars().for_each(|c| self.literal(c));
            }
            'E' => {}
            'p' | 'P' => {
                let class = self.property(c == 'P')?;
                self.out.push_str(&class);
            }
            'A' | 'z' | 'b' | 'B' | 'G' => self.out.extend(['\\', c]),
            'Z' => self.out.push_str(TEXT_END),
            'R' => self.emit(&format!(r"(?>\r\n|[\x0B\x0C{LINE_ENDS}])")),
            'k' => {
                let name = if self.accept("<") {
                    self.until(">")?
                } else {
                    return Err(syntax("\\k names no group"));
                };
                self.emit(&format!("\\k<{name}>"));
            }
            '1'..='9' => self.emit(&format!("(?:\\{c})")),
            c => {
                let literal = self.character(c)?;
                self.literal(literal);
            }
        }
        Ok(())
    }

    fn property(&mut self, negated: bool) -> Result<String, RegexError> {
        let name = if self.accept("{") {
            self.until("}")?
        } else {
            self.take().map(String::from).ok_or_else(|| syntax("\\p names no class"))?
        };
        class::property(&name, negated)
    }

    /// The character that a backslash and `c` stand for.
    fn character(&mut self, c: char) -> Result<char, RegexError> {
        Ok(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\x0c',
            'a' => '\x07',
            'e' => '\x1b',
            '0' => self.number(3, 8)?,
            'x' if self.accept("{") => {
                let digits = self.until("}")?;
                code(&digits, 16)?
            }
            'x' => self.number(2, 16)?,
            'u' => self.number(4, 16)?,
            'c' => {
                let letter = self.take().ok_or_else(|| syntax("\\c names no character"))?;
                char::from_u32(u32::from(letter) ^ 64).ok_or_else(|| syntax("\\c names no character"))?
            }
            c if c.is_ascii_alphanumeric() => return Err(syntax(format!("`\\{c}` has no meaning"))),
            c => c,
        })
    }

    /// Up to so many digits as a character.
    fn number(&mut self, digits_max: usize, radix: u32) -> Result<char, RegexError> {
        let len = self.rest.chars().take(digits_max).take_while(|c| c.is_digit(radix)).count();
        let digits = &self.rest[..len];
        self.rest = &self.rest[len..];
        code(digits, radix)
    }

    /// Behind a `[`: up to its `]`.
    fn class(&mut self, depth: usize) -> Result<(), RegexError> {
        if depth >= NESTED_MAX {
            return Err(RegexError::TooLarge { why: "its classes are nested too deep" });
        }
        self.out.push('[');
        if self.accept("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let Some(c) = self.take() else { return Err(syntax("a `[` is not closed")) };
            match c {
                ']' if !first => break,
                '[' => self.class(depth + 1)?,
                '&' if self.accept("&") => self.out.push_str("&&"),
                '\\' if self.rest.starts_with(names_more) => self.escape()?,
                c if self.flags.comments && self.skip_comment(c) => continue,
                c => self.range(c)?,
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// One character of a class, or the range that it begins.
    fn range(&mut self, c: char) -> Result<(), RegexError> {
        let from = self.member(c)?;
        let after = self.rest.strip_prefix('-').and_then(|rest| rest.chars().next().map(|c| (c, rest)));
        let to = match after {
            // A dash before the end, a class or a class's name is a dash.
            None | Some((']' | '[', _)) => None,
            Some(('\\', rest)) if rest[1..].starts_with(names_more) => None,
            Some((c, rest)) => {
                self.rest = &rest[c.len_utf8()..];
                Some(self.member(c)?)
            }
        };
        self.literal(from);
        if let Some(to) = to {
            if to < from {
                return Err(syntax(format!("the range {from}-{to} goes backwards")));
            }
            self.out.push('-');
            self.literal(to);
        }
        Ok(())
    }

    fn member(&mut self, c: char) -> Result<char, RegexError> {
        if c != '\\' {
            return Ok(c);
        }
        let c = self.take().ok_or_else(|| syntax("a backslash ends it"))?;
        self.character(c)
    }
}

/// Whether a backslash and this letter stand for more than one character.
fn names_more(letter: char) -> bool {
    class::escape(letter).is_some() || matches!(letter, 'p' | 'P' | 'Q' | 'E')
}

fn code(digits: &str, radix: u32) -> Result<char, RegexError> {
    let code = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    code.ok_or_else(|| syntax(format!("`{digits}` is the number of no character")))
}

fn literal(c: char) -> String {
    if c.is_alphanumeric() { c.to_string() } else { format!("\\x{{{:X}}}", u32::from(c)) }
}
