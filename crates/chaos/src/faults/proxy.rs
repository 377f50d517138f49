//! A TCP proxy on loopback whose wire can be cut, held up and reset.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// What is read at once.
const PIECE: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Sound,
    /// Each piece comes so much later, in both directions.
    Late(Duration),
    /// Connections end, and new ones end at once.
    Cut,
    /// Connections stay, and nothing comes through.
    Silent,
    /// Every connection is reset as soon as something has come through.
    Reset,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    wire: watch::Sender<Wire>,
}

impl Proxy {
    /// Begins to listen; it ends with the runtime.
    pub(crate) async fn start(port: u16, to: u16) -> io::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let (wire, watched) = watch::channel(Wire::Sound);
        tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((near, _)) => _ = tokio::spawn(connect(near, to, watched.clone())),
                    // Out of descriptors, say: others will end.
                    Err(_) => sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Ok(Proxy { port, wire })
    }

    pub(crate) fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

/// One connection: its end is nobody's trouble but its own.
async fn connect(near: TcpStream, to: u16, wire: watch::Receiver<Wire>) {
    let state = *wire.borrow();
    if state == Wire::Cut {
        return;
    }
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else { return };
    for stream in [&near, &far] {
        // A delay of the kernel's own would be measured as one of the servers'.
        let _ = stream.set_nodelay(true);
    }
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let there = tokio::spawn(carry(near_in, far_out, wire.clone()));
    let back = tokio::spawn(carry(far_in, near_out, wire));
    let _ = tokio::join!(there, back);
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wire: watch::Receiver<Wire>) {
    let mut piece = vec![0; PIECE];
    loop {
        let read = tokio::select! {
            read = from.read(&mut piece) => read,
            changed = wire.changed() => {
                if changed.is_err() || *wire.borrow_and_update() == Wire::Cut {
                    return;
                }
                continue;
            }
        };
        let Ok(length @ 1..) = read else { return };
        // What has arrived waits as long as nothing comes through.
        while *wire.borrow_and_update() == Wire::Silent {
            if wire.changed().await.is_err() {
                return;
            }
        }
        let now = *wire.borrow();
        match now {
            Wire::Sound | Wire::Silent => {}
            Wire::Late(time) => sleep(time).await,
            Wire::Cut => return,
            Wire::Reset => {
                // What lingers for no time is reset, not closed.
                let _ = to.as_ref().set_zero_linger();
                let _ = from.as_ref().set_zero_linger();
                return;
            }
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.into_split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        port
    }

    async fn says(stream: &mut TcpStream) -> io::Result<()> {
        stream.write_all(b"hello").await?;
        let mut back = [0; 5];
        stream.read_exact(&mut back).await.map(drop)
    }

    async fn connected(proxy: &Proxy) -> TcpStream {
        TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port)).await.unwrap()
    }

    #[tokio::test]
    async fn a_cut_wire_ends_connections_and_a_healed_one_takes_new_ones() {
        let proxy = Proxy::start(0, echo().await).await.unwrap();
        let mut stream = connected(&proxy).await;
        says(&mut stream).await.unwrap();
        proxy.set(Wire::Cut);
        assert!(says(&mut stream).await.is_err());
        assert!(says(&mut connected(&proxy).await).await.is_err());
        proxy.set(Wire::Sound);
        says(&mut connected(&proxy).await).await.unwrap();
    }

    #[tokio::test]
    async fn a_silent_wire_holds_everything_until_it_is_healed() {
        let proxy = Proxy::start(0, echo().await).await.unwrap();
        let mut stream = connected(&proxy).await;
        says(&mut stream).await.unwrap();
        proxy.set(Wire::Silent);
        let held = tokio::time::timeout(Duration::from_millis(100), says(&mut stream)).await;
        assert!(held.is_err());
        proxy.set(Wire::Sound);
        let mut back = [0; 5];
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"hello");
    }

    #[tokio::test]
    async fn a_resetting_wire_resets() {
        let proxy = Proxy::start(0, echo().await).await.unwrap();
        proxy.set(Wire::Reset);
        assert!(says(&mut connected(&proxy).await).await.is_err());
    }
}
