//! What differs from run to run, out of an answer: ids, times, addresses, folders.

use std::collections::BTreeSet;

use serde_json::Value;

/// Fields whose value is an id of somebody.
const IDS: &[&str] = &[
    "id",
    "entityId",
    "applicationId",
    "parentId",
    "taskId",
    "lineId",
    "nodeId",
    "planeId",
    "ownId",
    "masterId",
    "requestUniqueIdentifier",
    "sessionId",
    "requestedSessionId",
    "camp.template.id",
    "leaderId",
];
/// Fields with a number, or a text, that differs from run to run.
const COUNTS: &[&str] = &[
    "count",
    "uptime",
    "lastDuration",
    "lastSuccessTimeMillisSince",
    "lastFailureTimeMillisSince",
    "duration",
    "lastFailureTime",
    "lastFailureTimeUtc",
    "firstRebindCounts",
];

/// What stands for what.
#[derive(Default)]
pub(crate) struct Masks {
    /// Names that a file gave, with their values.
    pub(crate) names: Vec<(String, String)>,
    /// Texts that are known from the beginning: addresses and folders.
    pub(crate) known: Vec<(String, String)>,
}

impl Masks {
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.names.retain(|(n, _)| n != name);
        self.names.push((name.to_owned(), value.to_owned()));
    }

    /// `{name}` in a request becomes its value.
    pub(crate) fn fill(&self, text: &str) -> String {
        let known = self.known.iter().filter(|(name, _)| name.starts_with('{'));
        let named = self.names.iter().map(|(name, value)| (format!("{{{name}}}"), value));
        let all = named.chain(known.map(|(name, value)| (name.clone(), value)));
        all.fold(text.to_owned(), |text, (name, value)| text.replace(&name, value))
    }

    /// An answer's text as it is recorded.
    /// `more`: fields of this answer whose numbers differ as well.
    pub(crate) fn mask(&self, text: &str, more: &[&str]) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.known {
            text = text.replace(value.as_str(), name);
        }
        // The longest first: one may be a part of another.
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        for (name, value) in names {
            text = replace_word(&text, value, &format!("{{{name}}}"));
        }
        let mut ids = BTreeSet::new();
        if let Ok(json) = serde_json::from_str::<Value>(&text) {
            gather(&json, &mut ids);
        }
        for before in [
            "/activities/",
            "/entities/",
            "/applications/",
            "/locations/",
            "]@",
            "{id=",
            "Process_",
            "/.brownstone/",
        ] {
            for (at, _) in text.match_indices(before) {
                let word: String =
                    text[at + before.len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
                // Nothing but ids of tasks stands there: one in a thousand is all small letters.
                let of_task = matches!(before, "/activities/" | "/.brownstone/") && word.len() == 8;
                if of_task || is_id(&word) {
                    ids.insert(word);
                }
            }
        }
        for id in &ids {
            text = replace_word(&text, id, "<id>");
        }
        times(&counts(&text, more))
    }
}

/// Ids of ten letters and digits: one in twenty has no digit. No name of that length stands where they do.
fn is_id(word: &str) -> bool {
    let random = word.len() == 10 || word.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    matches!(word.len(), 8 | 10) && word.bytes().all(|b| b.is_ascii_alphanumeric()) && random
}

fn gather(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if IDS.contains(&key.as_str()) && is_random(text) => {
                        ids.insert(text.clone());
                    }
                    // Ids of entities that an effector made.
                    Value::Array(list) if key == "result" => {
                        ids.extend(
                            list.iter().filter_map(Value::as_str).filter(|t| is_random(t)).map(str::to_owned),
                        );
                        gather(value, ids);
                    }
                    _ => gather(value, ids),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| gather(value, ids)),
        _ => {}
    }
}

/// Whether a value of such a field was drawn: names that somebody chose have other forms or lengths.
fn is_random(text: &str) -> bool {
    let is_long = matches!(text.len(), 6 | 8 | 10) || text.len() >= 16;
    is_long && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A word, not a part of one.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let whole = !joins(before.chars().next_back()) && !joins(after.chars().next());
        out.push_str(before);
        out.push_str(if whole { by } else { word });
        rest = after;
    }
    out + rest
}

/// `"count": 17` into `"count": <n>`.
fn counts(text: &str, more: &[&str]) -> String {
    let mut text = text.to_owned();
    for field in COUNTS.iter().chain(more) {
        let key = format!("\"{field}\":");
        let mut from = 0;
        while let Some(at) = text[from..].find(&key) {
            let begin = from + at + key.len();
            let value: String = text[begin..].chars().take_while(|c| !",}]\n".contains(*c)).collect();
            from = begin;
            if !value.trim_start().starts_with(['{', '[']) && value.trim() != "null" {
                text.replace_range(begin..begin + value.len(), "<n>");
            }
        }
    }
    text
}

/// Moments and lengths of time.
fn times(text: &str) -> String {
    let bytes = text.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < bytes.len() {
        let begins = i == 0 || !bytes[i - 1].is_ascii_alphanumeric();
        let n = if begins { digits(i) } else { 0 };
        if n == 13 && bytes[i] == b'1' && !bytes.get(i + 13).is_some_and(u8::is_ascii_alphanumeric) {
            out.push_str("<ms>");
            i += 13;
            // `running @ MS / Sat Nov 28 09:36:49 UTC 2026`
            if text[i..].starts_with(" / ") {
                out.push_str(" / <date>");
                i += 3 + "Sat Nov 28 09:36:49 UTC 2026".len();
            }
        } else if n == 4 && text[i..].len() > 11 && bytes[i + 4] == b'-' && bytes[i + 10] == b'T' {
            out.push_str("<time>");
            i += 11 + text[i + 11..].bytes().take_while(|b| b"0123456789:.,Z+".contains(b)).count();
        } else if text[i..].starts_with("after ") && digits(i + 6) > 0 {
            out.push_str("after <span>");
            i += 6;
            while digits(i) > 0 {
                i += digits(i);
                i += bytes[i..].iter().take_while(|b| b.is_ascii_lowercase()).count();
                if bytes.get(i) == Some(&b' ') && digits(i + 1) > 0 {
                    i += 1;
                }
            }
        } else {
            let c = text[i..].chars().next().unwrap();
            out.push(c);
            i += c.len_utf8();
        }
    }
    out
}

#[test]
fn what_varies_is_masked_and_nothing_else() {
    let mut masks = Masks::default();
    masks.keep("app", "q4h2m8xk1z");
    let text = r#"{"id":"Xk29ftQa","a":"q4h2m8xk1z","t":1784052400100,"n":12,"count":7,"x":"q4h2m8xk1zz"}"#;
    let masked = r#"{"id":"<id>","a":"{app}","t":<ms>,"n":12,"count":<n>,"x":"q4h2m8xk1zz"}"#;
    assert_eq!(masks.mask(text, &[]), masked);
    let text = "running @ 1784052400100 / Tue Jul 14 15:00:03 UTC 2026 and Completed after 1s 250ms\n";
    assert_eq!(masks.mask(text, &[]), "running @ <ms> / <date> and Completed after <span>\n");
    assert_eq!(masks.mask("Task[start]@Xk29ftQa: 2026-11-28T09:36:49.123Z", &[]), "Task[start]@<id>: <time>");
    assert_eq!(masks.fill("/v1/applications/{app}/{other}"), "/v1/applications/q4h2m8xk1z/{other}");
}
