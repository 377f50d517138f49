//! A configured PKCS#12 key store, as `openssl pkcs12` and Java's `keytool` make them.

use std::fs;
use std::path::Path;

use base::Secret;
use p12_keystore::error::Error;
use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy, PrivateKeyChain};
use rustls::crypto::ring::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::KeyError;

/// The one private key of a key store, with its certificate and those that signed it.
pub fn from_pkcs12(path: &Path, password: &Secret) -> Result<CertifiedKey, KeyError> {
    let bytes = fs::read(path).map_err(|error| KeyError::File { path: path.to_owned(), error })?;
    let bad = |why: String| KeyError::Certificate(format!("{}: {why}", path.display()));
    let store = KeyStore::from_pkcs12(&bytes, password.reveal(), Pkcs12ImportPolicy::Strict);
    let store = store.map_err(|e| bad(said(&e)))?;
    let chain = only_key(&store).map_err(bad)?;
    let certificates = chain.certs().iter().map(|c| CertificateDer::from(c.as_der().to_vec())).collect();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec()));
    CertifiedKey::from_der(certificates, key, &default_provider())
        .map_err(|e| bad(format!("certificate and key cannot be used together: {e}")))
}

/// Of several keys nobody has said which is meant.
fn only_key(store: &KeyStore) -> Result<&PrivateKeyChain, String> {
    let keys = store.entries().filter_map(|(alias, entry)| match entry {
        KeyStoreEntry::PrivateKeyChain(chain) => Some((alias.as_str(), chain)),
        _ => None,
    });
    let (aliases, chains): (Vec<&str>, Vec<&PrivateKeyChain>) = keys.unzip();
    match chains[..] {
        [] => Err("holds no private key with a certificate".to_owned()),
        [only] => Ok(only),
        _ => Err(format!(
            "holds {} private keys ({}); leave only the server's own in it",
            chains.len(),
            aliases.join(", ")
        )),
    }
}

fn said(error: &Error) -> String {
    match error {
        Error::MacError(_) => {
            "org.ops4j.pax.web.ssl.password does not open it, or the file is damaged".to_owned()
        }
        Error::DerError(_) => format!("is no PKCS#12 key store: {error}"),
        _ => format!("cannot be read as a PKCS#12 key store: {error}"),
    }
}
