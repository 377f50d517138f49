//! Logging in: each way after the other until one is let in.

use std::path::Path;
use std::sync::Arc;

use base::Secret;
use engine::effect::SshLogin;
use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{PrivateKeyWithHashAlg, decode_secret_key};
use russh::{MethodKind, MethodSet};

use super::host_key::{Judge, at_home};
use crate::limits::SSH_PROMPTS_MAX;

/// Why nobody was let in.
#[derive(Debug)]
pub(super) enum Refused {
    /// The connection broke, before the machine had refused anything.
    Broken(russh::Error),
    /// All was tried; why each way did not do.
    All(String),
}

/// Why one way did not do.
#[derive(Debug)]
enum No {
    Broken(russh::Error),
    NotThisWay(String),
}

impl From<russh::Error> for No {
    fn from(error: russh::Error) -> Self {
        No::Broken(error)
    }
}

/// Logs in by the first way that works.
pub(super) async fn log_in(
    handle: &mut Handle<Judge>,
    user: &str,
    logins: &[SshLogin],
    home: &Path,
) -> Result<(), Refused> {
    let mut refused = Vec::new();
    for login in logins {
        let (way, tried) = match login {
            SshLogin::Password(password) => {
                ("password".to_owned(), by_password(handle, user, password).await)
            }
            SshLogin::KeyFile { path, passphrase } => {
                let tried = match tokio::fs::read_to_string(at_home(path, home)).await {
                    Ok(pem) => by_key(handle, user, Secret::new(pem), passphrase.clone()).await,
                    Err(error) => Err(No::NotThisWay(format!("cannot be read: {error}"))),
                };
                (format!("key file {path}"), tried)
            }
            SshLogin::KeyData { pem, passphrase } => {
                let tried = by_key(handle, user, pem.clone(), passphrase.clone()).await;
                ("key from the configuration".to_owned(), tried)
            }
        };
        match tried {
            Ok(()) => return Ok(()),
            Err(No::NotThisWay(why)) => refused.push(format!("{way}: {why}")),
            Err(No::Broken(error)) if refused.is_empty() => return Err(Refused::Broken(error)),
            Err(No::Broken(_)) => {
                // It has had enough (MaxAuthTries).
                refused.push(format!("{way}: the machine closed the connection"));
                break;
            }
        }
    }
    if refused.is_empty() {
        refused.push("there is no password and no key to log in with".to_owned());
    }
    Err(Refused::All(refused.join("; ")))
}

async fn by_password(handle: &mut Handle<Judge>, user: &str, password: &Secret) -> Result<(), No> {
    let AuthResult::Failure { remaining_methods, .. } =
        handle.authenticate_password(user, password.reveal()).await?
    else {
        return Ok(());
    };
    if !remaining_methods.contains(&MethodKind::KeyboardInteractive) {
        return Err(not_accepted(&remaining_methods, MethodKind::Password));
    }
    let mut answer = handle.authenticate_keyboard_interactive_start(user, None).await?;
    for _ in 0..SSH_PROMPTS_MAX {
        match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(()),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, .. } => {
                return Err(not_accepted(&remaining_methods, MethodKind::KeyboardInteractive));
            }
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = vec![password.reveal().to_owned(); prompts.len()];
                answer = handle.authenticate_keyboard_interactive_respond(answers).await?;
            }
        }
    }
    Err(No::NotThisWay("it asks more than a password".to_owned()))
}

async fn by_key(
    handle: &mut Handle<Judge>,
    user: &str,
    pem: Secret,
    passphrase: Option<Secret>,
) -> Result<(), No> {
    // Decrypting a key takes a while, which is what protects it.
    let read = tokio::task::spawn_blocking(move || {
        decode_secret_key(pem.reveal(), passphrase.as_ref().map(Secret::reveal))
    });
    let key = match read.await {
        Ok(Ok(key)) => Arc::new(key),
        Ok(Err(error)) => return Err(No::NotThisWay(format!("cannot be read as a private key: {error}"))),
        Err(_) => return Err(No::NotThisWay("a defect: reading the key broke off".to_owned())),
    };
    let rsa = key.algorithm().is_rsa();
    let hash = if rsa { handle.best_supported_rsa_hash().await?.flatten() } else { None };
    match handle.authenticate_publickey(user, PrivateKeyWithHashAlg::new(key, hash)).await? {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { remaining_methods, .. } => {
            Err(not_accepted(&remaining_methods, MethodKind::PublicKey))
        }
    }
}

/// A machine that refuses a way names those that are left; the library names none when the connection broke.
fn not_accepted(left: &MethodSet, way: MethodKind) -> No {
    if left.is_empty() {
        No::Broken(russh::Error::Disconnect)
    } else if left.contains(&way) {
        No::NotThisWay("not accepted".to_owned())
    } else {
        No::NotThisWay("not accepted; the machine wants another way".to_owned())
    }
}
