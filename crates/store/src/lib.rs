//! Five verbs on a folder or a bucket, the threads that carry them out, and the suite that proves them.
//!
//! The core (`ha`) decides and asks for [`ha::verbs::Verb`]s; this crate carries them out and answers. It
//! decides nothing: no term, lease or record is known here, only names and bytes.
//!
//! - [`Store`]: the trait. [`folder`], [`bucket`] and [`mem`] implement it; [`fault`] wraps one for tests.
//! - [`place`]: where a store is, and how it is opened.
//! - [`bill`]: what a plane asks of a bucket, and what that costs.
//! - [`lanes`]: threads with bounded queues, so that a store that hangs never holds up a timer.
//! - [`gate`]: what a server proves in some milliseconds before it trusts a store.
//! - [`suite`]: what any store must keep, as a library; also across processes (`brownstone store check DIR`).

pub mod bill;
pub mod bucket;
pub mod fault;
pub mod folder;
pub mod gate;
pub mod lanes;
pub mod mem;
pub mod place;
pub mod suite;

mod advice;
mod store;

pub use store::{Store, VerbKind};
