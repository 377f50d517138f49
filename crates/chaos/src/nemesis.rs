//! The faults that there are, by name, and on which stores each makes sense.

use std::fmt;
use std::str::FromStr;

/// Where the plane keeps its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum StoreKind {
    Folder,
    S3,
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StoreKind::Folder => "folder",
            StoreKind::S3 => "s3",
        })
    }
}

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nemesis {
    /// SIGKILL to the server; its parent sees it die.
    Kill,
    /// SIGKILL to the server and its parent: nobody is left to tell.
    HostLoss,
    /// SIGKILL to the parent alone.
    ParentKill,
    /// SIGSTOP for longer than the timeout, then SIGCONT.
    Pause,
    /// `bin/stop`, later `bin/start`.
    Stop,
    /// `POST /ha/switchover` to a standby.
    Switchover,
    /// `POST /ha/step-down`.
    StepDown,
    /// The way from the other servers to one is cut.
    PeerCut,
    /// The wall clock jumps, by minutes or hours, ahead or back.
    ClockJump,
    /// Every call of the store takes long.
    SlowStore,
    /// The store says that it is full.
    Full,
    /// Every call of the store fails with EIO.
    IoError,
    /// Calls of the store do not come back until it is healed.
    Hang,
    /// The folder is moved away, and comes back.
    Pulled,
    /// Connections to the bucket are closed, and new ones are refused.
    StoreCut,
    /// Connections to the bucket stay open, and nothing comes through.
    StoreHalfOpen,
    /// Connections to the bucket are reset again and again.
    StoreReset,
    /// Everything to and from the bucket comes late.
    StoreDelay,
    /// PUTs reach the bucket when nobody waits for them any more, some of them twice.
    StoreLate,
    /// Answers are not what the bucket said.
    StoreAnswers,
}

impl Nemesis {
    pub(crate) const ALL: [Nemesis; 20] = [
        Nemesis::Kill,
        Nemesis::HostLoss,
        Nemesis::ParentKill,
        Nemesis::Pause,
        Nemesis::Stop,
        Nemesis::Switchover,
        Nemesis::StepDown,
        Nemesis::PeerCut,
        Nemesis::ClockJump,
        Nemesis::SlowStore,
        Nemesis::Full,
        Nemesis::IoError,
        Nemesis::Hang,
        Nemesis::Pulled,
        Nemesis::StoreCut,
        Nemesis::StoreHalfOpen,
        Nemesis::StoreReset,
        Nemesis::StoreDelay,
        Nemesis::StoreLate,
        Nemesis::StoreAnswers,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Nemesis::Kill => "kill",
            Nemesis::HostLoss => "host-loss",
            Nemesis::ParentKill => "parent-kill",
            Nemesis::Pause => "pause",
            Nemesis::Stop => "stop",
            Nemesis::Switchover => "switchover",
            Nemesis::StepDown => "step-down",
            Nemesis::PeerCut => "peer-cut",
            Nemesis::ClockJump => "clock-jump",
            Nemesis::SlowStore => "slow-store",
            Nemesis::Full => "full",
            Nemesis::IoError => "io-error",
            Nemesis::Hang => "hang",
            Nemesis::Pulled => "pulled",
            Nemesis::StoreCut => "store-cut",
            Nemesis::StoreHalfOpen => "store-half-open",
            Nemesis::StoreReset => "store-reset",
            Nemesis::StoreDelay => "store-delay",
            Nemesis::StoreLate => "store-late",
            Nemesis::StoreAnswers => "store-answers",
        }
    }

    /// Whether it can happen on such a store at all.
    pub(crate) fn fits(self, store: StoreKind) -> bool {
        match self {
            Nemesis::SlowStore | Nemesis::Full | Nemesis::IoError | Nemesis::Hang | Nemesis::Pulled => {
                store == StoreKind::Folder
            }
            Nemesis::StoreCut | Nemesis::StoreHalfOpen | Nemesis::StoreReset | Nemesis::StoreDelay => {
                store == StoreKind::S3
            }
            Nemesis::StoreLate | Nemesis::StoreAnswers => store == StoreKind::S3,
            _ => true,
        }
    }

    /// Whether the server is expected to end by it.
    pub(crate) fn ends_the_server(self) -> bool {
        matches!(self, Nemesis::Kill | Nemesis::HostLoss | Nemesis::Stop)
    }

    /// Whether it needs a proxy that understands HTTP.
    pub(crate) fn tampers(self) -> bool {
        matches!(self, Nemesis::StoreLate | Nemesis::StoreAnswers)
    }

    /// Whether it needs the file system that breaks on demand.
    pub(crate) fn needs_fuse(self) -> bool {
        matches!(self, Nemesis::SlowStore | Nemesis::Full | Nemesis::IoError | Nemesis::Hang)
    }
}

impl fmt::Display for Nemesis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Nemesis {
    type Err = String;

    fn from_str(name: &str) -> Result<Nemesis, String> {
        Nemesis::ALL.into_iter().find(|n| n.name() == name).ok_or_else(|| {
            let all: Vec<&str> = Nemesis::ALL.iter().map(|n| n.name()).collect();
            format!("there is no nemesis of that name; there are: {}", all.join(", "))
        })
    }
}
