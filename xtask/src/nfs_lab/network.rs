//! The wires of the lab: one bridge, a port for each guest. Cutting one is pulling a cable.

use anyhow::Result;

use super::tool;

const BRIDGE: &str = "lab";
/// The address of this host on the bridge: the NFS server's.
pub(super) const HOST: &str = "10.77.0.1";

/// The interface that a guest is behind.
pub(super) fn port(guest: usize) -> String {
    format!("guest{}", guest + 1)
}

/// The address of a guest.
pub(super) fn address(guest: usize) -> String {
    format!("10.77.0.1{}", guest + 1)
}

/// Make bridge and ports; they go with the namespace.
pub(super) fn make(guests: usize) -> Result<()> {
    tool("ip", &["link", "set", "lo", "up"])?;
    tool("ip", &["link", "add", BRIDGE, "type", "bridge"])?;
    tool("ip", &["addr", "add", &format!("{HOST}/24"), "dev", BRIDGE])?;
    tool("ip", &["link", "set", BRIDGE, "up"])?;
    // Packets as on a wire: a guest drops larger ones, and then a file of 64 KiB takes half a minute.
    tool("ip", &["link", "set", BRIDGE, "gso_max_segs", "1"])?;
    for guest in 0..guests {
        let port = port(guest);
        tool("ip", &["tuntap", "add", "dev", &port, "mode", "tap"])?;
        tool("ip", &["link", "set", &port, "up"])?;
        join(guest)?;
    }
    Ok(())
}

/// Pull the cable of a guest.
pub(super) fn cut(guest: usize) -> Result<()> {
    tool("ip", &["link", "set", &port(guest), "nomaster"])
}

/// Plug it in.
pub(super) fn join(guest: usize) -> Result<()> {
    tool("ip", &["link", "set", &port(guest), "master", BRIDGE])
}
