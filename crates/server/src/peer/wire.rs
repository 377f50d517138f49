//! Lines over a connection: bounded, and never waited for without an end.

use std::io;
use std::time::Duration;

use base::Lsn;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::sync::watch::error::RecvError;
use tokio::time::{sleep, timeout};

use super::words::{LINE_BYTES_MAX, Word};

/// Something is said at least this often.
pub(super) const PULSE: Duration = Duration::from_secs(3);
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
