//! The login that a plane makes at its first start: the plane keeps a hash, the server that made it the password.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base::{Secret, WallMs};
use ha::verbs::Name;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use store::Store;

use super::once::{Made, read_or_create};
use super::{KeyError, name};
use crate::auth::GeneratedLogin;
use crate::data::{Data, read_if_there, write_private};
use crate::driver::clock;

const USER: &str = "admin";
/// Letters and digits that nobody mistakes for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 32^20 = 2^100 passwords.
const LENGTH: usize = 20;

/// The hash, as the plane keeps it.
#[derive(Serialize, Deserialize)]
struct File {
    user: String,
    hash: String,
    at: WallMs,
}

/// A login that was just made; shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

pub(super) fn open(
    store: &dyn Store,
    there: &BTreeSet<Name>,
    data: &Data,
) -> Result<(GeneratedLogin, Option<FirstLogin>), KeyError> {
    let kept = data.initial_password();
    let staged = kept.with_extension("staged");
    let file = |error: io::Error| KeyError::File { path: kept.clone(), error };
    let name = name("login.json")?;
    // The password is kept before its hash is offered: a crash between the two must not lock everybody out.
    let (bytes, made) = read_or_create(store, there, &name, || {
        let password = password()?;
        write_private(&staged, format!("{}\n", password.reveal()).as_bytes()).map_err(file)?;
        let login = File { user: USER.to_owned(), hash: hash(&password)?, at: clock::wall() };
        serde_json::to_vec(&login).map_err(|e| KeyError::Certificate(e.to_string()))
    })?;
    let login: File = serde_json::from_slice(&bytes)
        .map_err(|e| KeyError::Damaged { name: name.clone(), why: e.to_string() })?;
    let mut first = None;
    if let Some(text) = read_if_there(&staged).map_err(file)? {
        let password = Secret::new(text.trim());
        if made == Made::Here || verify(&login.hash, &password) {
            fs::rename(&staged, &kept).map_err(file)?;
            first = Some(FirstLogin { user: login.user.clone(), password });
        } else {
            fs::remove_file(&staged).map_err(file)?;
        }
    }
    Ok((GeneratedLogin { user: login.user, hash: login.hash }, first))
}

fn password() -> Result<Secret, KeyError> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map_err(|_| KeyError::Random)?;
    // 256 is a multiple of 32: every letter is as likely as the others.
    Ok(Secret::new(bytes.iter().map(|b| char::from(ALPHABET[usize::from(b % 32)])).collect::<String>()))
}

fn hash(password: &Secret) -> Result<String, KeyError> {
    let bad = |e: &dyn std::fmt::Display| KeyError::Certificate(format!("the password's hash: {e}"));
    // A password of 100 random bits cannot be guessed: light parameters keep start and memory small.
    let params = Params::new(4096, 2, 1, None).map_err(|e| bad(&e))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon.hash_password(password.reveal().as_bytes()).map_err(|e| bad(&e))?.to_string())
}

fn verify(hash: &str, password: &Secret) -> bool {
    Argon2::default().verify_password(password.reveal().as_bytes(), hash).is_ok()
}
