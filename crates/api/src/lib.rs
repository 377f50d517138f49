//! The wire as types: JSON shapes, paths and permissions of `/v1` and of our own paths beside it.
//!
//! Field order, nulls and left-out fields are those that were observed on Apache Brooklyn 1.1.0; a shape is
//! changed by adding a path, never by adding a field to an old one. Nothing here knows how an answer comes
//! about: `server` fills these types, clients read them.

pub mod access;
pub mod adjunct;
pub mod application;
pub mod blueprint;
pub mod catalog;
pub mod chair;
pub mod cluster;
pub mod config;
pub mod effector;
pub mod entity;
pub mod error;
pub mod location;
pub mod logbook;
pub mod paths;
pub mod permission;
pub mod sensor;
pub mod server;
pub mod shape;
pub mod summary;
pub mod task;
pub mod usage;
pub mod writes;

pub use error::ApiError;
pub use permission::{Grants, Permission};
