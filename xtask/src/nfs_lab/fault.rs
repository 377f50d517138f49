//! What goes wrong, how it is made and how it is mended.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::inside::Lab;
use super::network;

/// `brooklyn.ha.heartbeatTimeout` of the lab's servers.
pub(super) const TIMEOUT: Duration = Duration::from_secs(2);
/// The grace period of the NFS server after a restart: nobody may open anything meanwhile. It looks every ten seconds
/// whether it is over.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long a fault lasts that ends by itself: much longer than the timeout, and than the shorter lease.
const LASTS: Duration = Duration::from_secs(8);

/// One kind of fault; of two servers, it is the master that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `kill -9` of the server.
    Kill,
    /// The guest's plug is pulled.
    PowerOff,
    /// The guest's cable is pulled: neither clients nor the store are reached.
    Cut,
    /// The guest's time stands still.
    Freeze,
    /// The NFS server dies and is started again at once.
    NfsCrash,
    /// The NFS server is stopped for longer than the timeout.
    NfsStop,
}

impl Fault {
    pub(super) const ALL: [Self; 6] =
        [Self::Kill, Self::PowerOff, Self::Cut, Self::Freeze, Self::NfsCrash, Self::NfsStop];

    /// As it is named on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::PowerOff => "power-off",
            Self::Cut => "cut",
            Self::Freeze => "freeze",
            Self::NfsCrash => "nfs-crash",
            Self::NfsStop => "nfs-stop",
        }
    }

    /// As it is told.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Kill => "`kill -9` of the master",
            Self::PowerOff => "power-off of the master's host",
            Self::Cut => "the master's host cut from the network",
            Self::Freeze => "the master's host frozen for longer than the timeout",
            Self::NfsCrash => "`kill -9` of the NFS server, started again at once",
            Self::NfsStop => "the NFS server stopped for longer than the timeout",
        }
    }

    /// Whether the other server must take over.
    pub(super) fn is_of_the_master(self) -> bool {
        !matches!(self, Self::NfsCrash | Self::NfsStop)
    }

    /// How long nobody may be able to write.
    pub(super) fn goal(self) -> Option<Duration> {
        match self {
            Self::Kill => Some(Duration::from_millis(1_200)),
            Self::PowerOff | Self::Cut | Self::Freeze => Some(Duration::from_millis(2_500)),
            Self::NfsCrash | Self::NfsStop => None,
        }
    }

    /// Make it.
    pub(super) fn strike(self, lab: &mut Lab, master: usize) -> Result<()> {
        match self {
            Self::Kill => {
                let node = lab.nodes[master].clone();
                node.kill(lab.guest(master)?)
            }
            Self::PowerOff => lab.power_off(master),
            Self::Cut => network::cut(master),
            Self::Freeze => lab.guest(master)?.freeze(),
            Self::NfsCrash => lab.nfsd.crash().and_then(|()| lab.nfsd.start()),
            Self::NfsStop => lab.nfsd.stop(),
        }
    }

    /// Mend it, not before it has lasted long enough. What was seen of the master meanwhile, where it can be seen.
    pub(super) fn mend(self, lab: &mut Lab, master: usize, began: Instant) -> Result<Option<String>> {
        if !matches!(self, Self::Kill | Self::PowerOff | Self::NfsCrash) {
            sleep((began + LASTS).saturating_duration_since(Instant::now()));
        }
        match self {
            Self::Kill => {
                let node = lab.nodes[master].clone();
                node.start(lab.guest(master)?)?;
            }
            Self::PowerOff => {
                lab.boot(master)?;
                let node = lab.nodes[master].clone();
                node.start(lab.guest(master)?)?;
            }
            Self::Cut => {
                let role = lab.guest(master)?.role()?;
                network::join(master)?;
                return Ok(Some(role));
            }
            Self::Freeze => lab.guest(master)?.thaw()?,
            Self::NfsCrash => {}
            Self::NfsStop => lab.nfsd.start()?,
        }
        Ok(None)
    }
}
