//! `Range` of texts that may be long (RFC 9110, 14): a part, the end, or all from some byte on.

use axum::http::StatusCode;
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::answer::raw;

/// What a `Range` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Everything: there is no such header, or none that makes sense, or one with several parts.
    All,
    /// From one byte up to another one, which is not included.
    From(usize, usize),
    /// Nothing that is there.
    Nowhere,
}

/// A text, or the part of it that was asked for.
pub fn ranged(headers: &HeaderMap, media_type: &'static str, text: &str) -> Response {
    let given = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let whole = text.len();
    let (status, body, range) = match part(given, whole) {
        Part::All => (StatusCode::OK, text.as_bytes(), None),
        Part::From(from, to) => {
            let range = format!("bytes {from}-{}/{whole}", to - 1);
            (StatusCode::PARTIAL_CONTENT, &text.as_bytes()[from..to], Some(range))
        }
        Part::Nowhere => (StatusCode::RANGE_NOT_SATISFIABLE, &[][..], Some(format!("bytes */{whole}"))),
    };
    let mut response = raw(status, media_type, body.to_vec());
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(range) = range.and_then(|r| HeaderValue::from_str(&r).ok()) {
        headers.insert(CONTENT_RANGE, range);
    }
    response
}

fn part(given: Option<&str>, whole: usize) -> Part {
    let asked = given.and_then(|g| g.trim().strip_prefix("bytes=")).filter(|g| !g.contains(','));
    let Some((from, to)) = asked.and_then(|a| a.trim().split_once('-')) else { return Part::All };
    match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
        (Ok(from), _) if from >= whole => Part::Nowhere,
        (Ok(from), Ok(to)) if to >= from => Part::From(from, to.saturating_add(1).min(whole)),
        (Ok(from), Err(_)) if to.trim().is_empty() => Part::From(from, whole),
        (Err(_), Ok(0)) if from.trim().is_empty() => Part::Nowhere,
        (Err(_), Ok(_)) if from.trim().is_empty() && whole == 0 => Part::Nowhere,
        (Err(_), Ok(last)) if from.trim().is_empty() => Part::From(whole.saturating_sub(last), whole),
        _ => Part::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_part_the_end_or_everything() {
        for (given, expected) in [
            (None, Part::All),
            (Some("bytes=0-3"), Part::From(0, 4)),
            (Some("bytes=2-99"), Part::From(2, 10)),
            (Some("bytes=4-"), Part::From(4, 10)),
            (Some("bytes=-3"), Part::From(7, 10)),
            (Some("bytes=-99"), Part::From(0, 10)),
            (Some("bytes=10-"), Part::Nowhere),
            (Some("bytes=-0"), Part::Nowhere),
            (Some("bytes=3-2"), Part::All),
            (Some("bytes=0-1,3-4"), Part::All),
            (Some("bytes=99999999999999999999-"), Part::All),
            (Some("lines=1-2"), Part::All),
            (Some("bytes"), Part::All),
        ] {
            assert_eq!(part(given, 10), expected, "{given:?}");
        }
        assert_eq!(part(Some("bytes=-5"), 0), Part::Nowhere);
    }
}
