//! The key by which servers of one plane know each other: they sign with it what they ask of each other.

use std::collections::BTreeSet;

use ha::verbs::{Answer, Name, Verb};
use ring::rand::{SecureRandom, SystemRandom};
use store::Store;

use super::once::read_or_create;
use super::{Bytes, KeyError, name};
use crate::auth::hex;

const LENGTH: usize = 32;

/// The key.
#[derive(Clone)]
pub struct PeerKey {
    bytes: Bytes,
}

impl PeerKey {
    pub(super) fn open(store: &dyn Store, there: &BTreeSet<Name>) -> Result<PeerKey, KeyError> {
        let name = file()?;
        let (text, _) = read_or_create(store, there, &name, || {
            let mut bytes = [0; LENGTH];
            SystemRandom::new().fill(&mut bytes).map_err(|_| KeyError::Random)?;
            Ok(format!("{}\n", hex(bytes)).into_bytes())
        })?;
        PeerKey::parse(&text)
            .ok_or_else(|| KeyError::Damaged { name, why: format!("expected {} hex digits", LENGTH * 2) })
    }

    /// The key as it stands in a store; nothing when it is not there or cannot be read (the prover goes on
    /// without).
    pub fn find(store: &dyn Store) -> Option<PeerKey> {
        match store.run(&Verb::Read { name: file().ok()? }) {
            Answer::Content(Some(bytes)) => PeerKey::parse(&bytes),
            _ => None,
        }
    }

    fn parse(text: &[u8]) -> Option<PeerKey> {
        let digits = text.trim_ascii();
        let pairs =
            digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let bytes: Vec<u8> = pairs.collect::<Option<_>>()?;
        (digits.len() == LENGTH * 2 && bytes.len() == LENGTH).then(|| PeerKey { bytes: bytes.into() })
    }

    /// The bytes, for whoever checks signatures.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn file() -> Result<Name, KeyError> {
    name("peer.key")
}
