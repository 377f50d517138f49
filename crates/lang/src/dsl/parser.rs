//! The text form: `$brooklyn:fn("a", 1, nested("x")).method("y")[0]["key"]`.

use std::ops::Range;

use serde_json::Value;

use super::PREFIX;
use super::ast::{Call, Expr, Link, Template};
use super::check;
use super::error::DslError;
use super::functions::Function;
use super::lexer::{Lexed, Token, token};
use super::limits::{ARGS_MAX, DEPTH_MAX, EXPRESSION_BYTES_MAX, LINKS_MAX};

/// Reads a text; `None` when it is no expression but itself.
pub fn parse_text(text: &str) -> Result<Option<Expr>, DslError> {
    chain(text, 0)?.map(Chain::complete).transpose()
}

/// A chain up to the end of its text.
pub(super) enum Chain {
    /// It says all that it needs.
    Whole(Expr),
    /// Its last name has no brackets: as a key, it takes its arguments from what is under it.
    Open(Option<Expr>, Open),
}

/// A last name without brackets.
pub(super) struct Open {
    pub(super) name: String,
    pub(super) at: Range<usize>,
}

impl Chain {
    /// What it means as a text: a last bare name is a property, or a call of what takes no arguments.
    pub(super) fn complete(self) -> Result<Expr, DslError> {
        match self {
            Self::Whole(expr) => Ok(expr),
            Self::Open(Some(mut expr), open) => {
                expr.links.push(Link::Property(open.name));
                Ok(expr)
            }
            Self::Open(None, open) => open.call(),
        }
    }
}

impl Open {
    /// A call without arguments, if that is allowed.
    fn call(self) -> Result<Expr, DslError> {
        let function = check::function(&self.name, true, &self.at)?;
        Ok(Expr { head: check::call(function, Vec::new(), &self.at)?, links: Vec::new() })
    }
}

/// Reads a text or a key up to its end. `depth`: how deep it stands already.
pub(super) fn chain(text: &str, depth: usize) -> Result<Option<Chain>, DslError> {
    if !text.starts_with(PREFIX) {
        return Ok(None);
    }
    let mut parser = Parser::new(text, depth)?;
    let chain = parser.chain()?;
    parser.end()?;
    Ok(Some(chain))
}

/// Reads what follows in a chain, written alone: `[0]`, `.name`, `config("x")`.
pub(super) fn links(text: &str, depth: usize) -> Result<Vec<Link>, DslError> {
    let mut parser = Parser::new(text, depth)?;
    let mut links = Vec::new();
    if matches!(parser.next.token, Token::Prefix | Token::Name(_)) {
        parser.accept(&Token::Prefix)?;
        links.push(parser.named_link()?);
    }
    parser.links(&mut links)?;
    parser.end()?;
    Ok(links)
}

