//! YAML as `SnakeYAML` reads it (version 1.1 scalars, merge keys), into a tree whose every value keeps its place.

mod build;
mod explain;
mod limits;
mod merge;
mod node;
mod read;
mod recover;
mod scalar;
mod tagged;

pub use limits::Limits;
pub use node::{Node, Style, Value};
pub use read::parse;

#[cfg(test)]
mod tests;
