//! A small client: plain HTTP/1.1 over a connection that is kept, with a deadline. It tells apart what never arrived
//! from what may have.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

/// `lab:lab`, the login that the lab's servers are given.
const LOGIN: &str = "Basic bGFiOmxhYg==";
/// How long a connection may take to come about: the network is this host.
const CONNECT: Duration = Duration::from_millis(500);
/// The longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A server, and the connection to it while there is one.
pub(super) struct Client {
    address: SocketAddr,
    patience: Duration,
    connection: Option<BufReader<TcpStream>>,
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    head: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// There was no connection: nothing was sent.
    Unsent,
    /// It may have arrived.
    Unknown,
}

impl Client {
    pub(super) fn new(address: SocketAddr, patience: Duration) -> Self {
        Self { address, patience, connection: None }
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.ask("GET", path, &[], "")
    }

    /// The body of an answer that must be a good one.
    pub(super) fn json(&mut self, path: &str) -> Result<Value> {
        match self.get(path) {
            Ok(answer) if answer.status == 200 => Ok(serde_json::from_str(&answer.body)?),
            other => anyhow::bail!("{} {path}: {other:?}", self.address),
        }
    }

    pub(super) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, Failure> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: lab\r\nauthorization: {LOGIN}\r\n");
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let _ = write!(request, "content-length: {}\r\n\r\n{body}", body.len());
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => match self.connect() {
                Ok(connection) => self.connection.insert(connection),
                Err(_) => return Err(Failure::Unsent),
            },
        };
        let answer = connection.get_mut().write_all(request.as_bytes()).and_then(|()| read(connection));
        if answer.is_err() {
            self.connection = None;
        }
        answer.map_err(|_| Failure::Unknown)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect_timeout(&self.address, CONNECT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.set_write_timeout(Some(self.patience))?;
        Ok(BufReader::new(stream))
    }
}

fn read(connection: &mut impl BufRead) -> io::Result<Answer> {
    let mut head = String::new();
    let mut limited = connection.take(ANSWER_BYTES_MAX);
    while !head.ends_with("\r\n\r\n") {
        if limited.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let status = head.get(9..12).and_then(|digits| digits.parse().ok());
    let status = status.ok_or(io::ErrorKind::InvalidData)?;
    let mut answer = Answer { status, body: String::new(), head };
    let length: u64 = answer.header("content-length").unwrap_or("0").parse().unwrap_or(u64::MAX);
    if answer.header("transfer-encoding").is_some() || length > limited.limit() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; usize::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?];
    limited.read_exact(&mut body)?;
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok(answer)
}

impl Answer {
    /// A header by its lower-case name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The term that whoever answered believes in.
    pub(super) fn term(&self) -> Result<u64> {
        let term = self.header("x-ha-term").context("an answer without x-ha-term")?;
        Ok(term.parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end_and_not_beyond() {
        let text =
            "HTTP/1.1 200 OK\r\nX-HA-Term: 7\r\ncontent-length: 4\r\n\r\n\"ab\"HTTP/1.1 204 No\r\n\r\n";
        let mut connection = text.as_bytes();
        let answer = read(&mut connection).unwrap();
        assert_eq!((answer.status, answer.body.as_str(), answer.term().unwrap()), (200, "\"ab\"", 7));
        assert_eq!(read(&mut connection).unwrap().status, 204);
        assert!(read(&mut connection).is_err());
    }

    #[test]
    fn one_that_nobody_listens_for_was_not_sent_and_one_that_is_cut_off_may_have_been() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = Client::new(address, Duration::from_secs(30));
        std::thread::scope(|scope| {
            scope.spawn(|| drop(listener.accept().unwrap()));
            assert!(matches!(client.get("/"), Err(Failure::Unknown)));
        });
        drop(listener);
        assert!(matches!(client.get("/"), Err(Failure::Unsent)));
    }
}
