//! An expression's text into tokens, one after the other.

use std::ops::Range;

use serde_json::Number;

use super::PREFIX;
use super::error::DslError;
use super::escape::unescape;

/// What the text is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `$brooklyn:`
    Prefix,
    /// A name.
    Name(String),
    /// A text in double quotes, its escapes resolved.
    Text(String),
    /// A number.
    Number(Number),
    /// One of `( ) [ ] , .`
    Sign(char),
    /// Nothing more.
    End,
}

impl Token {
    /// What it is, for errors.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Prefix => format!("`{PREFIX}`"),
            Self::Name(name) => format!("the name `{name}`"),
            Self::Text(_) => "a text".into(),
            Self::Number(n) => format!("the number {n}"),
            Self::Sign(c) => format!("`{c}`"),
            Self::End => "the end".into(),
        }
    }
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Lexed {
    pub(super) token: Token,
    pub(super) at: Range<usize>,
}

/// The token that begins at or after byte `from`, white space skipped.
pub(super) fn token(text: &str, from: usize) -> Result<Lexed, DslError> {
    let rest = text[from..].trim_start();
    let start = text.len() - rest.len();
    let lexed = |token, len: usize| Ok(Lexed { token, at: start..start + len });
    let Some(c) = rest.chars().next() else { return lexed(Token::End, 0) };
    if rest.starts_with(PREFIX) {
        return lexed(Token::Prefix, PREFIX.len());
    }
    match c {
        '(' | ')' | '[' | ']' | ',' | '.' => lexed(Token::Sign(c), 1),
        '"' => quoted(rest, start),
        '0'..='9' | '-' | '+' => number(rest, start),
        c if is_name(c) => {
            let len = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
            lexed(Token::Name(rest[..len].to_owned()), len)
        }
        '\'' | '\u{2018}'..='\u{201f}' => {
            Err(DslError::new(start..start + c.len_utf8(), format!("`{c}` does not begin a text"))
                .expected("a text in double quotes")
                .help("write \"text\""))
        }
        _ => Err(DslError::new(
            start..start + c.len_utf8(),
            format!("`{}` has no meaning here", c.escape_debug()),
        )
        .expected("a name, a text in double quotes or a number")),
    }
}

/// What names are made of, as in Java.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn quoted(rest: &str, start: usize) -> Result<Lexed, DslError> {
    let mut escaped = false;
    let close = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let Some((close, _)) = close else {
        return Err(DslError::new(start..start + 1, "the quote is never closed")
            .expected("a closing `\"` after this one"));
    };
    let text = unescape(&rest[1..close]).map_err(|at| {
        let at = start + 1 + at;
        DslError::new(at..at + 1, "an unknown escape in a text")
            .expected("one such as `\\n`, `\\\"`, `\\\\`, `\\u00e9`")
            .help("a backslash is written `\\\\`")
    })?;
    Ok(Lexed { token: Token::Text(text), at: start..start + close + 1 })
}

fn number(rest: &str, start: usize) -> Result<Lexed, DslError> {
    let mut before = ' ';
    let end = rest.find(|c: char| {
        let sign = matches!(c, '+' | '-') && matches!(before, ' ' | 'e' | 'E');
        before = c;
        !(c.is_alphanumeric() || c == '.' || sign)
    });
    let written = &rest[..end.unwrap_or(rest.len())];
    let digits = written.strip_prefix('+').unwrap_or(written);
    let whole =
        || digits.parse::<i64>().map(Number::from).or_else(|_| digits.parse::<u64>().map(Number::from));
    let float = || digits.parse().ok().and_then(Number::from_f64);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
    let number = whole().ok().or_else(float).filter(|_| plain);
    let at = start..start + written.len();
    match number {
        Some(number) => Ok(Lexed { token: Token::Number(number), at }),
        None => Err(DslError::new(at, format!("`{written}` is not a number"))
            .expected("digits")
            .help("write a text in double quotes")),
    }
}
