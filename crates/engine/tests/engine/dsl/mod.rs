//! Expressions: what they give, and what waits for them.

mod constraints;
mod values;
mod waits;
