//! One server as a function, over a store that answers at once unless it is told to wait: what leaves it, when, and with
//! which answer, whatever becomes of the record.

#![allow(clippy::unwrap_used, reason = "a test's world: what is missing fails it")]

mod ends;
mod reign;
mod server;
