//! What breaks on demand: the store's file system, the ways between servers, the wall clock.

pub(crate) mod clock;
pub(crate) mod disk;
mod falsehood;
pub(crate) mod gateway;
pub(crate) mod http_proxy;
pub(crate) mod proxy;
pub(crate) mod tamper;
pub(crate) mod trouble;
