//! From the state to the shapes of the wire. Nothing here decides, asks or waits.

pub(super) mod adjunct;
pub(super) mod application;
pub(super) mod config;
pub(super) mod details;
pub(super) mod effector;
pub(super) mod entity;
pub(super) mod highlights;
pub(super) mod location;
pub(super) mod md5;
pub(super) mod secrets;
pub(super) mod sensor;
pub(super) mod server;
pub(super) mod spec;
pub(super) mod task;
pub(super) mod text;
