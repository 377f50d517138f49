//! Three servers over one store on loopback, as real processes of real release folders.

pub(crate) mod process;
mod program;
pub(crate) mod server;

pub(crate) use program::Program;
pub(crate) use server::Server;

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};
use base::rng::Rng;

pub(crate) const NODES: usize = 3;

/// The login of the plane. It listens on loopback only, and ends with the campaign.
pub(crate) const USER: &str = "chaos";
pub(crate) const PASSWORD: &str = "chaos-on-loopback";

/// Ports that no client connection is given: a server that is down for a while must find its port again.
const PORTS: std::ops::Range<u64> = 20_000..32_000;

/// Free ports, all different.
pub(crate) fn free_ports(n: usize) -> Result<Vec<u16>> {
    let mut rng = Rng::from_seed(u64::from(std::process::id()));
    // Held together, so that no two of them are the same.
    let mut held = Vec::new();
    for _ in 0..10_000 {
        let port = PORTS.start + rng.below(PORTS.end - PORTS.start);
        held.extend(TcpListener::bind((Ipv4Addr::LOCALHOST, port as u16)));
        if held.len() == n {
            let ports = held.iter().map(|socket| Ok(socket.local_addr()?.port()));
            return ports.collect::<std::io::Result<_>>().context("a port cannot be named");
        }
    }
    anyhow::bail!("there are no {n} free ports between {} and {}", PORTS.start, PORTS.end)
}