struct Parser<'t> {
    text: &'t str,
    next: Lexed,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, depth: usize) -> Result<Self, DslError> {
        if text.len() > EXPRESSION_BYTES_MAX {
            let message = format!(
                "the expression is longer than {EXPRESSION_BYTES_MAX} bytes (limit: EXPRESSION_BYTES_MAX)"
            );
            return Err(DslError::new(0..0, message));
        }
        Ok(Self { text, next: token(text, 0)?, depth })
    }

    fn advance(&mut self) -> Result<Lexed, DslError> {
        let next = token(self.text, self.next.at.end)?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn accept(&mut self, wanted: &Token) -> Result<bool, DslError> {
        let found = self.next.token == *wanted;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn unexpected(&self, expected: &str) -> DslError {
        DslError::new(self.next.at.clone(), format!("{} stands here", self.next.token.describe()))
            .expected(expected)
    }

    fn end(&self) -> Result<(), DslError> {
        match self.next.token {
            Token::End => Ok(()),
            _ => Err(self
                .unexpected("the end of the expression")
                .help("a text around expressions is made with formatString")),
        }
    }

    fn name(&mut self, expected: &str) -> Result<(String, Range<usize>), DslError> {
        let Token::Name(name) = &self.next.token else { return Err(self.unexpected(expected)) };
        let name = name.clone();
        Ok((name, self.advance()?.at))
    }

    /// An expression up to its last accessor; the prefix may be left out within another one.
    fn chain(&mut self) -> Result<Chain, DslError> {
        self.accept(&Token::Prefix)?;
        let (mut name, mut at) = self.name("a function")?;
        if name == "function" && self.accept(&Token::Sign('.'))? {
            let (second, end) = self.name("a function")?;
            name = format!("function.{second}");
            at.end = end.end;
        }
        if self.next.token != Token::Sign('(') {
            let open = Open { name, at };
            // Only what takes no arguments may go on: `parent.config("x")`.
            return if self.next.token == Token::End {
                Ok(Chain::Open(None, open))
            } else {
                self.rest(open.call()?)
            };
        }
        let head = self.call(&name, true, &at)?;
        self.rest(Expr { head, links: Vec::new() })
    }

    /// The links of a chain.
    fn rest(&mut self, mut expr: Expr) -> Result<Chain, DslError> {
        self.links(&mut expr.links)?;
        if self.next.token != Token::End {
            return Ok(Chain::Whole(expr));
        }
        match expr.links.pop() {
            Some(Link::Property(name)) => {
                // The name ends the text, white space aside.
                let end = self.text.trim_end().len();
                let at = end.saturating_sub(name.len())..end;
                Ok(Chain::Open(Some(expr), Open { name, at }))
            }
            other => {
                expr.links.extend(other);
                Ok(Chain::Whole(expr))
            }
        }
    }

    fn links(&mut self, links: &mut Vec<Link>) -> Result<(), DslError> {
        loop {
            if links.len() > LINKS_MAX {
                let message = format!("the chain has more than {LINKS_MAX} links (limit: LINKS_MAX)");
                return Err(DslError::new(self.next.at.clone(), message));
            }
            if self.accept(&Token::Sign('.'))? {
                self.accept(&Token::Prefix)?;
                links.push(self.named_link()?);
            } else if self.accept(&Token::Sign('['))? {
                links.push(self.accessor()?);
            } else {
                return Ok(());
            }
        }
    }

    fn named_link(&mut self) -> Result<Link, DslError> {
        let (name, at) = self.name("a function or a property")?;
        if self.next.token == Token::Sign('(') {
            return self.call(&name, false, &at).map(Link::Call);
        }
        Ok(Link::Property(name))
    }

    fn accessor(&mut self) -> Result<Link, DslError> {
        let expected = "a whole number or a key in double quotes";
        let link = match &self.next.token {
            Token::Text(key) => Link::Key(key.clone()),
            Token::Number(n) => Link::Index(n.as_i64().ok_or_else(|| self.unexpected(expected))?),
            _ => return Err(self.unexpected(expected)),
        };
        self.advance()?;
        if self.accept(&Token::Sign(']'))? { Ok(link) } else { Err(self.unexpected("`]`")) }
    }

    fn call(&mut self, name: &str, head: bool, at: &Range<usize>) -> Result<Call, DslError> {
        let function = check::function(name, head, at)?;
        let args = self.args(function)?;
        check::call(function, args, at)
    }

    fn args(&mut self, function: Function) -> Result<Vec<Template>, DslError> {
        let open = self.advance()?.at;
        if self.depth >= DEPTH_MAX {
            return Err(DslError::new(
                open,
                format!("calls are nested deeper than {DEPTH_MAX} (limit: DEPTH_MAX)"),
            ));
        }
        self.depth += 1;
        let mut args = Vec::new();
        while self.next.token != Token::Sign(')') {
            if self.next.token == Token::End {
                let message = format!("the `(` of `{}` is never closed", function.def().name);
                return Err(DslError::new(open, message).expected("a `)` after this one"));
            }
            if !args.is_empty() && !self.accept(&Token::Sign(','))? {
                return Err(self.unexpected("`,` or `)`"));
            }
            args.push(self.arg()?);
            if args.len() > ARGS_MAX {
                return check::call(function, args, &open).map(|call| call.args);
            }
        }
        self.advance()?;
        self.depth -= 1;
        Ok(args)
    }

    fn arg(&mut self) -> Result<Template, DslError> {
        let value = match &self.next.token {
            Token::Text(text) => Value::from(text.as_str()),
            Token::Number(n) => Value::Number(n.clone()),
            Token::Name(name) if name == "true" => Value::Bool(true),
            Token::Name(name) if name == "false" => Value::Bool(false),
            Token::Name(name) if name == "null" => Value::Null,
            Token::Name(_) | Token::Prefix => return self.nested(),
            _ => return Err(self.unexpected("an argument")),
        };
        self.advance()?;
        Ok(Template::Plain(value))
    }

    /// An argument that is an expression. A word that is no function was most likely meant as a text.
    fn nested(&mut self) -> Result<Template, DslError> {
        if let Token::Name(name) = &self.next.token {
            let follows = token(self.text, self.next.at.end)?.token;
            let word = matches!(follows, Token::Sign(',' | ')')) && Function::named(name).is_none();
            if word {
                let name = name.clone();
                return Err(DslError::new(
                    self.next.at.clone(),
                    format!("`{name}` is neither a text nor a call"),
                )
                .expected(format!("`\"{name}\"` or a function")));
            }
        }
        self.chain()?.complete().map(|expr| Template::Expr(Box::new(expr)))
    }
}
