//! The two clocks of this host. `Instant` and tokio's timers stand still while a host sleeps; this one does not.

use nix::time::{ClockId, clock_gettime};

use base::{Mono, WallMs};

/// `CLOCK_BOOTTIME`: decides.
pub fn now() -> Mono {
    read(ClockId::CLOCK_BOOTTIME).map_or(Mono(0), |(secs, nanos)| Mono(secs * 1_000_000 + nanos / 1000))
}

/// `CLOCK_REALTIME`: is shown.
pub fn wall() -> WallMs {
    read(ClockId::CLOCK_REALTIME).map_or(WallMs(0), |(secs, nanos)| WallMs(secs * 1000 + nanos / 1_000_000))
}

fn read(clock: ClockId) -> Option<(u64, u64)> {
    // Both clocks exist on every Linux that this runs on, and neither stands before its epoch.
    let time = clock_gettime(clock).ok()?;
    Some((u64::try_from(time.tv_sec()).ok()?, u64::try_from(time.tv_nsec()).ok()?))
}
