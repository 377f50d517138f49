//! Waiting for what comes about by itself.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Look again and again, with a pause in between. An error is not the end: what is waited for may not answer yet.
pub(crate) fn until(
    what: &str,
    patience: Duration,
    pause: Duration,
    mut look: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let began = Instant::now();
    loop {
        let seen = look();
        if matches!(seen, Ok(true)) {
            return Ok(());
        }
        if began.elapsed() > patience {
            let why = seen.err().map_or_else(String::new, |error| format!(" ({error:#})"));
            bail!("after {} s it is still not so that {what}{why}", patience.as_secs());
        }
        sleep(pause);
    }
}
