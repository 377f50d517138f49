//! What whole-system tests share: a folder for each test, release folders in it, a client, file systems that break.

pub(crate) mod client;
pub(crate) mod h2;
pub(crate) mod release;
pub(crate) mod site;
pub(crate) mod sshd;
pub(crate) mod volume;
pub(crate) mod wire;
