//! Whether a machine is the one that is meant: its host key against a known-hosts file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use engine::effect::HostKeys;
use russh::Preferred;
use russh::client::Handler;
use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::{Algorithm, HashAlg, PublicKey, PublicKeyOrCertificate};

/// Judges one machine's key.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    host: String,
    port: u16,
    /// The known-hosts file and whether unknown hosts are added; `None`: any key will do.
    known: Option<(PathBuf, bool)>,
    /// Why the key was refused, for the error of the connection that fails by it.
    refused: Arc<Mutex<Option<String>>>,
}

impl Judge {
    pub(super) fn new(host: &str, port: u16, keys: &HostKeys, home: &Path) -> Self {
        let known = match keys {
            HostKeys::Any => None,
            HostKeys::Known { file, add } => Some((at_home(file, home), *add)),
        };
        Self { host: host.to_owned(), port, known, refused: Arc::default() }
    }

    /// Why it refused a key, if it did.
    pub(super) fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The kinds of host key to ask for: where the file has some of this host, only those, so that a stranger
    /// cannot be "unknown" by showing another kind.
    pub(super) fn preferred(&self) -> Result<Preferred, String> {
        let known = self.recorded()?;
        let mut preferred = Preferred::DEFAULT;
        if !known.is_empty() {
            let kinds: Vec<Algorithm> = preferred
                .key
                .iter()
                .filter(|kind| known.iter().any(|key| plain(kind) == key.algorithm()))
                .cloned()
                .collect();
            preferred.key = Cow::Owned(kinds);
        }
        Ok(preferred)
    }

    fn recorded(&self) -> Result<Vec<PublicKey>, String> {
        let Some((file, _)) = &self.known else { return Ok(Vec::new()) };
        match std::fs::metadata(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(format!("the known-hosts file {} cannot be read: {error}", file.display()));
            }
            Ok(_) => {}
        }
        let lines = known_host_keys_path(&self.host, self.port, file)
            .map_err(|error| format!("the known-hosts file {} cannot be read: {error}", file.display()))?;
        Ok(lines.into_iter().map(|(_, key)| key).collect())
    }

    fn judge(&self, key: &PublicKey) -> Result<(), String> {
        let Some((file, add)) = &self.known else { return Ok(()) };
        let (recorded, shown) = (self.recorded()?, key.fingerprint(HashAlg::Sha256));
        let file_name = file.display();
        if recorded.iter().any(|known| known.key_data() == key.key_data()) {
            Ok(())
        } else if !recorded.is_empty() {
            Err(format!(
                "its host key {shown} is not the one in {file_name}; if the machine was installed anew, remove \
                 its lines there; if not, somebody may be listening"
            ))
        } else if *add {
            learn_known_hosts_path(&self.host, self.port, key, file)
                .map_err(|error| format!("its host key {shown} cannot be added to {file_name}: {error}"))
        } else {
            Err(format!("its host key {shown} is unknown; add it to {file_name} if it is right"))
        }
    }
}

impl Handler for Judge {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let judged = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.judge(key),
            PublicKeyOrCertificate::Certificate(_) => {
                Err("it shows a certificate, which was not asked for".to_owned())
            }
        };
        let accepted = judged.is_ok();
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = judged.err();
        Ok(accepted)
    }
}

/// The kind of a key without the hash that it signs with.
fn plain(kind: &Algorithm) -> Algorithm {
    match kind {
        Algorithm::Rsa { .. } => Algorithm::Rsa { hash: None },
        other => other.clone(),
    }
}

/// `~/` is the home of the account that the server runs as.
pub(super) fn at_home(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(below) => home.join(below),
        None => PathBuf::from(path),
    }
}
