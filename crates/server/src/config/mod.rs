//! Configuration with provenance: Apache Brooklyn's files and keys, ours beside them, each value with where it
//! comes from, and all that is wrong at once.

pub mod address;
pub mod explain;
pub mod externals;
pub mod keys;
pub mod kind;
pub mod layers;
pub mod login;
pub mod place;
mod problem;
pub mod settings;
mod shown;
mod surroundings;
pub mod tls;

pub use layers::Outside;
pub use login::Login;
pub use problem::{BadConfig, Origin, Problem};
pub use settings::{Loaded, Persist, Settings, Web, load, read};
pub use shown::shown;
pub use surroundings::surroundings;
pub use tls::Tls;

#[cfg(test)]
mod tests;
