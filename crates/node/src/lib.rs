//! One server as a function: `ha` (who manages) and `engine` (what is managed) together.
//!
//! The loop steps on the *head*, which runs ahead of the disk by the record in flight and the units behind it.
//! A unit is what one input changed; a record carries as many units as fit. The root is cut with its record and
//! published when that lands, before the replies go out: readers take no lock, nothing is applied twice, and no
//! answer leaves before the head that it was computed on is durable. Losing the slot drops the head: that is
//! the only roll-back there is. `server` drives this with real threads, `sim` with a seed.

mod chair;
mod fold;
pub mod interface;
mod reign;
mod step;
mod timers;

pub use step::Node;
