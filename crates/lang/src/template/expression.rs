//! Expressions, by precedence: `!` and `?` bind tightest, then signs, `* / %`, `+ -`, `..`, comparisons, `==`, `&&`, `||`.

use serde_json::{Number, Value};

use super::ast::{End, Expr, Kind, Operator};
use super::error::TemplateError;
use super::lexer::{Lexed, Token, token};
use super::{DEPTH_MAX, EXPRESSION_PARTS_MAX};

/// Reads expressions out of a template's text, from a place on.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) next: Lexed,
    pub(super) depth: usize,
    pub(super) parts: usize,
    /// Whether a `>` ends the tag that this stands in, unless brackets are open.
    tag_ends_at_angle: bool,
    brackets: usize,
}

pub(super) type Read<T> = Result<T, TemplateError>;

/// Operators between two operands, the loosest first.
const LEVELS: [&[(&str, Operator)]; 4] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[("==", Operator::Equal), ("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("lt", Operator::Less),
        ("lte", Operator::LessOrEqual),
        ("gt", Operator::Greater),
        ("gte", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
    ],
];
const ADDITIVE: &[(&str, Operator)] = &[("+", Operator::Plus), ("-", Operator::Minus)];
const MULTIPLICATIVE: &[(&str, Operator)] =
    &[("*", Operator::Times), ("/", Operator::Divide), ("%", Operator::Remainder)];

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, from: usize, tag_ends_at_angle: bool) -> Self {
        Self { text, next: token(text, from), depth: 0, parts: 0, tag_ends_at_angle, brackets: 0 }
    }

    pub(super) fn advance(&mut self) -> Lexed {
        let next = token(self.text, self.next.at.end);
        std::mem::replace(&mut self.next, next)
    }

    pub(super) fn accept(&mut self, sign: &'static str) -> bool {
        let found = self.next.token == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let found = matches!(&self.next.token, Token::Name(name) if name == word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn fail<T>(&self, at: usize, message: impl Into<String>) -> Read<T> {
        Err(TemplateError::new(self.text, at, message))
    }

    pub(super) fn unexpected<T>(&self, expected: &str) -> Read<T> {
        let message = format!("{} stands here, expected {expected}", self.next.token.describe());
        self.fail(self.next.at.start, message)
    }

    pub(super) fn expect(&mut self, sign: &'static str) -> Read<()> {
        if self.accept(sign) { Ok(()) } else { self.unexpected(&format!("`{sign}`")) }
    }

    pub(super) fn name(&mut self, expected: &str) -> Read<String> {
        let Token::Name(name) = &self.next.token else { return self.unexpected(expected) };
        let name = name.clone();
        self.advance();
        Ok(name)
    }

    pub(super) fn make(&mut self, kind: Kind, start: usize, end: usize) -> Read<Expr> {
        self.parts += 1;
        if self.parts > EXPRESSION_PARTS_MAX {
            let message = format!(
                "the expression has more than {EXPRESSION_PARTS_MAX} parts (limit: EXPRESSION_PARTS_MAX)"
            );
            return self.fail(start, message);
        }
        Ok(Expr { kind, span: start..end })
    }

    pub(super) fn expression(&mut self) -> Read<Expr> {
        if self.depth >= DEPTH_MAX {
            let message = format!("expressions are nested deeper than {DEPTH_MAX} (limit: DEPTH_MAX)");
            return self.fail(self.next.at.start, message);
        }
        self.depth += 1;
        let expr = self.level(0);
        self.depth -= 1;
        expr
    }

    fn operator(&self, table: &[(&str, Operator)]) -> Option<Operator> {
        let sign = match &self.next.token {
            Token::Sign(sign) => *sign,
            Token::Name(name) => name.as_str(),
            _ => return None,
        };
        let rest = &self.text[self.next.at.start..];
        let ends_tag =
            self.tag_ends_at_angle && self.brackets == 0 && (sign.starts_with('>') || rest.starts_with("/>"));
        // In square tags, `/]` is an end.
        let ends_square = self.brackets == 0 && rest.starts_with("/]");
        let found = table.iter().find(|(known, _)| *known == sign).map(|(_, operator)| *operator);
        found.filter(|_| !ends_tag && !ends_square)
    }

    fn binary(
        &mut self,
        table: &[(&str, Operator)],
        operand: impl Fn(&mut Self) -> Read<Expr>,
    ) -> Read<Expr> {
        let mut left = operand(self)?;
        while let Some(operator) = self.operator(table) {
            self.advance();
            let right = operand(self)?;
            let (start, end) = (left.span.start, right.span.end);
            left = self.make(Kind::Binary(operator, Box::new(left), Box::new(right)), start, end)?;
        }
        Ok(left)
    }

    fn level(&mut self, level: usize) -> Read<Expr> {
        match LEVELS.get(level) {
            Some(table) => self.binary(table, |parser| parser.level(level + 1)),
            None => self.range(),
        }
    }

    fn range(&mut self) -> Read<Expr> {
        let from = self.additive()?;
        let sign = ["..<", "..!", "..*", ".."].into_iter().find(|sign| self.accept(sign));
        let Some(sign) = sign else { return Ok(from) };
        let start = from.span.start;
        if sign == ".." && !self.begins_operand() {
            let end = from.span.end + 2;
            return self.make(Kind::Range(Box::new(from), End::Open), start, end);
        }
        let to = self.additive()?;
        let stop = to.span.end;
        let end = match sign {
            ".." => End::With(Box::new(to)),
            "..*" => End::Length(Box::new(to)),
            _ => End::Before(Box::new(to)),
        };
        self.make(Kind::Range(Box::new(from), end), start, stop)
    }

    fn additive(&mut self) -> Read<Expr> {
        self.binary(ADDITIVE, |parser| parser.binary(MULTIPLICATIVE, Self::unary))
    }

    /// Whether an operand can begin here: what may follow `!` and `..`.
    fn begins_operand(&self) -> bool {
        match &self.next.token {
            Token::Name(name) => !matches!(name.as_str(), "as" | "in" | "lt" | "lte" | "gt" | "gte"),
            Token::Number(_) | Token::Quote { .. } => true,
            Token::Sign(sign) => matches!(*sign, "(" | "[" | "{" | "-" | "+" | "!"),
            Token::Other(_) | Token::End => false,
        }
    }

    fn unary(&mut self) -> Read<Expr> {
        let start = self.next.at.start;
        for sign in ["!", "-", "+"] {
            if self.accept(sign) {
                self.depth += 1;
                let operand = if self.depth > DEPTH_MAX { self.expression() } else { self.unary() };
                self.depth -= 1;
                let operand = operand?;
                let end = operand.span.end;
                let kind = match sign {
                    "!" => Kind::Not(Box::new(operand)),
                    "-" => Kind::Negative(Box::new(operand)),
                    _ => return Ok(operand),
                };
                return self.make(kind, start, end);
            }
        }
        let primary = self.primary()?;
        self.postfix(primary)
    }

    fn postfix(&mut self, mut expr: Expr) -> Read<Expr> {
        loop {
            let start = expr.span.start;
            let kind = if self.accept(".") {
                Kind::Dot(Box::new(expr), self.name("a name")?)
            } else if self.next.token == Token::Sign("[") {
                let index = self.bracketed("]", Self::expression)?;
                Kind::Index(Box::new(expr), Box::new(index))
            } else if self.accept("??") {
                Kind::Exists(Box::new(expr))
            } else if self.accept("?") {
                self.builtin(Box::new(expr))?
            } else if self.accept("!") {
                let default = if self.begins_operand() { Some(Box::new(self.expression()?)) } else { None };
                Kind::Default(Box::new(expr), default)
            } else if self.next.token == Token::Sign("(") {
                return self
                    .fail(self.next.at.start, "methods cannot be called, only built-ins such as ?trim");
            } else {
                return Ok(expr);
            };
            let end = self.text[..self.next.at.start].trim_end().len();
            expr = self.make(kind, start, end)?;
        }
    }

    fn builtin(&mut self, inner: Box<Expr>) -> Read<Kind> {
        let at = self.next.at.start;
        let written = self.name("a built-in")?;
        let Some(name) = super::builtins::known(&written) else {
            let near = base::suggest::nearest(&written, super::builtins::names());
            let error = TemplateError::new(self.text, at, format!("there is no built-in `?{written}` here"));
            return Err(match near {
                Some(near) => error.help(format!("did you mean `?{near}`?")),
                None => error,
            });
        };
        let args = if self.next.token == Token::Sign("(") {
            self.bracketed(")", |parser| parser.expressions(")"))?
        } else {
            Vec::new()
        };
        Ok(Kind::Builtin(inner, name.to_owned(), args))
    }

    /// What stands between the bracket that is next and its partner.
    fn bracketed<T>(&mut self, close: &'static str, inner: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.advance();
        self.brackets += 1;
        let result = inner(self)?;
        self.brackets -= 1;
        self.expect(close)?;
        Ok(result)
    }

    /// Expressions with commas between them, up to `close`.
    fn expressions(&mut self, close: &'static str) -> Read<Vec<Expr>> {
        let mut all = Vec::new();
        while self.next.token != Token::Sign(close) {
            if !all.is_empty() && !self.accept(",") {
                return self.unexpected(&format!("`,` or `{close}`"));
            }
            all.push(self.expression()?);
        }
        Ok(all)
    }

    fn primary(&mut self) -> Read<Expr> {
        let start = self.next.at.start;
        let kind = match self.next.token.clone() {
            Token::Sign("(") => return self.bracketed(")", Self::expression),
            Token::Sign("[") => Kind::List(self.bracketed("]", |parser| parser.expressions("]"))?),
            Token::Sign("{") => Kind::Map(self.bracketed("}", Self::entries)?),
            Token::Quote { quote, raw } => return self.quoted(quote, raw),
            Token::Number(digits) => {
                self.advance();
                Kind::Literal(Value::Number(self.number(start, &digits)?))
            }
            Token::Name(name) => {
                self.advance();
                match name.as_str() {
                    "true" => Kind::Literal(Value::Bool(true)),
                    "false" => Kind::Literal(Value::Bool(false)),
                    _ => Kind::Name(name),
                }
            }
            Token::Sign(".") => return self.fail(start, "special variables such as .now are not supported"),
            _ => return self.unexpected("a value"),
        };
        let end = self.text[..self.next.at.start].trim_end().len();
        self.make(kind, start, end)
    }

    fn number(&self, at: usize, digits: &str) -> Read<Number> {
        let whole = digits.parse::<i64>().map(Number::from).ok();
        match whole.or_else(|| digits.parse().ok().and_then(Number::from_f64)) {
            Some(number) => Ok(number),
            None => self.fail(at, format!("`{digits}` is too large a number")),
        }
    }

    fn entries(&mut self) -> Read<Vec<(Expr, Expr)>> {
        let mut entries = Vec::new();
        while self.next.token != Token::Sign("}") {
            if !entries.is_empty() && !self.accept(",") {
                return self.unexpected("`,` or `}`");
            }
            let key = self.expression()?;
            if !self.accept(":") && !self.accept(",") {
                return self.unexpected("`:`");
            }
            entries.push((key, self.expression()?));
        }
        Ok(entries)
    }
}
