//! One server as a function: `ha` (who manages) and `engine` (what is managed) together.
//!
//! The loop steps on the *head*, which runs ahead of the disk by the record in flight and the batch behind it.
//! The root is cut with its batch and published when the record lands, before the replies go out: readers take
//! no lock, nothing is applied twice, and no answer leaves before the head that it was computed on is durable.
//! `server` drives this with real threads, `sim` with a seed.

pub mod interface;
