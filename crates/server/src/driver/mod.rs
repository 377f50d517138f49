//! The one thread that owns the node: it feeds inputs, carries out effects, and never waits for a disk.

pub mod clock;
pub mod handle;

pub use handle::Handle;
