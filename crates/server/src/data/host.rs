//! Which host this is.

use std::fs;

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
