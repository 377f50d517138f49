//! Pieces into a tree: each directive with what it encloses.

use super::DEPTH_MAX;
use super::ast::{Expr, List, Node};
use super::error::TemplateError;
use super::pieces::Piece;
use super::tags::Tag;

/// A directive whose end was not seen yet.
struct Open {
    at: usize,
    kind: OpenKind,
    body: Vec<Node>,
}

enum OpenKind {
    If { condition: Expr, done: Vec<(Expr, Vec<Node>)> },
    ElseOfIf { done: Vec<(Expr, Vec<Node>)> },
    List { over: Expr, item: String, value: Option<String> },
    ElseOfList(Box<List>),
    Separator,
    Capture(String),
}

impl OpenKind {
    fn name(&self) -> &'static str {
        match self {
            Self::If { .. } | Self::ElseOfIf { .. } => "if",
            Self::List { .. } | Self::ElseOfList(_) => "list",
            Self::Separator => "sep",
            Self::Capture(_) => "assign",
        }
    }
}

struct Builder<'t> {
    source: &'t str,
    open: Vec<Open>,
    root: Vec<Node>,
}

pub(super) fn build(source: &str, pieces: Vec<Piece<'_>>) -> Result<Vec<Node>, TemplateError> {
    let mut builder = Builder { source, open: Vec::new(), root: Vec::new() };
    for piece in pieces {
        match piece {
            Piece::Text(text) => builder.push(Node::Text(text.to_owned())),
            Piece::Value(expr) => builder.push(Node::Value(expr)),
            Piece::Tag { tag, at } => builder.tag(tag, at)?,
        }
    }
    match builder.open.pop() {
        None => Ok(builder.root),
        Some(open) => {
            let message = format!("`#{}` is never closed", open.kind.name());
            Err(TemplateError::new(source, open.at, message))
        }
    }
}

impl Builder<'_> {
    fn push(&mut self, node: Node) {
        let body = self.open.last_mut().map_or(&mut self.root, |open| &mut open.body);
        match (body.last_mut(), node) {
            (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
            (_, node) => body.push(node),
        }
    }

    fn begin(&mut self, at: usize, kind: OpenKind) -> Result<(), TemplateError> {
        if self.open.len() >= DEPTH_MAX {
            let message = format!("directives are nested deeper than {DEPTH_MAX} (limit: DEPTH_MAX)");
            return Err(TemplateError::new(self.source, at, message));
        }
        self.open.push(Open { at, kind, body: Vec::new() });
        Ok(())
    }

    /// The innermost open directive, which must be called `name`; `tag` ends or divides it.
    fn close(&mut self, name: &str, tag: &str, at: usize) -> Result<Open, TemplateError> {
        // A separator may end with its list.
        if name == "list" && matches!(self.open.last(), Some(Open { kind: OpenKind::Separator, .. })) {
            self.end("sep", at)?;
        }
        match self.open.pop() {
            Some(open) if open.kind.name() == name => Ok(open),
            Some(open) => {
                let message = format!("`{tag}` stands within a `#{}` that is not closed", open.kind.name());
                Err(TemplateError::new(self.source, at, message))
            }
            None => Err(TemplateError::new(self.source, at, format!("`{tag}` has no `#{name}` before it"))),
        }
    }

    fn tag(&mut self, tag: Tag, at: usize) -> Result<(), TemplateError> {
        match tag {
            Tag::Comment | Tag::NoParse => {}
            Tag::If(condition) => self.begin(at, OpenKind::If { condition, done: Vec::new() })?,
            Tag::ElseIf(next) => {
                let open = self.close("if", "#elseif", at)?;
                let OpenKind::If { condition, mut done } = open.kind else {
                    return Err(TemplateError::new(self.source, at, "`#elseif` stands behind `#else`"));
                };
                done.push((condition, open.body));
                self.begin(open.at, OpenKind::If { condition: next, done })?;
            }
            Tag::Else => self.otherwise(at)?,
            Tag::EndIf => self.end("if", at)?,
            Tag::List { over, item, value } => self.begin(at, OpenKind::List { over, item, value })?,
            Tag::EndList => self.end("list", at)?,
            Tag::Separator => self.begin(at, OpenKind::Separator)?,
            Tag::EndSeparator => self.end("sep", at)?,
            Tag::Capture(name) => self.begin(at, OpenKind::Capture(name))?,
            Tag::EndCapture => self.end("assign", at)?,
            Tag::Assign(all) => {
                for (name, change, value) in all {
                    self.push(Node::Assign { name, change, value });
                }
            }
            Tag::Break => self.in_list(Node::Break, "#break", at)?,
            Tag::Continue => self.in_list(Node::Continue, "#continue", at)?,
        }
        Ok(())
    }

    fn in_list(&mut self, node: Node, tag: &str, at: usize) -> Result<(), TemplateError> {
        if !self.open.iter().any(|open| matches!(open.kind, OpenKind::List { .. })) {
            return Err(TemplateError::new(self.source, at, format!("`{tag}` stands in no `#list`")));
        }
        self.push(node);
        Ok(())
    }

    fn otherwise(&mut self, at: usize) -> Result<(), TemplateError> {
        let of_list = self.open.iter().rev().find(|open| !matches!(open.kind, OpenKind::Separator));
        let name = of_list.map_or("if", |open| open.kind.name());
        let name = if name == "list" { "list" } else { "if" };
        let open = self.close(name, "#else", at)?;
        let kind = match open.kind {
            OpenKind::If { condition, mut done } => {
                done.push((condition, open.body));
                OpenKind::ElseOfIf { done }
            }
            OpenKind::List { over, item, value } => OpenKind::ElseOfList(Box::new(List {
                over,
                item,
                value,
                body: open.body,
                otherwise: Vec::new(),
            })),
            _ => return Err(TemplateError::new(self.source, at, "a second `#else` stands here")),
        };
        self.begin(open.at, kind)
    }

    fn end(&mut self, name: &str, at: usize) -> Result<(), TemplateError> {
        let open = self.close(name, &format!("/#{name}"), at)?;
        let body = open.body;
        let node = match open.kind {
            OpenKind::If { condition, mut done } => {
                done.push((condition, body));
                Node::If { branches: done, otherwise: Vec::new() }
            }
            OpenKind::ElseOfIf { done } => Node::If { branches: done, otherwise: body },
            OpenKind::List { over, item, value } => {
                Node::List(Box::new(List { over, item, value, body, otherwise: Vec::new() }))
            }
            OpenKind::ElseOfList(mut list) => {
                list.otherwise = body;
                Node::List(list)
            }
            OpenKind::Separator => Node::Separator(body),
            OpenKind::Capture(name) => Node::Capture { name, body },
        };
        self.push(node);
        Ok(())
    }
}
