//! What stands in front of an S3 server: a port of its own, and somebody who takes what comes there.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Listens on a free port of loopback; ends with this value.
pub(super) struct Front {
    port: u16,
    ended: Arc<AtomicBool>,
}

impl Front {
    /// Hands over each connection, on a thread that waits for the next one.
    pub(super) fn start(mut take: impl FnMut(TcpStream) + Send + 'static) -> Front {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ended = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&ended);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if own.load(Ordering::Relaxed) {
                    return;
                }
                take(client);
            }
        });
        Front { port, ended }
    }

    /// `http://127.0.0.1:PORT`
    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}
