//! Where this server is reached: its URI, its certificate's names, its host's addresses.

use std::net::{IpAddr, SocketAddr};

use nix::ifaddrs::getifaddrs;

use super::problem::Origin;
use super::settings::Web;

/// The addresses of this host, in the order of its interfaces; loopback and link-local ones left out.
pub fn global_addresses() -> Vec<IpAddr> {
    let Ok(interfaces) = getifaddrs() else { return Vec::new() };
    let mut found = Vec::new();
    for interface in interfaces {
        let Some(address) = interface.address else { continue };
        let ip = match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
            (Some(v4), _) => IpAddr::from(v4.ip()),
            (_, Some(v6)) => IpAddr::from(v6.ip()),
            _ => continue,
        };
        if is_global(ip) && !found.contains(&ip) {
            found.push(ip);
        }
    }
    // The page and most people write IPv4 addresses.
    found.sort_by_key(IpAddr::is_ipv6);
    found
}

fn is_global(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xffc0) == 0xfe80,
    };
    !(ip.is_loopback() || ip.is_unspecified() || link_local)
}

/// The host's name, for people and for the certificate.
pub fn host_name() -> String {
    nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "localhost".to_owned())
}

/// Where this host itself reaches the server, whatever it is called outside.
pub fn local_uri(web: &Web) -> String {
    let (scheme, listening) = scheme(web);
    let ip = match listening.first().map(SocketAddr::ip) {
        Some(ip) if !ip.is_unspecified() => ip,
        _ => IpAddr::from([127, 0, 0, 1]),
    };
    format!("{scheme}://{}/", SocketAddr::new(ip, listening.first().map_or(0, SocketAddr::port)))
}

fn scheme(web: &Web) -> (&'static str, &[SocketAddr]) {
    if web.secure.is_empty() { ("http", &web.plain) } else { ("https", &web.secure) }
}

/// `brownstone.ha.nodeUri`, else the one listening address, else the host's first global address.
pub(super) fn node_uri(configured: Option<(String, Origin)>, web: &Web) -> (String, Origin) {
    if let Some((uri, origin)) = configured {
        let slash = if uri.ends_with('/') { "" } else { "/" };
        return (format!("{uri}{slash}"), origin);
    }
    let (scheme, listening) = scheme(web);
    let port = listening.first().map_or(0, SocketAddr::port);
    let (ip, how) = match listening {
        [one] if !one.ip().is_unspecified() => (one.ip(), "the one listening address"),
        _ => match global_addresses().first() {
            Some(ip) => (*ip, "the host's first global address"),
            None => (IpAddr::from([127, 0, 0, 1]), "the host has no global address"),
        },
    };
    (format!("{scheme}://{}/", SocketAddr::new(ip, port)), Origin::Derived(how.to_owned()))
}
