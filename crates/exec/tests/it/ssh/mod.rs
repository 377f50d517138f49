//! Machines over SSH: a real sshd, real connections, and what breaks them.

mod broken;
mod logins;
mod passwords;
mod scripts;
pub(crate) mod sshd;
mod steps;
mod watches;
