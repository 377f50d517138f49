//! A small S3 service in this process, which does what a test wants of single requests: it gives no reply, or refuses.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, thread};

/// What becomes of one request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It is carried out, and the connection ends without a reply.
    NoReply,
    /// It is lost.
    Lost,
    /// It is lost, and nothing is heard for longer than anybody waits.
    Silence,
    /// It is refused with this status and code.
    Refused(u16, &'static str),
    /// A proxy sends it twice, and answers what the second got.
    Twice,
    /// It is refused so, and another client makes the object meanwhile.
    RefusedAndMade(u16, &'static str, &'static str),
    /// A proxy answers in place of the service, with these headers and a page.
    Page(&'static str),
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    /// Method, what the key ends in, and what becomes of the first request like that.
    pub(crate) fates: VecDeque<(&'static str, &'static str, Fate)>,
    /// Requests so far: method and path.
    pub(crate) asked: Vec<String>,
    /// Keys of one page of a listing.
    pub(crate) page: usize,
    /// Listings come in the opposite order, and begin at the first key whatever was asked.
    pub(crate) backwards: bool,
    /// Conditions are passed over.
    pub(crate) unconditional: bool,
}

/// Listens on a free port of loopback.
pub(crate) struct Small {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Small {
    pub(crate) fn start() -> Small {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { page: 1000, ..State::default() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                // Whoever hangs up does so on either side; the client says what that means.
                thread::spawn(move || _ = serve(&client, &shared));
            }
        });
        Small { port, state }
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// From now on nothing is known of what came before, and this becomes of requests, in this order.
    pub(crate) fn expects(&self, fates: &[(&'static str, &'static str, Fate)]) {
        self.with(|state| {
            state.fates = fates.iter().cloned().collect();
            state.asked.clear();
            state.objects.clear();
        });
    }
}

struct Request {
    method: String,
    key: String,
    query: BTreeMap<String, String>,
    conditions: Vec<String>,
    body: Vec<u8>,
}

/// One request; each has a connection of its own.
fn serve(client: &TcpStream, shared: &Mutex<State>) -> io::Result<()> {
    let Some(request) = read(client)? else { return Ok(()) };
    let (fate, answer) = {
        let mut state = shared.lock().unwrap();
        state.asked.push(format!("{} {}", request.method, request.key));
        let fits =
            |(method, ends, _): &(&str, &str, Fate)| request.method == *method && request.key.ends_with(ends);
        let at = state.fates.iter().position(fits);
        let fate = at.and_then(|at| state.fates.remove(at)).map(|(.., fate)| fate);
        let answer = match &fate {
            None | Some(Fate::NoReply) => state.answer(&request),
            Some(Fate::Twice) => {
                state.answer(&request);
                state.answer(&request)
            }
            Some(Fate::Refused(status, code)) => refusal(*status, code),
            Some(Fate::RefusedAndMade(status, code, content)) => {
                state.objects.insert(request.key.clone(), content.as_bytes().to_vec());
                refusal(*status, code)
            }
            Some(Fate::Lost | Fate::Silence) => String::new(),
            Some(Fate::Page(headers)) => format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\nWelcome"),
        };
        (fate, answer)
    };
    match fate {
        Some(Fate::NoReply | Fate::Lost) => Ok(()),
        Some(Fate::Silence) => {
            thread::sleep(Duration::from_secs(12));
            Ok(())
        }
        _ => (&*client).write_all(answer.as_bytes()),
    }
}

fn read(client: &TcpStream) -> io::Result<Option<Request>> {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key).to_owned();
    let plain = |text: &str| text.replace("%2F", "/").replace("%2f", "/");
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, value)| (name.to_owned(), plain(value))).collect();
    let (mut length, mut conditions) = (0, Vec::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("content-length:") {
            length = bytes.trim().parse().unwrap();
        }
        if line.starts_with("if-") {
            conditions.push(line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { method, key, query, conditions, body }))
}

impl State {
    fn answer(&mut self, request: &Request) -> String {
        let key = request.key.as_str();
        match request.method.as_str() {
            "PUT" => {
                let holds = request.conditions.iter().all(|condition| match condition.split_once(": ") {
                    Some(("if-none-match", _)) => !self.objects.contains_key(key),
                    Some((_, tag)) => self.objects.get(key).is_some_and(|bytes| tag == etag(bytes)),
                    None => false,
                });
                if !holds && !self.unconditional {
                    return refusal(412, "PreconditionFailed");
                }
                self.objects.insert(key.to_owned(), request.body.clone());
                answer(200, &etag(&request.body), "")
            }
            "GET" if key.is_empty() && request.query.contains_key("list-type") => self.list(&request.query),
            "GET" => match self.objects.get(key) {
                Some(bytes) => answer(200, &etag(bytes), &String::from_utf8_lossy(bytes)),
                None => refusal(404, "NoSuchKey"),
            },
            _ => {
                self.objects.remove(key);
                answer(204, "\"\"", "")
            }
        }
    }

    fn list(&self, query: &BTreeMap<String, String>) -> String {
        let of = |name: &str| query.get(name).cloned().unwrap_or_default();
        // A token knows where its listing began.
        let token = of("continuation-token");
        let (from, after) = token
            .split_once('x')
            .map_or((0, of("start-after")), |(from, after)| (from.parse().unwrap(), after.to_owned()));
        let after = if self.backwards { String::new() } else { after };
        let mut keys: Vec<&String> = self.objects.keys().filter(|k| k.starts_with(&of("prefix"))).collect();
        keys.retain(|key| **key > after);
        if self.backwards {
            keys.reverse();
        }
        let page = self.page.min(of("max-keys").parse().unwrap_or(1000));
        let more = keys.len() > from + page;
        let entry = |key: &&String| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>\
                 <ETag>\"1\"</ETag><Size>1</Size></Contents>"
            )
        };
        let contents: String = keys.iter().skip(from).take(page).map(entry).collect();
        let token = format!("<NextContinuationToken>{}x{after}</NextContinuationToken>", from + page);
        let token = if more { token } else { String::new() };
        let body = format!(
            "<ListBucketResult><IsTruncated>{more}</IsTruncated>{contents}{token}</ListBucketResult>"
        );
        answer(200, "\"list\"", &body)
    }
}

fn etag(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(bytes.len() as u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte));
    format!("\"{sum:x}\"")
}

fn refusal(status: u16, code: &str) -> String {
    answer(status, "\"error\"", &format!("<Error><Code>{code}</Code><Message>No.</Message></Error>"))
}

fn answer(status: u16, etag: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} So\r\nContent-Type: application/xml\r\nETag: {etag}\r\n\
         Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
