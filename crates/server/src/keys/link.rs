//! The certificates of the link between servers. Each server makes one at its start, in memory, signed by the plane's
//! authority and named after its node: whoever has no part in the plane's folder cannot have one.

use std::sync::Arc;

use base::NodeId;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::crypto::ring::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};

use super::authority::{common_name, set_validity};
use super::{Authority, KeyError};

/// Tells the link from the web on one port, in the handshake.
pub const ALPN: &[u8] = b"brownstone-peer/1";
/// It lives as long as the process, which nobody lets run for longer than this.
const DAYS: i64 = 3650;

/// Both ends of the link, for one server.
#[derive(Clone, Debug)]
pub struct LinkTls {
    /// For connections that come: who has no certificate of the plane is refused.
    pub server: Arc<ServerConfig>,
    /// For connections that go out.
    pub client: Arc<ClientConfig>,
}

impl LinkTls {
    /// Makes this node's certificate.
    pub fn make(authority: &Authority, node: &NodeId) -> Result<LinkTls, KeyError> {
        let failed = |why: String| KeyError::Certificate(format!("for the link between servers: {why}"));
        let mut params = CertificateParams::new(vec![dns(node)]).map_err(|e| failed(e.to_string()))?;
        params.distinguished_name = common_name("Brownstone peer");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, DAYS);
        let key = KeyPair::generate().map_err(|e| failed(e.to_string()))?;
        let certificate =
            params.signed_by(&key, authority.issuer()).map_err(|e| failed(e.to_string()))?.der().clone();
        let private = || PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));

        let vouches =
            CertificateDer::from_pem_slice(authority.pem().as_bytes()).map_err(|e| failed(e.to_string()))?;
        let mut roots = RootCertStore::empty();
        roots.add(vouches).map_err(|e| failed(e.to_string()))?;
        let (roots, provider) = (Arc::new(roots), Arc::new(default_provider()));
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone())
            .build()
            .map_err(|e| failed(e.to_string()))?;
        let tls = |e: rustls::Error| failed(e.to_string());
        let mut server = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], private())
            .map_err(tls)?;
        server.alpn_protocols = vec![ALPN.to_vec()];
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate], private())
            .map_err(tls)?;
        client.alpn_protocols = vec![ALPN.to_vec()];
        Ok(LinkTls { server: Arc::new(server), client: Arc::new(client) })
    }
}

/// The name by which a node is known on the link; nothing for an id that no certificate can hold.
pub fn server_name(node: &NodeId) -> Option<ServerName<'static>> {
    ServerName::try_from(dns(node)).ok()
}

fn dns(node: &NodeId) -> String {
    format!("{node}.peer.brownstone.internal")
}
