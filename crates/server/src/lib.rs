//! The server: configuration with provenance, wiring, the event loop, keys, processes, HTTP.
//!
//! The binary in `main.rs` is one call into [`cli`]. Shell code only: who manages is decided in `ha`, what is
//! managed in `engine`; here is what reads clocks, files and sockets for them.

pub mod auth;
pub mod bundles;
pub mod cli;
pub mod config;
pub mod data;
pub mod driver;
pub mod http;
pub mod keys;
pub mod levels;
pub mod logbook;
pub mod logs;
pub mod metrics;
pub mod peer;
mod plan;
pub mod process;
