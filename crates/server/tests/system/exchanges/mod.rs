//! Recorded exchanges, played against real servers: `tests/exchanges` has what is asked and what must come back, a
//! resource a file. A master answers all of it; beside each exchange a hot standby must say the same to a read and
//! refuse a write, and in the end a cold standby must refuse in Brooklyn's words whatever needs the state.
//!
//! After a wanted change, `UPDATE_GOLDEN=1 cargo test -p brownstone-server --test system exchanges` writes what there
//! is now; what has changed is then to be read against Brooklyn's ways, line by line.

mod coverage;
mod file;
mod json;
mod masks;
mod raw;
mod rules;
mod zipped;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::support::client::Client;
use crate::support::release::{PASSWORD, Release, USER};
use crate::support::site::{Site, until};
use file::{Exchange, Recorded};
use masks::Masks;
use raw::{Answer, Raw};

/// How long a standby may be behind, and how long something that was begun may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much is kept of a body that is long and told elsewhere.
const BRIEF_CHARS: usize = 16;
/// Headers that are a part of what is recorded.
const TOLD: &[&str] = &[
    "location",
    "allow",
    "www-authenticate",
    "content-disposition",
    "content-encoding",
    "retry-after",
    "set-cookie",
    "x-brownstone-needs-restart",
];

/// Two servers, and what was learnt from them.
struct World {
    first: Release,
    second: Release,
    client: Client,
    raw: Raw,
    masks: Masks,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges")
}

/// The login of both servers.
fn basic() -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}")))
}

impl World {
    fn new(site: &Site) -> World {
        let (first, second, client) = site.pair("wire.colour=blue\n");
        let raw = Raw::trusting(&first);
        let mut masks = Masks::default();
        let host = |server: &Release| server.uri().trim_start_matches("https://").to_owned();
        for (name, value) in [
            ("<host>", host(&first)),
            ("<host2>", host(&second)),
            ("{node1}", first.node_id(&client)),
            ("{node2}", second.node_id(&client)),
            ("{plane}", first.json(&client, "/v1/server/ha/states")["planeId"].as_str().unwrap().to_owned()),
            ("on host <name>", format!("on host {}", first.node_file()["host"].as_str().unwrap())),
            ("<folder>", site.path().display().to_string()),
        ] {
            masks.known.push((name.to_owned(), value));
        }
        World { first, second, client, raw, masks }
    }

    /// Sends what a file says, with the login if it says nothing of one.
    fn ask(&self, server: &Release, one: &Exchange) -> Answer {
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in &one.headers {
            if !(name.eq_ignore_ascii_case("authorization") && value == "none") {
                headers.push((name.clone(), self.masks.fill(value)));
            }
        }
        if !one.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            headers.push(("authorization".to_owned(), basic()));
        }
        let line = self.masks.fill(&one.line);
        let text = self.masks.fill(&one.body);
        let body = match (one.mark("zip"), one.mark("crlf")) {
            (Some(_), _) => zipped::zip(&text),
            (None, Some(_)) => text.replace('\n', "\r\n").into_bytes(),
            (None, None) => text.into_bytes(),
        };
        let host = server.uri();
        self.raw.ask(host.trim_start_matches("https://"), &line, &headers, &body)
    }

    /// An answer as it is recorded.
    fn recorded(&self, one: &Exchange, answer: &Answer) -> Recorded {
        let kind = answer.header("content-type").unwrap_or_default();
        let told = answer.headers.iter().filter(|(name, _)| TOLD.contains(&name.as_str()));
        let headers = told.map(|(name, value)| format!("{name}: {}", self.header(name, value)));
        let words = |mark| one.mark(mark).unwrap_or_default().split(' ').collect::<Vec<_>>();
        let body = match std::str::from_utf8(&answer.body) {
            Err(_) => "<bytes>".to_owned(),
            Ok(text) if one.mark("brief").is_some() => {
                text.chars().take(BRIEF_CHARS).collect::<String>().trim_end().to_owned()
            }
            Ok(text) if serde_json::from_str::<serde_json::Value>(text).is_ok() => json::laid_out(
                &self.masks.mask(text, &words("count")),
                one.mark("sort").is_some(),
                &words("without"),
            ),
            Ok(text) => self.masks.mask(text, &[]),
        };
        Recorded {
            status: format!("{} {kind}", answer.status).trim_end().to_owned(),
            headers: headers.collect(),
            body: body.trim_end_matches('\n').to_owned(),
        }
    }

    fn header(&self, name: &str, value: &str) -> String {
        if name != "set-cookie" {
            return self.masks.mask(value, &[]);
        }
        let (cookie, rest) = value.split_once('=').unwrap();
        let attributes = rest.find(';').map_or("", |at| &rest[at..]);
        let name = if cookie.starts_with("JSESSIONID") { "JSESSIONID<suffix>" } else { cookie };
        format!("{name}=<v>{attributes}")
    }

    /// Plays one exchange and learns from it.
    fn play(&mut self, one: &Exchange) -> Recorded {
        let on_second = matches!(one.mark("to"), Some("hot" | "cold"));
        let begun = Instant::now();
        loop {
            let server = if on_second { &self.second } else { &self.first };
            let answer = self.ask(server, one);
            let recorded = self.recorded(one, &answer);
            let text = one.mark("until").unwrap_or_default();
            if !recorded.body.contains(text) {
                assert!(begun.elapsed() < PATIENCE, "{}: still no {text} in {recorded:#?}", one.title);
                std::thread::sleep(Duration::from_millis(20));
                continue;
            }
            for (name, place) in &one.keeps {
                let value = found(&answer, place);
                let value = value.unwrap_or_else(|| panic!("{}: no {place} in {recorded:?}", one.title));
                self.masks.keep(name, &value);
            }
            // What was kept has its name already in the answer that it was kept from.
            return self.recorded(one, &answer);
        }
    }

    /// What the hot standby makes of an exchange that the master has answered.
    fn beside(&self, one: &Exchange, master: &Recorded) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            let answer = self.recorded(one, &self.ask(&self.second, one));
            match rules::hot(one, master, &answer) {
                Err(_) if begun.elapsed() < PATIENCE && rules::follows(one) => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                judged => return judged,
            }
        }
    }
}

