//! What tables are made with: a plane of real servers, a cheap client, and numbers.

pub(crate) mod client;
pub(crate) mod folder;
pub(crate) mod load;
pub(crate) mod plane;
pub(crate) mod process;
pub(crate) mod samples;
pub(crate) mod server;
pub(crate) mod table;
