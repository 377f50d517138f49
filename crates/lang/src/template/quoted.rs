//! Texts in quotes within expressions.

use serde_json::Value;

use super::ast::{Expr, Kind};
use super::expression::{Parser, Read};
use super::lexer::{Token, token};

impl Parser<'_> {
    /// A text in quotes; unless it is raw, escapes and `${...}` in it count.
    pub(super) fn quoted(&mut self, quote: char, raw: bool) -> Read<Expr> {
        let start = self.next.at.start;
        let mut at = self.next.at.end;
        let mut parts = Vec::new();
        let mut plain = String::new();
        loop {
            let rest = &self.text[at..];
            let Some(c) = rest.chars().next() else { return self.fail(start, "the quote is never closed") };
            if c == quote {
                at += 1;
                break;
            }
            if raw || !(c == '\\' || rest.starts_with("${")) {
                plain.push(c);
                at += c.len_utf8();
            } else if c == '\\' {
                at += self.escape(at, &mut plain)?;
            } else {
                if !plain.is_empty() {
                    let text = Kind::Literal(Value::String(std::mem::take(&mut plain)));
                    parts.push(self.make(text, start, at)?);
                }
                let mut inner = Parser::new(self.text, at + 2, false);
                inner.depth = self.depth;
                inner.parts = self.parts;
                let expr = inner.expression()?;
                if inner.next.token != Token::Sign("}") {
                    return inner.unexpected("`}`");
                }
                self.parts = inner.parts;
                at = inner.next.at.end;
                parts.push(expr);
            }
        }
        self.next = token(self.text, at);
        if parts.is_empty() {
            return self.make(Kind::Literal(Value::String(plain)), start, at);
        }
        if !plain.is_empty() {
            let text = self.make(Kind::Literal(Value::String(plain)), start, at)?;
            parts.push(text);
        }
        self.make(Kind::Text(parts), start, at)
    }

    /// What the backslash at `at` stands for; gives the length of the escape.
    fn escape(&self, at: usize, out: &mut String) -> Read<usize> {
        let rest = &self.text[at + 1..];
        let c = rest.chars().next().unwrap_or('\0');
        let plain = match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'l' => '<',
            'g' => '>',
            'a' => '&',
            '"' | '\'' | '\\' | '{' | '=' => c,
            'x' => {
                let digits = rest[1..].chars().take(4).take_while(char::is_ascii_hexdigit).count();
                let code = u32::from_str_radix(&rest[1..=digits], 16).ok().and_then(char::from_u32);
                let Some(code) = code else {
                    return self.fail(at, "`\\x` is not followed by a character's number");
                };
                out.push(code);
                return Ok(2 + digits);
            }
            _ => return self.fail(at, "an unknown escape in a text; a backslash is written `\\\\`"),
        };
        out.push(plain);
        Ok(1 + c.len_utf8())
    }
}
