//! A template's text into texts, `${...}` and tags, one after the other.

use super::ast::Expr;
use super::error::TemplateError;
use super::expression::Parser;
use super::lexer::Token;
use super::tags::{self, Tag};

/// A part of the text.
#[derive(Debug)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Value(Expr),
    Tag { tag: Tag, at: usize },
}

/// How tags are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `<#if x>`
    Angle,
    /// `[#if x]`
    Square,
}

impl Syntax {
    pub(super) fn signs(self) -> [&'static str; 6] {
        match self {
            Self::Angle => ["<#", "</#", "<@", "</@", "<#--", "-->"],
            Self::Square => ["[#", "[/#", "[@", "[/@", "[#--", "--]"],
        }
    }

    pub(super) fn close(self) -> &'static str {
        match self {
            Self::Angle => ">",
            Self::Square => "]",
        }
    }
}

/// All parts, in order. The head `[#ftl]` says that tags are square.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let syntax = if text.trim_start().starts_with("[#ftl") { Syntax::Square } else { Syntax::Angle };
    let [open, close, user, end_user, comment, comment_end] = syntax.signs();
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (piece, end) = if rest.starts_with("${") || rest.starts_with("#{") {
            let (expr, end) = interpolation(text, at)?;
            (Piece::Value(expr), end)
        } else if rest.starts_with(comment) {
            let Some(end) = rest.find(comment_end) else {
                return Err(TemplateError::new(text, at, "the comment is never closed")
                    .help(format!("write `{comment_end}`")));
            };
            (Piece::Tag { tag: Tag::Comment, at }, at + end + comment_end.len())
        } else if begins(rest, open) || begins(rest, close) {
            let (tag, end) = tags::tag(text, at, syntax)?;
            if matches!(tag, Tag::NoParse) {
                let (inner, after) = tags::unparsed(text, at, end, syntax)?;
                pieces.push(Piece::Text(&text[plain..at]));
                pieces.push(Piece::Tag { tag: Tag::Comment, at });
                pieces.push(Piece::Text(&text[inner.clone()]));
                at = inner.end;
                plain = at;
                (Piece::Tag { tag: Tag::Comment, at }, after)
            } else {
                (Piece::Tag { tag, at }, end)
            }
        } else if rest.starts_with(user) || rest.starts_with(end_user) {
            return Err(TemplateError::new(text, at, "macros are not supported"));
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        pieces.push(Piece::Text(&text[plain..at]));
        pieces.push(piece);
        at = end;
        plain = at;
    }
    pieces.push(Piece::Text(&text[plain..]));
    Ok(pieces)
}

/// Whether a directive's name follows the sign; else the sign is text.
fn begins(rest: &str, sign: &str) -> bool {
    rest.strip_prefix(sign).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The `${...}` at `at`, and where it ends. Its span is all of it.
fn interpolation(text: &str, at: usize) -> Result<(Expr, usize), TemplateError> {
    let mut parser = Parser::new(text, at + 2, false);
    if parser.next.token == Token::End {
        return Err(TemplateError::new(text, at, "the `${` is never closed").help("write `}`"));
    }
    let mut expr = parser.expression()?;
    match parser.next.token {
        Token::Sign("}") => {}
        Token::End => return Err(TemplateError::new(text, at, "the `${` is never closed").help("write `}`")),
        _ => return parser.unexpected("`}`"),
    }
    let end = parser.next.at.end;
    expr.span = at..end;
    Ok((expr, end))
}
