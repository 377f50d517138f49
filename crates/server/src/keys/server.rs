//! The certificate that this server shows: one that the plane's authority signed, or the configured one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};

use super::authority::{common_name, set_validity};
use super::{Authority, KeyError};
use crate::config::address;
use crate::data::{Data, make_private_folder, read_if_there, write_private};
use crate::driver::clock;

/// How long a certificate lasts: the longest that common clients take.
const DAYS: u64 = 820;
/// One that ends sooner than this is made anew at a start.
const RENEW_BEFORE_DAYS: u64 = 120;

/// What the kept certificate was made for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct MadeFor {
    names: BTreeSet<String>,
    authority: String,
    ends_at_ms: u64,
}

/// Where the certificate goes once there is one: the port is taken before the store, and with it the plane's
/// authority, is looked at.
#[derive(Debug, Default)]
pub struct CertificateSlot {
    certificate: ArcSwapOption<CertifiedKey>,
}

impl CertificateSlot {
    /// An empty slot. Without a certificate every handshake fails.
    pub fn new() -> Arc<CertificateSlot> {
        Arc::default()
    }

    /// What a listener needs: it shows what is in the slot at the moment of each handshake.
    pub fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, KeyError> {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| KeyError::Certificate(e.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        Ok(Arc::new(config))
    }

    /// Shows this one from now on.
    pub fn set(&self, certificate: CertifiedKey) {
        self.certificate.store(Some(Arc::new(certificate)));
    }
}

impl ResolvesServerCert for CertificateSlot {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate.load_full()
    }
}

/// The certificate kept in `data/tls/`, while its names, its authority and its time are right; else a new one.
pub fn of_plane(authority: &Authority, data: &Data, node_uri: &str) -> Result<CertifiedKey, KeyError> {
    let folder = data.tls();
    let file = |path: &Path| {
        let path = path.to_owned();
        move |error| KeyError::File { path, error }
    };
    make_private_folder(&folder).map_err(file(&folder))?;
    let (pem, note) = (folder.join("server.pem"), folder.join("server.json"));
    let now = clock::wall().0;
    let day = 24 * 3600 * 1000;
    let wanted = MadeFor { names: names(node_uri), authority: authority.sum(), ends_at_ms: now + DAYS * day };
    let kept = read_if_there(&note).map_err(file(&note))?;
    let kept = kept.and_then(|text| serde_json::from_str::<MadeFor>(&text).ok());
    let good = kept.is_some_and(|kept| {
        kept.names == wanted.names
            && kept.authority == wanted.authority
            && kept.ends_at_ms > now + RENEW_BEFORE_DAYS * day
    });
    if good && let Ok(certificate) = from_pem(&pem, &pem) {
        return Ok(certificate);
    }
    let text = make(authority, &wanted.names)?;
    write_private(&pem, text.as_bytes()).map_err(file(&pem))?;
    let wanted = serde_json::to_vec(&wanted).map_err(|e| KeyError::Certificate(e.to_string()))?;
    write_private(&note, &wanted).map_err(file(&note))?;
    from_pem(&pem, &pem)
}

/// Everything that this server may be called by.
fn names(node_uri: &str) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    let host = address::host_name();
    // A name that no certificate can hold is nobody's to ask for.
    if host.is_ascii() && !host.is_empty() {
        names.insert(host);
    }
    names.extend(address::global_addresses().iter().map(ToString::to_string));
    if let Ok(uri) = node_uri.parse::<axum::http::Uri>()
        && let Some(host) = uri.host()
    {
        names.insert(host.trim_matches(['[', ']']).to_owned());
    }
    names
}

fn make(authority: &Authority, names: &BTreeSet<String>) -> Result<String, KeyError> {
    let failed = |e: rcgen::Error| KeyError::Certificate(e.to_string());
    let mut params = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>()).map_err(failed)?;
    params.distinguished_name = common_name("Brownstone server");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, DAYS as i64);
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.signed_by(&key, authority.issuer()).map_err(failed)?;
    Ok(format!("{}{}{}", certificate.pem(), authority.pem(), key.serialize_pem()))
}

/// A certificate from PEM files: the chain, and the key (which may stand in the same file).
pub fn from_pem(chain: &Path, key: &Path) -> Result<CertifiedKey, KeyError> {
    let read = |path: &Path| fs::read(path).map_err(|error| KeyError::File { path: path.to_owned(), error });
    let bad = |path: &Path, why: String| KeyError::Certificate(format!("{}: {why}", path.display()));
    let certificates = CertificateDer::pem_slice_iter(&read(chain)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| bad(chain, format!("no PEM certificate chain: {e}")))?;
    if certificates.is_empty() {
        return Err(bad(chain, "holds no certificate in PEM form".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_slice(&read(key)?)
        .map_err(|e| bad(key, format!("holds no private key in PEM form without a password: {e}")))?;
    CertifiedKey::from_der(certificates, private, &default_provider())
        .map_err(|e| bad(key, format!("certificate and key cannot be used together: {e}")))
}
