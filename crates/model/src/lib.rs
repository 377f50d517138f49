//! From blueprint to spec: what may be deployed, with which config, and what was asked for.
//!
//! A blueprint's text becomes an [`spec::AppSpec`] through [`compile::compile`]; what each entity type declares
//! stands in one file each under [`types`], and under [`adjuncts`] for what acts beside it; what uploads add to
//! the catalog stands under [`catalog`]; config values stay as they were given and are resolved and coerced on
//! read, through [`config::resolve`] only.
//!
//! Not here: what an entity does (engine), how a value looks on the wire (api), reading files (server, cli).

pub mod adjuncts;
pub mod assist;
pub mod catalog;
pub mod compile;
pub mod config;
pub mod ports;
pub mod reference;
pub mod spec;
pub mod types;
pub mod value;
mod yaml_value;

pub use compile::{Diagnostics, Surroundings, compile};
pub use spec::{AppSpec, ConfigMap, ConfigValue, EntitySpec, TypeName};
pub use value::{Coerced, ValueType};
pub use yaml_value::parse_value;
