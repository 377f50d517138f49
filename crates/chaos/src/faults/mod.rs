//! What breaks on demand: the store's file system, the ways between servers, the wall clock.

pub(crate) mod clock;
pub(crate) mod disk;
pub(crate) mod gateway;
pub(crate) mod proxy;
pub(crate) mod trouble;
