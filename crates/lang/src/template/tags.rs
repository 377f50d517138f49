//! Tags: what stands between `<#` and `>`.

use std::ops::Range;

use super::ast::{Change, Expr, Operator};
use super::error::TemplateError;
use super::expression::Parser;
use super::lexer::Token;
use super::pieces::Syntax;

#[derive(Debug)]
pub(super) enum Tag {
    If(Expr),
    ElseIf(Expr),
    Else,
    EndIf,
    List {
        over: Expr,
        item: String,
        value: Option<String>,
    },
    EndList,
    Separator,
    EndSeparator,
    Assign(Vec<(String, Change, Expr)>),
    Capture(String),
    EndCapture,
    Break,
    Continue,
    NoParse,
    /// Nothing to do: a comment, the head of the template.
    Comment,
}

/// Directives that are known and not supported.
const REFUSED: [&str; 27] = [
    "attempt",
    "autoesc",
    "case",
    "compress",
    "default",
    "escape",
    "fallback",
    "flush",
    "function",
    "import",
    "include",
    "items",
    "local",
    "lt",
    "macro",
    "nested",
    "noautoesc",
    "noescape",
    "nt",
    "outputformat",
    "recover",
    "recurse",
    "return",
    "rt",
    "setting",
    "stop",
    "switch",
];
const KNOWN: [&str; 12] = [
    "if", "elseif", "else", "list", "sep", "assign", "global", "break", "continue", "noparse", "ftl",
    "foreach",
];

/// The tag at `at`, and where it ends.
pub(super) fn tag(text: &str, at: usize, syntax: Syntax) -> Result<(Tag, usize), TemplateError> {
    let [open, close, ..] = syntax.signs();
    let ending = text[at..].starts_with(close);
    let from = at + if ending { close.len() } else { open.len() };
    let mut parser = Parser::new(text, from, syntax == Syntax::Angle);
    let name = if text[from..].starts_with(char::is_alphabetic) {
        parser.name("a directive")?
    } else {
        String::new()
    };
    let tag = match (ending, name.as_str()) {
        (false, "if") => Tag::If(parser.expression()?),
        (false, "elseif" | "elseIf") => Tag::ElseIf(parser.expression()?),
        (false, "else") => Tag::Else,
        (true, "if") => Tag::EndIf,
        (false, "list") => list(&mut parser)?,
        (true, "list") => Tag::EndList,
        (false, "sep") => Tag::Separator,
        (true, "sep") => Tag::EndSeparator,
        (false, "assign" | "global") => assign(&mut parser, syntax)?,
        (true, "assign" | "global") => Tag::EndCapture,
        (false, "break") => Tag::Break,
        (false, "continue") => Tag::Continue,
        (false, "noparse") => Tag::NoParse,
        (false, "ftl") => {
            let end = text[at..].find(syntax.close()).map_or(text.len(), |end| at + end + 1);
            return Ok((Tag::Comment, end));
        }
        (_, name) => return Err(unknown(text, at, name)),
    };
    let end = end(text, &parser, syntax)?;
    Ok((tag, end))
}

fn unknown(text: &str, at: usize, name: &str) -> TemplateError {
    if REFUSED.contains(&name) || name == "t" {
        return TemplateError::new(text, at, format!("the directive `#{name}` is not supported"));
    }
    let error = TemplateError::new(text, at, format!("there is no directive `#{name}`"));
    match base::suggest::nearest(name, KNOWN) {
        Some(near) => error.help(format!("did you mean `#{near}`?")),
        None => error,
    }
}

/// Behind the sign that ends the tag.
fn end(text: &str, parser: &Parser<'_>, syntax: Syntax) -> Result<usize, TemplateError> {
    let at = parser.next.at.start;
    let rest = &text[at..];
    let close = syntax.close();
    if rest.starts_with(close) {
        return Ok(at + 1);
    }
    if rest.strip_prefix('/').is_some_and(|rest| rest.starts_with(close)) {
        return Ok(at + 2);
    }
    parser.unexpected(&format!("`{close}`"))
}

fn list(parser: &mut Parser<'_>) -> Result<Tag, TemplateError> {
    let over = parser.expression()?;
    if !parser.accept_word("as") {
        return parser.unexpected("`as` and a name");
    }
    let item = parser.name("a name")?;
    let value = if parser.accept(",") { Some(parser.name("a name")?) } else { None };
    Ok(Tag::List { over, item, value })
}

/// `x = 1, y += 2`, or a name alone: then the body is captured.
fn assign(parser: &mut Parser<'_>, syntax: Syntax) -> Result<Tag, TemplateError> {
    let mut all = Vec::new();
    loop {
        let name = parser.name("a name to assign to")?;
        if all.is_empty() && parser.next.token == Token::Sign(syntax.close()) {
            return Ok(Tag::Capture(name));
        }
        let changes = [
            ("=", Change::Set),
            ("+=", Change::By(Operator::Plus)),
            ("-=", Change::By(Operator::Minus)),
            ("*=", Change::By(Operator::Times)),
            ("/=", Change::By(Operator::Divide)),
            ("%=", Change::By(Operator::Remainder)),
        ];
        let Some((_, change)) = changes.into_iter().find(|(sign, _)| parser.accept(sign)) else {
            return parser.unexpected("`=`");
        };
        all.push((name, change, parser.expression()?));
        parser.accept(",");
        if !matches!(parser.next.token, Token::Name(_)) {
            return Ok(Tag::Assign(all));
        }
    }
}

/// What stands between a `<#noparse>` and its end, and where that ends.
pub(super) fn unparsed(
    text: &str,
    at: usize,
    from: usize,
    syntax: Syntax,
) -> Result<(Range<usize>, usize), TemplateError> {
    let end = format!("{}noparse{}", syntax.signs()[1], syntax.close());
    match text[from..].find(&end) {
        Some(len) => Ok((from..from + len, from + len + end.len())),
        None => {
            Err(TemplateError::new(text, at, "`#noparse` is never closed").help(format!("write `{end}`")))
        }
    }
}
