//! Text into trees: YAML, `.properties` and the expressions of blueprints, each value with its place, and the errors
//! that name it.
//!
//! Not here: what a blueprint means (model), reading files (server, cli). A reader never panics on what it is
//! given and never takes more memory than its limits allow.

pub mod diag;
pub mod dsl;
pub mod format;
pub mod glob;
pub mod java;
pub mod jsonpath;
pub mod predicate;
pub mod props;
pub mod regex;
pub mod template;
pub mod yaml;
