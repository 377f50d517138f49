//! What a command takes from a file, from an address or from standard input.

use std::fs;
use std::io::Read;

use client::{Client, Keyed, Login, Options, Patience, Request, ServerUrl, Trust};

use super::ended::Ended;

/// Where something is.
pub(super) enum Place<'a> {
    /// A file or a folder.
    File(&'a str),
    /// An address; it is fetched here, not by the server.
    Web(&'a str),
}

/// What a word means: without a scheme it is a file.
pub(super) fn place(word: &str) -> Result<Place<'_>, Ended> {
    match word.split_once(':') {
        Some(("http" | "https", _)) => Ok(Place::Web(word)),
        Some(("file", path)) => Ok(Place::File(path.strip_prefix("//").unwrap_or(path))),
        Some((scheme, _)) if !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Err(Ended::failed(format!("Unrecognised protocol scheme: {scheme}")))
        }
        _ => Ok(Place::File(word)),
    }
}

/// All of it.
pub(super) fn read(word: &str) -> Result<Vec<u8>, Ended> {
    match place(word)? {
        Place::File(path) => fs::read(if path.is_empty() { "." } else { path })
            .map_err(|e| Ended::failed(format!("open {path}: {}", lower(&e)))),
        Place::Web(url) => fetch(url),
    }
}

/// Everything that is piped in.
pub(super) fn read_stdin() -> Result<Vec<u8>, Ended> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| Ended::failed(e.to_string()))?;
    Ok(bytes)
}

fn fetch(url: &str) -> Result<Vec<u8>, Ended> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
    let (server, path) = url.split_at(end);
    let path = if path.is_empty() { "/" } else { path };
    let failed = |why: String| Ended::failed(format!("Error retrieving {url} ({why})"));
    let server: ServerUrl = server.parse().map_err(|e: client::BadServerUrl| failed(e.to_string()))?;
    let options = Options { login: Login::None, trust: Trust::System, patience: Patience::default() };
    let client = Client::new(vec![server.clone()], options).map_err(|e| failed(e.to_string()))?;
    let request = Request { keyed: Keyed::No, accept: None, ..Request::get(path) };
    let answer = client.send_to(&server, &request).map_err(|e| failed(e.to_string()))?;
    if answer.is_success() { Ok(answer.body.to_vec()) } else { Err(failed(answer.status_line)) }
}

/// The system's words without its number, as Go has them.
fn lower(error: &std::io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}
