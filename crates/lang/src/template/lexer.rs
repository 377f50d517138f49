//! The tokens of expressions and tags.

use std::ops::Range;

/// What an expression is made of. Texts in quotes are read by the parser: they hold expressions themselves.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// A number as written.
    Number(String),
    /// A quote: a text begins. Raw ones have an `r` before it.
    Quote {
        quote: char,
        raw: bool,
    },
    /// An operator or a bracket.
    Sign(&'static str),
    /// A character that means nothing here.
    Other(char),
    End,
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Lexed {
    pub(super) token: Token,
    pub(super) at: Range<usize>,
}

/// Longer ones first.
const SIGNS: [&str; 36] = [
    "..<", "..!", "..*", "==", "!=", "<=", ">=", "&&", "||", "??", "..", "+=", "-=", "*=", "/=", "%=", "=",
    "<", ">", "+", "-", "*", "/", "%", "!", "?", ".", ",", ";", ":", "(", ")", "[", "]", "{", "}",
];

impl Token {
    /// What it is, for errors.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("the name `{name}`"),
            Self::Number(number) => format!("the number {number}"),
            Self::Quote { .. } => "a text".into(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::Other(c) => format!("`{}`", c.escape_debug()),
            Self::End => "the end".into(),
        }
    }
}

/// The token that begins at or after byte `from`, white space skipped.
pub(super) fn token(text: &str, from: usize) -> Lexed {
    let rest = text[from..].trim_start();
    let start = text.len() - rest.len();
    let lexed = |token, len: usize| Lexed { token, at: start..start + len };
    let Some(c) = rest.chars().next() else { return lexed(Token::End, 0) };
    if c == '"' || c == '\'' {
        return lexed(Token::Quote { quote: c, raw: false }, 1);
    }
    if let Some(quote) =
        rest.strip_prefix('r').and_then(|r| r.chars().next()).filter(|q| matches!(q, '"' | '\''))
    {
        return lexed(Token::Quote { quote, raw: true }, 2);
    }
    if c.is_ascii_digit() {
        let whole = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        // `1..3` is a range, `1.5` a number.
        let fraction = rest[whole..]
            .strip_prefix('.')
            .map_or(0, |f| f.find(|c: char| !c.is_ascii_digit()).unwrap_or(f.len()));
        let len = if fraction == 0 { whole } else { whole + 1 + fraction };
        return lexed(Token::Number(rest[..len].to_owned()), len);
    }
    if c.is_alphabetic() || matches!(c, '_' | '$' | '@') {
        let len =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '@'))).unwrap_or(rest.len());
        return lexed(Token::Name(rest[..len].to_owned()), len);
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => lexed(Token::Sign(sign), sign.len()),
        None => lexed(Token::Other(c), c.len_utf8()),
    }
}
