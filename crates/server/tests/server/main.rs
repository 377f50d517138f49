//! The real program on real folders, processes and sockets: how it starts, ends, is refused and is configured.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod certificate;
mod config;
mod end;
mod listen;
mod pair;
mod release;
mod start;
mod store;
