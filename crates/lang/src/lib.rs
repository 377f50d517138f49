//! Text into trees: YAML and `.properties`, each value with its place, and the errors that name it.
//!
//! Not here: what a blueprint means (model), reading files (server, cli). A reader never panics on what it is
//! given and never takes more memory than its limits allow.

pub mod diag;
pub mod props;
pub mod yaml;
