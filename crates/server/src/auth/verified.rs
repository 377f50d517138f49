//! Headers that were verified before, known again by a keyed hash.
//!
//! Users cannot change while a server runs, so what was right once stays right. The key is random and lives in
//! this process only: whoever reads its memory finds no password here.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ring::hmac;
use ring::rand::SystemRandom;

use super::Account;

/// Verified headers kept at once.
const VERIFIED_MAX: usize = 1000;

/// A keyed hash of a header.
pub(super) type Seal = [u8; 32];

/// Headers that were verified before.
pub(super) struct Verified {
    key: Option<hmac::Key>,
    known: RwLock<HashMap<Seal, Arc<Account>>>,
}

impl Verified {
    pub(super) fn new() -> Self {
        // Without randomness nothing is kept, and each login is checked in full: slower, not weaker.
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok();
        Self { key, known: RwLock::default() }
    }

    /// The hash by which a header is known.
    pub(super) fn seal(&self, header: &[u8]) -> Seal {
        let mut seal = [0; 32];
        if let Some(key) = &self.key {
            seal.copy_from_slice(hmac::sign(key, header).as_ref());
        }
        seal
    }

    /// Whose header this is.
    pub(super) fn get(&self, seal: &Seal) -> Option<Arc<Account>> {
        self.key.as_ref()?;
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(seal).cloned()
    }

    /// Remembers one. When it is full, it forgets all: they come back one by one.
    pub(super) fn put(&self, seal: Seal, account: Arc<Account>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= VERIFIED_MAX {
            known.clear();
        }
        known.insert(seal, account);
    }
}
