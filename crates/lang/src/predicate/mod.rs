//! Brooklyn's predicates: conditions, entity filters, requirements, error handlers (`brooklyn-blueprints.md` A).
//!
//! [`parse`] reads one from JSON, [`Predicate::test`] asks it of a [`Subject`]. Expressions within are evaluated by
//! the caller before it is read. What is absent passes only what asks for absence, and negations.

mod ast;
mod compare;
mod evaluate;
mod item;
mod keys;
mod natural;
mod parse;
mod subject;

pub use ast::{Check, Compare, Predicate, Select, Target, When};
pub use evaluate::PredicateError;
pub use parse::{PredicateSyntax, parse};
pub use subject::{Plain, Subject};

/// How deep predicates may be nested in predicates.
pub const NESTED_MAX: usize = 32;

#[cfg(test)]
mod tests;
