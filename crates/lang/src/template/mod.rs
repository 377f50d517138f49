//! The part of `FreeMarker` that blueprints use: `${...}`, `<#if>`, `<#list>`, `<#assign>`, comments, the square form of
//! all these behind `[#ftl]`, and the built-ins seen in the wild (`brooklyn-blueprints.md` C).
//!
//! [`Template::parse`] reads a text once, [`Template::render`] fills it in from a [`Model`]. A name without a value is
//! an error with its line, unless [`Missing`] says otherwise; a value that is not ready yet is an outcome of its own.
//! Macros, includes and other directives are refused by name. Numbers print without separators.

mod ast;
mod budget;
mod builtins;
mod descend;
mod error;
mod evaluate;
mod expression;
mod lexer;
mod model;
mod operators;
mod pieces;
mod quoted;
mod render;
mod strip;
mod tags;
mod tree;

use serde_json::Value;

pub use builtins::names as builtin_names;
pub use error::{Stop, TemplateError};
pub use model::{Lookup, Model, Values};

use ast::Node;

/// The longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 1024 * 1024;
/// The longest text that is made, in bytes.
pub const OUTPUT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How much work one rendering may be: each value looked at counts one.
pub const STEPS_MAX: usize = 1_000_000;
/// How many elements a list may have that a template makes.
pub const ELEMENTS_MAX: usize = 100_000;
/// How deep brackets within expressions, and directives within directives, may be nested.
pub const DEPTH_MAX: usize = 40;
/// How many parts one expression may have.
pub const EXPRESSION_PARTS_MAX: usize = 1000;

/// What is done where a `${...}` has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The rendering ends with an error.
    Error,
    /// The `${...}` stays in the text.
    Ignore,
    /// Nothing stands in its place.
    Blank,
}

/// A template, read.
#[derive(Clone, Debug)]
pub struct Template {
    source: String,
    nodes: Vec<Node>,
}

impl Template {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > TEMPLATE_BYTES_MAX {
            let message =
                format!("the template is longer than {TEMPLATE_BYTES_MAX} bytes (limit: TEMPLATE_BYTES_MAX)");
            return Err(TemplateError::new(text, 0, message));
        }
        let pieces = strip::strip(pieces::pieces(text)?);
        Ok(Self { nodes: tree::build(text, pieces)?, source: text.to_owned() })
    }

    /// The text with everything filled in.
    pub fn render(&self, model: &dyn Model, missing: Missing) -> Result<String, Stop> {
        render::render(&self.source, &self.nodes, model, missing)
    }

    /// The value, when the whole text is one `${...}`; else the text. What has no value is an error.
    pub fn evaluate(&self, model: &dyn Model) -> Result<Value, Stop> {
        match self.nodes.as_slice() {
            [Node::Value(expr)] => render::value(&self.source, expr, model),
            _ => self.render(model, Missing::Error).map(Value::String),
        }
    }

    /// Whether there is nothing in it to fill in.
    pub fn is_plain(&self) -> bool {
        self.nodes.iter().all(|node| matches!(node, Node::Text(_)))
    }
}

#[cfg(test)]
mod tests;
