//! The `$brooklyn:` expressions of blueprints, from text and JSON into trees and back. What an expression gives is
//! found out elsewhere, in the entity where it was declared; here is only what can be written.
//!
//! Two forms mean the same: `$brooklyn:entity("db").config("port")` as a text, and a map with one entry,
//! `{ $brooklyn:formatString: ["%s", ...] }`, whose arguments may be any YAML.

mod ast;
mod chain;
mod check;
mod error;
mod escape;
mod functions;
mod lexer;
pub mod limits;
mod parser;
mod print;
mod walk;

pub use ast::{Call, Expr, Key, Link, Template};
pub use error::{DslError, Step};
pub use functions::{Arg, Function, FunctionDef, Kind, Place, SCOPES};
pub use parser::parse_text;
pub use walk::parse_value;

/// What every expression begins with.
pub const PREFIX: &str = "$brooklyn:";

#[cfg(test)]
mod tests;
