//! Which host this is, and which running of it.

use std::fs;
use std::net::IpAddr;

use engine::input::Host;
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;

use crate::process::stat;

/// The pid namespace that a host starts with has this number; any other one belongs to a container.
const FIRST_PID_NAMESPACE: &str = "pid:[4026531836]";

/// Describes this host. `id` names it and stays the same over restarts; whoever keeps it decides it. `base_dir` is
/// where folders of managed processes go.
pub fn host(id: &str, base_dir: &str) -> Host {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    Host {
        id: id.to_owned(),
        name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned()),
        boot: boot(id),
        address: address().map_or_else(|| "127.0.0.1".to_owned(), |address| address.to_string()),
        base_dir: base_dir.to_owned(),
    }
}

fn boot(id: &str) -> String {
    let boot = read("/proc/sys/kernel/random/boot_id").unwrap_or_else(|| id.to_owned());
    let namespace = fs::read_link("/proc/self/ns/pid").ok().map(|link| link.to_string_lossy().into_owned());
    let began = stat(1).ok().flatten().map_or(0, |stat| stat.start_ticks);
    boot_of(boot, namespace.as_deref(), began)
}

/// Names one running of a host. Process ids mean something within one boot and one pid namespace. A namespace is
/// told from a later one of the same number by when its first process began.
pub(crate) fn boot_of(boot: String, namespace: Option<&str>, first_process_began: u64) -> String {
    match namespace.filter(|name| *name != FIRST_PID_NAMESPACE) {
        None => boot,
        Some(name) => {
            let number: String = name.chars().filter(char::is_ascii_digit).collect();
            format!("{boot}-{number}-{first_process_began}")
        }
    }
}

fn read(file: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The address that others most likely reach: of the interface of the default route if there is one, IPv4
/// before IPv6. No packet is sent for it.
fn address() -> Option<IpAddr> {
    let default_interface = default_interface();
    let mut found: Vec<(bool, bool, IpAddr)> = getifaddrs()
        .ok()?
        .filter(|entry| entry.flags.contains(InterfaceFlags::IFF_UP))
        .filter(|entry| !entry.flags.contains(InterfaceFlags::IFF_LOOPBACK))
        .filter_map(|entry| {
            let address = entry.address?;
            let ip = match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
                (Some(v4), _) => IpAddr::V4(v4.ip()),
                (_, Some(v6)) => IpAddr::V6(v6.ip()),
                _ => return None,
            };
            let elsewhere = default_interface.as_deref() != Some(entry.interface_name.as_str());
            (!is_local(&ip)).then_some((elsewhere, ip.is_ipv6(), ip))
        })
        .collect();
    found.sort_by_key(|(elsewhere, v6, _)| (*elsewhere, *v6));
    found.first().map(|(_, _, ip)| *ip)
}

fn is_local(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

fn default_interface() -> Option<String> {
    let table = fs::read_to_string("/proc/net/route").ok()?;
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (interface, destination) = (fields.next()?, fields.next()?);
        (destination == "00000000").then(|| interface.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_knows_itself_and_stays_the_same() {
        let first = host("here", "/tmp/x");
        assert_eq!(first, host("here", "/tmp/x"));
        assert!(!first.id.is_empty() && !first.name.is_empty() && first.boot.len() >= 8);
        assert!(first.address.parse::<IpAddr>().is_ok(), "{}", first.address);
    }
}
