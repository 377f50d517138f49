//! Which host this is, and which running of it.

use std::fs;
use std::net::IpAddr;

use engine::input::Host;

use crate::config::address;

/// Stays the same over restarts of the host.
pub fn machine_id() -> String {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .into_iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|text| text.trim().to_owned())
        .find(|id| !id.is_empty())
        // Containers often have none; their name is then what tells them apart.
        .unwrap_or_else(address::host_name)
}

/// Changes at each restart of the host.
pub fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// This running of this host, as the engine and the executor name it.
pub fn this_host() -> Host {
    let address = address::global_addresses().first().copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    Host { id: machine_id(), name: address::host_name(), boot: boot_id(), address: address.to_string() }
}
