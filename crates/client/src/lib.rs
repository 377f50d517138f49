//! A client that is given some servers of a plane and always talks to the master.
//!
//! It asks any of them who rules, goes there, and asks again when that server is gone, is no longer master, or
//! some time has passed. Reads are repeated until they are answered; so are writes, each under a key of its own by
//! which the plane does it once. Whom to ask next and whether to ask again are plain functions ([`members`],
//! [`pursuit`], [`verdict`]); [`Client`] is the loop that carries them out.

mod account;
mod client;
mod key;
mod members;
mod options;
mod pursuit;
mod request;
mod server_url;
mod transport;
mod verdict;

pub use account::Account;
pub use client::{Client, Unusable};
pub use key::write_key;
pub use options::{Login, Options, Patience, Trust};
pub use pursuit::{GaveUp, Reason};
pub use request::{Answer, Keyed, Method, Request};
pub use server_url::{BadServerUrl, ServerUrl};
pub use transport::Failure;
