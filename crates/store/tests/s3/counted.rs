//! A proxy in front of an S3 server that counts the requests which pass it, by what they are billed as.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::front::Front;

/// Requests so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) put: u64,
    pub(crate) list: u64,
    pub(crate) get: u64,
    /// DELETE and what else there is.
    pub(crate) other: u64,
}

impl Counts {
    pub(crate) fn total(self) -> u64 {
        self.put + self.list + self.get + self.other
    }

    pub(crate) fn since(self, before: Counts) -> Counts {
        Counts {
            put: self.put - before.put,
            list: self.list - before.list,
            get: self.get - before.get,
            other: self.other - before.other,
        }
    }
}

/// As [`Counts`] has them.
type Counters = [AtomicU64; 4];

/// Listens in front of the server; ends with this value.
pub(crate) struct Counted {
    front: Front,
    counters: Arc<Counters>,
}

impl Counted {
    /// In front of the server on that port.
    pub(crate) fn start(server: u16) -> Counted {
        let counters = Arc::new(Counters::default());
        let own = Arc::clone(&counters);
        let front = Front::start(move |client| {
            let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
            for stream in [&client, &server] {
                stream.set_nodelay(true).unwrap();
            }
            let (up, down) = ((client.try_clone(), server.try_clone()), (server, client));
            let counters = Arc::clone(&own);
            thread::spawn(move || {
                let mut head = Head::default();
                if let (Ok(from), Ok(to)) = up {
                    pass(from, to, |bytes| head.feed(bytes, &counters));
                }
            });
            thread::spawn(move || pass(down.0, down.1, |_| ()));
        });
        Counted { front, counters }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn endpoint(&self) -> String {
        self.front.endpoint()
    }

    pub(crate) fn counts(&self) -> Counts {
        let [put, list, get, other] = self.counters.each_ref().map(|n| n.load(Ordering::Relaxed));
        Counts { put, list, get, other }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut saw: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        saw(&buffer[..n]);
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// Finds the first lines of requests: they end in the protocol's name, which no body of ours has in it.
#[derive(Default)]
struct Head {
    line: Vec<u8>,
}

impl Head {
    fn feed(&mut self, bytes: &[u8], counters: &Counters) {
        for byte in bytes {
            if *byte == b'\n' {
                if self.line.ends_with(b" HTTP/1.1\r") {
                    let line = String::from_utf8_lossy(&self.line);
                    // A body without a line end may stand right before it.
                    let kind = match () {
                        () if line.contains("PUT /") => 0,
                        () if line.contains("GET /") && line.contains("list-type=2") => 1,
                        () if line.contains("GET /") => 2,
                        () => 3,
                    };
                    counters[kind].fetch_add(1, Ordering::Relaxed);
                }
                self.line.clear();
            } else if self.line.len() < 8192 {
                self.line.push(*byte);
            }
        }
    }
}
