//! What servers that do not rule make of a request, by Brooklyn's rules.

use super::file::{Exchange, Recorded};

const PRIMARY: &str = "This request is only permitted against an active primary Brooklyn server";
const HOT: &str =
    "This request is only permitted against an active primary or hot standby/backup Brooklyn server";

/// Paths whose reads need the state.
const NEEDS_STATE: &[&str] = &["/v1/applications", "/v1/locations", "/v1/catalog"];

fn is_read(one: &Exchange) -> bool {
    matches!(one.verb(), "GET" | "HEAD" | "OPTIONS")
}

/// Writes that every role takes.
fn is_exempt(one: &Exchange) -> bool {
    let path = one.path();
    path.starts_with("/v1/logout") || path == "/v1/server/shutdown"
}

/// What is said before the role is looked at: no login, no such path, verb, form.
fn is_before_the_gate(answer: &Recorded) -> bool {
    matches!(answer.code(), 401 | 404 | 405 | 406 | 415) && (answer.body.is_empty() || answer.code() == 401)
}

fn lifts(one: &Exchange) -> bool {
    let lifting = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("brooklyn-allow-non-master-access") && value.eq_ignore_ascii_case("true")
    };
    one.headers.iter().any(lifting)
}

/// Whether a standby is asked as well: not where it would do what it is told.
pub(crate) fn is_for_standbys(one: &Exchange) -> bool {
    let by_cookie = one.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    // A session is one server's own.
    !by_cookie && (is_read(one) || !(is_exempt(one) || lifts(one)))
}

/// Whether a standby gives the master's answer, maybe a little later.
pub(crate) fn follows(one: &Exchange) -> bool {
    is_read(one) && one.mark("own").is_none()
}

/// What a hot standby must say where the master said this.
pub(crate) fn hot(one: &Exchange, master: &Recorded, answer: &Recorded) -> Result<(), String> {
    if is_before_the_gate(master) || follows(one) {
        return same(master, answer);
    }
    if is_read(one) { Ok(()) } else { refuses(answer, PRIMARY) }
}

/// What a cold standby must say.
pub(crate) fn cold(one: &Exchange, answer: &Recorded) -> Result<(), String> {
    if is_before_the_gate(&one.answer) {
        return same(&one.answer, answer);
    }
    if lifts(one) || one.verb() == "OPTIONS" {
        return Ok(());
    }
    if !is_read(one) {
        return refuses(answer, PRIMARY);
    }
    if !NEEDS_STATE.iter().any(|path| one.path().starts_with(path)) {
        return Ok(());
    }
    if one.verb() == "HEAD" && answer.code() == 403 && answer.body.is_empty() {
        return Ok(());
    }
    refuses(answer, HOT)
}

fn same(master: &Recorded, answer: &Recorded) -> Result<(), String> {
    if master == answer { Ok(()) } else { Err(format!("expected {master:#?}, got {answer:#?}")) }
}

fn refuses(answer: &Recorded, text: &str) -> Result<(), String> {
    let wanted = format!("\"message\": \"{text}\"");
    let is_refusal = answer.status == "403 application/json" && answer.body.contains(&wanted);
    if is_refusal { Ok(()) } else { Err(format!("expected its refusal, got {answer:?}")) }
}
