//! Free ports, each for one wish.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use engine::effect::PortRange;

/// Finds ports of this host that can be bound right now.
pub(super) fn find(wishes: &[Vec<PortRange>]) -> Result<Vec<u16>, String> {
    pick(wishes, is_free)
}

/// For each wish the first port that is free and not given to an earlier wish.
pub(crate) fn pick(wishes: &[Vec<PortRange>], is_free: impl Fn(u16) -> bool) -> Result<Vec<u16>, String> {
    let mut given = Vec::new();
    for wish in wishes {
        let port = wish
            .iter()
            .flat_map(|range| range.from.max(1)..=range.to)
            .find(|port| !given.contains(port) && is_free(*port));
        given.push(port.ok_or_else(|| format!("no port is free of {}", shown(wish)))?);
    }
    Ok(given)
}

/// Nothing listens on it, on whatever address. A host without IPv6 says nothing about that half.
fn is_free(port: u16) -> bool {
    let in_use = |error: &std::io::Error| error.kind() == std::io::ErrorKind::AddrInUse;
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
        && !TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).is_err_and(|error| in_use(&error))
}

fn shown(wish: &[PortRange]) -> String {
    let range = |range: &PortRange| match range {
        PortRange { from, to } if from == to => from.to_string(),
        PortRange { from, to } => format!("{from}-{to}"),
    };
    wish.iter().map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(pairs: &[(u16, u16)]) -> Vec<PortRange> {
        pairs.iter().map(|&(from, to)| PortRange { from, to }).collect()
    }

    #[test]
    fn each_wish_gets_the_first_port_that_is_free_and_its_own() {
        let wish = ranges(&[(8080, 8080), (9000, 9002)]);
        let free = |port| port != 9001;
        let wishes = [wish.clone(), wish.clone(), wish.clone()];
        assert_eq!(pick(&wishes, free), Ok(vec![8080, 9000, 9002]));
        let why = pick(&[wishes.to_vec(), vec![wish]].concat(), free).unwrap_err();
        assert_eq!(why, "no port is free of 8080,9000-9002");
        assert_eq!(pick(&[ranges(&[(0, 2)])], |_| true), Ok(vec![1]), "0 is no port");
        assert_eq!(pick(&[ranges(&[(65535, 65535)])], |_| true), Ok(vec![65535]));
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_free_on_whatever_address() {
        for address in ["127.0.0.1:0", "0.0.0.0:0"] {
            let listener = TcpListener::bind(address).unwrap();
            let port = listener.local_addr().unwrap().port();
            assert!(find(&[ranges(&[(port, port)])]).is_err(), "{address}");
            drop(listener);
            assert_eq!(find(&[ranges(&[(port, port)])]), Ok(vec![port]), "{address}");
        }
    }
}