/// A JSON pointer, the last part of a header (`header location`), or a cookie (`cookie NAME`, `cookies`).
fn found(answer: &Answer, place: &str) -> Option<String> {
    if let Some(name) = place.strip_prefix("header ") {
        return answer.header(name)?.rsplit('/').next().map(str::to_owned);
    }
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let pairs: Vec<&str> = cookies.filter_map(|(_, value)| value.split(';').next()).collect();
    if place == "cookies" {
        return (!pairs.is_empty()).then(|| pairs.join("; "));
    }
    if let Some(name) = place.strip_prefix("cookie ") {
        return pairs.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
    }
    let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    json.pointer(place)?.as_str().map(str::to_owned)
}

fn files() -> BTreeMap<String, Vec<Exchange>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().extension().is_some_and(|e| e == "txt") {
            all.insert(name, file::read(&fs::read_to_string(entry.path()).unwrap()));
        }
    }
    all
}

#[test]
fn every_recorded_exchange_is_answered_as_it_was() {
    let writes = std::env::var_os("UPDATE_GOLDEN").is_some();
    let only = std::env::var("GOLDEN_ONLY").ok();
    let site = Site::new();
    let mut world = World::new(&site);
    let (mut wrong, mut played) = (Vec::new(), Vec::new());
    for is_cold in [false, true] {
        if is_cold {
            world.client.set_mode(&world.second, "STANDBY");
            until("the second stands by cold", || world.second.state(&world.client) == "STANDBY");
            for (name, one) in &played {
                let answer = world.recorded(one, &world.ask(&world.second, one));
                let judged = rules::cold(one, &answer);
                wrong.extend(judged.err().map(|why| format!("{name}: {}: cold standby: {why}", one.title)));
            }
        }
        for (name, mut exchanges) in files() {
            let of_this_part = exchanges.iter().any(|one| one.mark("to") == Some("cold")) == is_cold;
            let wanted = only.as_ref().is_none_or(|part| name < *part || name.starts_with(part.as_str()));
            if !of_this_part || !wanted {
                continue;
            }
            for one in &mut exchanges {
                let answer = world.play(one);
                if !writes && answer != one.answer {
                    wrong.push(format!(
                        "{name}: {}\n  expected {:#?}\n  got {answer:#?}",
                        one.title, one.answer
                    ));
                }
                one.answer = answer;
                if one.mark("to").is_none() && rules::is_for_standbys(one) {
                    let judged = world.beside(one, &one.answer);
                    wrong
                        .extend(judged.err().map(|why| format!("{name}: {}: hot standby: {why}", one.title)));
                    played.push((name.clone(), one.clone()));
                }
            }
            if writes {
                fs::write(folder().join(&name), file::write(&exchanges)).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_pair_is_asked_in_good_form_and_in_bad() {
    let missing = coverage::missing(files().values().flatten());
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
