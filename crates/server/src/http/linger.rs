//! The end of a connection that broke while its client was still sending, as one does whose request has too large a
//! head. Closed at once, the kernel resets it, and the reset overtakes the refusal that says why. So what still comes
//! is read for a moment, and thrown away.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// For how long a client is given time to read its refusal.
const LINGER_MAX: Duration = Duration::from_secs(1);
/// And up to how much is thrown away for it.
const LINGER_BYTES_MAX: usize = 1 << 20;

/// A stream that comes back when whoever was given it drops it.
pub(super) struct Lent<S: Unpin> {
    stream: Option<S>,
    back: Back<S>,
}

/// Where it comes back to.
pub(super) struct Back<S>(Arc<Mutex<Option<S>>>);

/// Lends a stream.
pub(super) fn lend<S: Unpin>(stream: S) -> (Lent<S>, Back<S>) {
    let slot = Arc::new(Mutex::new(None));
    (Lent { stream: Some(stream), back: Back(Arc::clone(&slot)) }, Back(slot))
}

impl<S: AsyncRead + AsyncWrite + Unpin> Back<S> {
    /// Says that nothing more is answered, and takes in what still comes: up to its end, a mebibyte, or a second.
    pub(super) async fn linger(self) {
        let Some(mut stream) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let rest = async {
            stream.shutdown().await?;
            let mut sink = [0; 8192];
            let mut taken = 0;
            while taken < LINGER_BYTES_MAX {
                match stream.read(&mut sink).await? {
                    0 => break,
                    n => taken += n,
                }
            }
            Ok::<_, io::Error>(())
        };
        // Whoever is gone needs no answer, and whoever sends for longer gets none.
        let _ = tokio::time::timeout(LINGER_MAX, rest).await;
    }
}

impl<S: Unpin> Drop for Lent<S> {
    fn drop(&mut self) {
        *self.back.0.lock().unwrap_or_else(PoisonError::into_inner) = self.stream.take();
    }
}

impl<S: Unpin> Lent<S> {
    fn inner(&mut self) -> io::Result<Pin<&mut S>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lent<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner()?.poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lent<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.inner()?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        all: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.inner()?.poll_write_vectored(cx, all)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner()?.poll_shutdown(cx)
    }
}
