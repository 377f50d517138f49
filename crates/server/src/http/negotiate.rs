//! Which form an answer gets and which forms a body may have, by the rules of Brooklyn's framework.

use super::answer::{JSON, TEXT};

/// What a resource that answers JSON produces.
pub const AS_JSON: &[&str] = &[JSON];
/// What a single value produces: JSON unless plain text is liked better.
pub const AS_JSON_OR_TEXT: &[&str] = &[JSON, TEXT];
/// What a stream produces.
pub const AS_TEXT: &[&str] = &[TEXT];
/// What a blueprint's text produces.
pub const AS_YAML: &[&str] =
    &["text/x-yaml", "application/x-yaml", "text/yaml", "text/plain", "application/yaml"];

/// What a picture of the catalog produces: Brooklyn's own word first. Which of them it is says the picture.
pub const AS_PICTURE: &[&str] = &[
    "application/image",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/svg+xml",
    "image/webp",
    "image/x-icon",
];

/// Whatever it is: bytes whose type is seen only when they are there.
pub const ANY: &[&str] = &[];

/// Which bodies a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumes {
    /// It looks at none, so each is welcome.
    Nothing,
    /// A form, or nothing.
    Form,
    /// JSON.
    Json,
    /// JSON, whatever the request calls it; it may be left out.
    JsonIfAny,
    /// JSON or a form.
    JsonOrForm,
    /// YAML or JSON.
    YamlOrJson,
    /// YAML, JSON or a form (the whole body is the blueprint, or a field of it).
    Blueprint,
    /// Whatever calls itself something.
    Named,
    /// The same; a zip is welcome too.
    Upload,
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const YAML: [&str; 4] = ["text/x-yaml", "application/x-yaml", "text/yaml", "application/yaml"];

impl Consumes {
    /// The content types that it names itself.
    pub fn media_types(self) -> &'static [&'static str] {
        match self {
            Consumes::Nothing => &[],
            Consumes::Form => &[FORM],
            Consumes::Json | Consumes::JsonIfAny => &[JSON],
            Consumes::JsonOrForm => &[JSON, FORM],
            Consumes::YamlOrJson | Consumes::Blueprint | Consumes::Named => &[YAML[1], YAML[2], JSON],
            Consumes::Upload => &[YAML[1], YAML[2], JSON, "application/x-zip"],
        }
    }

    /// Whether a body of this content type is taken; `None` is a request that does not say.
    pub fn takes(self, content_type: Option<&str>) -> bool {
        let Some(given) = content_type else {
            return matches!(self, Consumes::Nothing | Consumes::Form | Consumes::JsonIfAny);
        };
        let media = given.split(';').next().unwrap_or("").trim();
        let is = |known: &str| media.eq_ignore_ascii_case(known);
        match self {
            Consumes::Nothing | Consumes::Named | Consumes::Upload | Consumes::JsonIfAny => true,
            Consumes::Form => is(FORM),
            Consumes::Json => is(JSON),
            Consumes::JsonOrForm => is(JSON) || is(FORM),
            Consumes::YamlOrJson => is(JSON) || YAML.iter().any(|y| is(y)),
            Consumes::Blueprint => is(JSON) || is(FORM) || is(MULTIPART) || YAML.iter().any(|y| is(y)),
        }
    }
}

/// Whether a content type is that of a form.
pub fn is_form(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|c| Consumes::Form.takes(Some(c)))
}

/// The form that the client likes best of those that there are; the earlier of two that it likes alike.
/// No `Accept`, and one that makes no sense, admit everything.
pub fn choose(accept: Option<&str>, produces: &[&'static str]) -> Option<&'static str> {
    let first = produces.first().copied();
    let Some(accept) = accept else { return first };
    let ranges: Vec<Range<'_>> = accept.split(',').filter_map(Range::parse).collect();
    if ranges.is_empty() {
        return first;
    }
    let mut best: Option<(u32, &'static str)> = None;
    for form in produces {
        // Brooklyn gives plain text `qs=0.9` beside JSON: the client's own likes come first.
        let liked = ranges.iter().filter_map(|r| r.admits(form)).max_by_key(|(exact, _)| *exact);
        let Some((_, q)) = liked else { continue };
        if q > 0 && best.is_none_or(|(b, _)| q > b) {
            best = Some((q, form));
        }
    }
    best.map(|(_, form)| form)
}

/// Whether the client names a form itself (not by a star).
pub fn names(accept: Option<&str>, form: &str) -> bool {
    accept.is_some_and(|a| {
        a.split(',').filter_map(Range::parse).any(|r| matches!(r.admits(form), Some((2, q)) if q > 0))
    })
}

/// One part of an `Accept`.
struct Range<'a> {
    kind: &'a str,
    sub: &'a str,
    /// In thousandths.
    q: u32,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';');
        let (kind, sub) = parts.next()?.trim().split_once('/')?;
        let q = parts.find_map(|p| p.trim().strip_prefix("q=").map(str::trim));
        let q = q.and_then(|q| q.parse::<f32>().ok()).map_or(1000, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32);
        (!kind.is_empty() && !sub.is_empty()).then_some(Self { kind, sub, q })
    }

    /// How exactly it names a form (2 by name, 0 by `*/*`), and how much it likes it.
    fn admits(&self, form: &str) -> Option<(u8, u32)> {
        let (kind, sub) = form.split_once('/')?;
        match (self.kind, self.sub) {
            ("*", "*") => Some((0, self.q)),
            (k, "*") if k.eq_ignore_ascii_case(kind) => Some((1, self.q)),
            (k, s) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(sub) => Some((2, self.q)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_is_json_unless_text_is_liked_better() {
        for (accept, form) in [
            (None, JSON),
            (Some("*/*"), JSON),
            (Some("application/json, text/plain"), JSON),
            (Some("text/plain"), TEXT),
            (Some("text/plain, application/json"), JSON),
            (Some("text/plain, application/json;q=0.9"), TEXT),
            (Some("nonsense"), JSON),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), JSON),
        ] {
            assert_eq!(choose(accept, AS_JSON_OR_TEXT), Some(form), "{accept:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_acceptable() {
        assert_eq!(choose(Some("application/xml"), AS_JSON), None);
        assert_eq!(choose(Some("application/json;q=0"), AS_JSON), None);
        assert_eq!(choose(Some("application/json"), AS_YAML), None);
        assert_eq!(choose(Some("application/json, text/plain"), AS_TEXT), Some(TEXT));
    }

    #[test]
    fn bodies_are_taken_as_brooklyn_takes_them() {
        assert!(Consumes::Form.takes(None) && !Consumes::Form.takes(Some("application/json")));
        assert!(!Consumes::Named.takes(None) && Consumes::Named.takes(Some("nonsense")));
        assert!(!Consumes::Json.takes(None) && !Consumes::Json.takes(Some("text/plain")));
        assert!(Consumes::Json.takes(Some("Application/JSON; charset=utf-8")));
        assert!(
            Consumes::Blueprint.takes(Some("text/yaml")) && !Consumes::Blueprint.takes(Some("text/plain"))
        );
    }

    #[test]
    fn only_a_client_that_names_html_wants_pages() {
        assert!(names(Some("text/html,application/xhtml+xml,*/*;q=0.8"), "text/html"));
        assert!(!names(Some("*/*"), "text/html"));
        assert!(!names(None, "text/html"));
    }
}
