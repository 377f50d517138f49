//! Ctrl-C and its kin as something to look at, instead of an end in the middle of a step.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Signals that ask the trial to end.
pub(crate) struct Signals {
    seen: Arc<AtomicBool>,
}

impl Signals {
    /// From here on the signals wait to be looked at. They are handled, not blocked: what is started would
    /// inherit a blocked signal, and a server that is deaf to SIGTERM could not be stopped.
    pub(crate) fn catch() -> Result<Self> {
        let seen = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&seen)).context("signals cannot be caught")?;
        }
        Ok(Self { seen })
    }

    /// Whether the trial was asked to end.
    pub(crate) fn asked_to_end(&self) -> bool {
        self.seen.load(Ordering::Relaxed)
    }

    /// The same as an error, for use between the steps of bringing a plane up.
    pub(crate) fn check(&self) -> Result<()> {
        if self.asked_to_end() {
            bail!("it was interrupted");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_signal_waits_to_be_seen_and_started_programs_are_not_deaf_to_it() {
        let signals = Signals::catch().unwrap();
        assert!(!signals.asked_to_end());
        nix::sys::signal::raise(nix::sys::signal::SIGTERM).unwrap();
        assert!(signals.check().is_err());

        let output = Command::new("cat").arg("/proc/self/status").output().unwrap();
        let status = String::from_utf8(output.stdout).unwrap();
        for deaf in ["SigBlk:", "SigIgn:"] {
            let mask = status.lines().find_map(|line| line.strip_prefix(deaf)).map(str::trim).unwrap();
            let mask = u64::from_str_radix(mask, 16).unwrap();
            let ours = [SIGINT, SIGTERM].map(|signal| 1 << (signal - 1)).iter().sum::<u64>();
            assert_eq!(mask & ours, 0, "{deaf} {mask:x}");
        }
    }
}
