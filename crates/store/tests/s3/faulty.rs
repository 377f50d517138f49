//! A proxy in front of an S3 server that answers in its place when it is told to: as S3 refuses, or as a proxy that
//! knows nothing of S3 does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::{io, thread};

use super::front::Front;

/// What is answered instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// S3's own refusal of every request: a status and a code.
    Refuses(u16, &'static str),
    /// S3's refusal of what changes something.
    RefusesWrites(u16, &'static str),
    /// S3's refusal of requests with a header that the service does not have.
    Lacks(&'static str),
    /// A page for people, with that status.
    Page(u16),
}

/// Listens in front of the server; ends with this value.
pub(crate) struct Faulty {
    front: Front,
    fault: Arc<Mutex<Option<Fault>>>,
}

impl Faulty {
    /// In front of the server on that port.
    pub(crate) fn start(server: u16) -> Faulty {
        let fault = Arc::new(Mutex::new(None));
        let own = Arc::clone(&fault);
        let front = Front::start(move |client| {
            let fault = Arc::clone(&own);
            // Whoever hangs up does so on either side; it is the other's to say what that means.
            thread::spawn(move || _ = serve(&client, server, &fault));
        });
        Faulty { front, fault }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn endpoint(&self) -> String {
        self.front.endpoint()
    }

    /// From now on; `None`: every request reaches the server.
    pub(crate) fn set(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }
}

/// One request; each has a connection of its own, which spares finding out where an answer ends.
fn serve(client: &TcpStream, server: u16, fault: &Mutex<Option<Fault>>) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            break;
        }
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = bytes.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let fault = *fault.lock().unwrap();
    let mut answer = Vec::new();
    match fault.and_then(|fault| fault.answer(&head)) {
        Some(text) => answer = text.into_bytes(),
        None => {
            let mut server = TcpStream::connect(("127.0.0.1", server))?;
            server.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
            server.write_all(&body)?;
            server.read_to_end(&mut answer)?;
        }
    }
    let mut client = client;
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Both)
}

impl Fault {
    /// What is answered to a request with that head, if it is not the server's to answer.
    fn answer(self, head: &str) -> Option<String> {
        let changes = head.starts_with("PUT") || head.starts_with("DELETE");
        let xml = |code| format!("<Error><Code>{code}</Code><Message>No.</Message></Error>");
        let (status, kind, body) = match self {
            Fault::RefusesWrites(..) if !changes => return None,
            Fault::Lacks(header) if !head.to_ascii_lowercase().contains(&format!("\n{header}:")) => {
                return None;
            }
            Fault::Lacks(_) => (501, "application/xml", xml("NotImplemented")),
            Fault::Refuses(status, code) | Fault::RefusesWrites(status, code) => {
                (status, "application/xml", xml(code))
            }
            Fault::Page(status) => {
                (status, "text/html", "<html><h1>Welcome to the proxy</h1></html>".to_owned())
            }
        };
        let length = body.len();
        Some(format!(
            "HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nETag: \"page\"\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        ))
    }
}
