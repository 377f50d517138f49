//! What the servers of a plane share in secret, in `keys/` of its folder: the authority of their certificates,
//! the key that they sign nudges with, and the hash of the generated login.
//!
//! Each is one file that is created once: who comes second reads what the first one made.

mod authority;
mod link;
mod login;
mod once;
pub mod peer;
mod pkcs12;
mod server;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ha::verbs::{Fault, Name};
use store::Store;

use crate::auth::GeneratedLogin;
use crate::data::{Data, write_private};

pub use authority::Authority;
pub use link::{ALPN, LinkTls, server_name};
pub use login::FirstLogin;
pub use peer::PeerKey;
pub use pkcs12::from_pkcs12;
pub use server::{CertificateSlot, from_pem, of_plane};

/// What the plane's keys are.
pub struct PlaneKeys {
    /// Signs certificates.
    pub authority: Authority,
    /// Signs nudges.
    pub peer: PeerKey,
    /// The generated login, where users are not configured.
    pub login: Option<GeneratedLogin>,
    /// The password, in the server that made it at the plane's first start.
    pub first_login: Option<FirstLogin>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The store does not give or take them.
    #[error("{0}")]
    Store(Fault),
    /// What stands there cannot be used.
    #[error(
        "{name} in the plane's folder cannot be used: {why}; bring it back from a copy, or remove it to have a new one made"
    )]
    Damaged {
        /// Which.
        name: Name,
        /// What is wrong.
        why: String,
    },
    /// It vanished while it was looked at.
    #[error("{0} was there and is gone: is somebody removing files from the plane's folder?")]
    Gone(Name),
    /// A file of the data folder.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A defect: the store takes no such name.
    #[error("\"{0}\" is no name for a file of the plane's folder (a defect)")]
    NoName(&'static str),
    /// A certificate cannot be made.
    #[error("a certificate could not be made: {0}")]
    Certificate(String),
    /// The operating system.
    #[error("the system gave no random bytes")]
    Random,
}

impl PlaneKeys {
    /// Reads the plane's keys, and makes those that are not there yet. Calls the store: it may block.
    pub fn open(store: &dyn Store, data: &Data, with_login: bool) -> Result<PlaneKeys, KeyError> {
        let there = once::list(store)?;
        let authority = Authority::open(store, &there)?;
        let path = data.authority();
        write_private(&path, authority.pem().as_bytes()).map_err(|error| KeyError::File { path, error })?;
        let peer = PeerKey::open(store, &there)?;
        let (login, first_login) = if with_login {
            let (login, first) = login::open(store, &there, data)?;
            (Some(login), first)
        } else {
            (None, None)
        };
        Ok(PlaneKeys { authority, peer, login, first_login })
    }
}

/// The name of a key file.
fn name(leaf: &'static str) -> Result<Name, KeyError> {
    Name::parse(&format!("keys/{leaf}")).ok_or(KeyError::NoName(leaf))
}

type Bytes = Arc<[u8]>;

#[cfg(test)]
mod tests;
