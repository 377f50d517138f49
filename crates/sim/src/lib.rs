//! sim

pub mod model;
