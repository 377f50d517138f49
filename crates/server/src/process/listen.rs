//! Taking the ports, before anything else is touched: a port in use is an exit code of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use crate::config::Web;
use crate::http::listener::bind;
use crate::http::{BindError, Bound, ListenOptions};
use crate::keys::{CertificateSlot, KeyError};

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] KeyError),
}

impl ListenError {
    /// The exit code: 4 when another process has the port.
    pub fn code(&self) -> u8 {
        match self {
            ListenError::Bind(error) if error.is_in_use() => 4,
            // An address that is not this host's, or a port that this user may not take.
            ListenError::Bind(_) => 2,
            ListenError::Tls(_) => 1,
        }
    }

    /// What to do about it.
    pub fn next(&self) -> &'static str {
        match self {
            ListenError::Bind(error) if error.is_in_use() => {
                "; stop the process that has the port (ss -ltnp shows it), or set another one in etc/org.ops4j.pax.web.cfg"
            }
            ListenError::Bind(_) => {
                "; correct the listening addresses and ports in etc/org.ops4j.pax.web.cfg"
            }
            ListenError::Tls(_) => "",
        }
    }
}

/// Takes all addresses; `web` has the ports that were taken afterwards.
pub async fn listen(web: &mut Web, slot: &Arc<CertificateSlot>) -> Result<Vec<Bound>, ListenError> {
    let tls = slot.config()?;
    let mut bound = Vec::new();
    for (addresses, tls) in [(&mut web.secure, Some(&tls)), (&mut web.plain, None)] {
        for address in addresses {
            let taken = take(*address, tls.cloned()).await?;
            address.set_port(taken.address().port());
            bound.push(taken);
        }
    }
    Ok(bound)
}

/// All addresses means IPv6 and IPv4; a host without IPv6 has the latter.
async fn take(address: SocketAddr, tls: Option<Arc<rustls::ServerConfig>>) -> Result<Bound, BindError> {
    let first = bind(ListenOptions { address, tls: tls.clone() }).await;
    match first {
        Err(error) if !error.is_in_use() && address.ip() == IpAddr::from(Ipv6Addr::UNSPECIFIED) => {
            bind(ListenOptions { address: (Ipv4Addr::UNSPECIFIED, address.port()).into(), tls }).await
        }
        other => other,
    }
}
