//! Lines over a connection: bounded, and never waited for without an end.

use std::io;
use std::time::Duration;

use base::Lsn;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::sync::watch::error::RecvError;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::words::{LINE_BYTES_MAX, Word};

/// Something is said at least this often.
const PULSE: Duration = Duration::from_secs(3);
/// Between two heads: a busy master's many records are told of together, for telling costs both of them.
pub(super) const HEADS_APART: Duration = Duration::from_millis(10);
/// Between two words on how far a standby is: people read them.
pub(super) const APPLIED_APART: Duration = Duration::from_millis(100);
/// A link on which nothing came for so long is cut.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// How long a line may take to go out.
const SEND_MAX: Duration = Duration::from_secs(5);

/// The next word that is understood; `None` at the end of the connection.
pub(super) async fn hear(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Word>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut *from).take(LINE_BYTES_MAX as u64);
        let read = timeout(SILENCE_MAX, bounded.read_until(b'\n', &mut line)).await;
        match read {
            Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was said for too long")),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(0)) => return Ok(None),
            Ok(Ok(_)) if !line.ends_with(b"\n") => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long or cut"));
            }
            Ok(Ok(_)) => {}
        }
        if let Some(word) = Word::read(&line) {
            return Ok(Some(word));
        }
    }
}

/// What one end keeps the other informed of: said when it is news, and again when nothing was said for a pulse.
pub(super) struct Told<T> {
    last: Option<T>,
    again: Instant,
}

impl<T: PartialEq> Told<T> {
    /// Nothing was said yet.
    pub(super) fn nothing() -> Told<T> {
        Told { last: None, again: Instant::now() }
    }

    /// Whether this is to be said now. It counts as said then.
    pub(super) fn is_due(&mut self, what: T, now: Instant) -> bool {
        let is_due = now >= self.again || self.last.as_ref() != Some(&what);
        if is_due {
            (self.last, self.again) = (Some(what), now + PULSE);
        }
        is_due
    }

    /// Waits until it is to be said again, however much is published meanwhile that is no news.
    pub(super) async fn again(&self) {
        sleep_until(self.again).await;
    }
}

/// Waits for the next publication, at least so long after the last.
pub(super) async fn change(changed: &mut watch::Receiver<Lsn>, apart: Duration) -> Result<(), RecvError> {
    sleep(apart).await;
    changed.changed().await
}

pub(super) async fn say(to: &mut (impl AsyncWrite + Unpin), word: &Word) -> io::Result<()> {
    let line = word.line();
    let sent = timeout(SEND_MAX, async {
        to.write_all(&line).await?;
        to.flush().await
    });
    sent.await.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "a word could not be sent")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_comes_however_often_what_is_no_news_is_published() {
        let mut told = Told::nothing();
        let began = Instant::now();
        let at = |quarters: u32| began + PULSE / 4 * quarters;
        let said: Vec<u32> = (0..12).filter(|n| told.is_due("head", at(*n))).collect();
        assert_eq!(said, [0, 4, 8]);
        assert!(told.is_due("news", at(9)));
        assert!(!told.is_due("news", at(12)), "a pulse after what was said last");
        assert!(told.is_due("news", at(13)));
    }
}
