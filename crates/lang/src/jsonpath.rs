//! `JSONPath` as blueprints write it. The paths of RFC 9535 come from a library; what Brooklyn's users write besides
//! (no `$.` at the beginning, names with dashes, a dot before a bracket) is put into that form first.

use serde_json::Value;

/// The longest path, in bytes.
pub const PATH_BYTES_MAX: usize = 1000;
/// How deep brackets and filters of a path may be nested.
pub const PATH_NESTED_MAX: usize = 20;

/// A path to values in a value.
#[derive(Clone, Debug)]
pub struct JsonPath {
    path: serde_json_path::JsonPath,
    /// Whether it can find more than one value, and so gives a list.
    several: bool,
}

/// Why a path cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the JSONPath `{path}` cannot be read: {why}")]
pub struct JsonPathError {
    /// As written; the beginning of it, when it is long.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

impl JsonPath {
    /// Reads a path.
    pub fn new(path: &str) -> Result<Self, JsonPathError> {
        let fail = |why: String| JsonPathError { path: path.chars().take(100).collect(), why };
        if path.len() > PATH_BYTES_MAX {
            return Err(fail("it is too long (limit: PATH_BYTES_MAX)".into()));
        }
        let tidied = tidy(path);
        let mut depth = 0_usize;
        let mut deepest = 0;
        for c in tidied.bytes() {
            match c {
                b'[' | b'(' | b'!' => depth += 1,
                b']' | b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        if deepest > PATH_NESTED_MAX {
            return Err(fail("its brackets are nested too deep (limit: PATH_NESTED_MAX)".into()));
        }
        let several = several(&tidied);
        let path = serde_json_path::JsonPath::parse(&tidied).map_err(|e| fail(e.to_string()))?;
        Ok(Self { path, several })
    }

    /// What it finds: the value, or the list of all values when the path can name several. Nothing when it names
    /// one value that is not there.
    pub fn find(&self, value: &Value) -> Option<Value> {
        let found = self.path.query(value);
        if self.several { Some(found.all().into_iter().cloned().collect()) } else { found.first().cloned() }
    }
}

/// The path in the form of the RFC.
fn tidy(path: &str) -> String {
    let path = path.trim();
    let mut rest = path.strip_prefix(['$', '@']).unwrap_or(path);
    let mut out = String::from("$");
    // A first name may stand without its dot.
    let mut dot = !rest.is_empty() && !rest.starts_with(['.', '[']);
    while let Some(c) = rest.chars().next() {
        if c == '[' {
            let end = bracket_end(rest);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(after) = rest.strip_prefix("..") {
            out.push_str("..");
            let end = name_end(after);
            out.push_str(&after[..end]);
            rest = &after[end..];
        } else if c == '.' || dot {
            let after = rest.strip_prefix('.').unwrap_or(rest);
            let end = name_end(after);
            let name = &after[..end];
            rest = &after[end..];
            if name.is_empty() && rest.starts_with('[') {
                continue;
            }
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
            if name == "*"
                || (!name.is_empty()
                    && name.chars().all(plain)
                    && !name.starts_with(|c: char| c.is_ascii_digit()))
            {
                out.push('.');
                out.push_str(name);
            } else if name.is_empty() || name.contains(['(', ')']) {
                // Left as it is, for the library's error.
                out.push('.');
                out.push_str(name);
            } else {
                out.extend(["[", &Value::from(name).to_string(), "]"]);
            }
        } else {
            out.push_str(rest);
            break;
        }
        dot = false;
    }
    out
}

fn name_end(text: &str) -> usize {
    text.find(['.', '[']).unwrap_or(text.len())
}

/// Behind the bracket that closes the first one, quotes minded.
fn bracket_end(text: &str) -> usize {
    let mut depth = 0;
    let mut quote = None;
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            (None, _) => {}
        }
    }
    text.len()
}

/// Whether a tidied path has a wildcard, a filter, a slice, a choice or a descent.
fn several(path: &str) -> bool {
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("..") || rest.starts_with(".*") {
            return true;
        }
        if c == '[' {
            let end = bracket_end(rest);
            let inner = rest[1..end].trim_end_matches(']').trim();
            let quoted = inner.len() > 1
                && inner.starts_with(['"', '\''])
                && inner[1..].find(&inner[..1]) == Some(inner.len() - 2);
            if !quoted && inner.parse::<i64>().is_err() {
                return true;
            }
            rest = &rest[end..];
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_find_what_they_name() {
        let value = json!({
            "a": {"b": [1, 2, {"c": null}], "x-y": "dash", "d.e": "dot", "1st": 1},
            "l": [{"n": "p", "v": 1}, {"n": "q", "v": 5}],
        });
        for (path, found) in [
            ("$", Some(value.clone())),
            ("$.a.b[0]", Some(json!(1))),
            ("a.b[0]", Some(json!(1))),
            (".a.b[-2]", Some(json!(2))),
            ("@.a.b[1]", Some(json!(2))),
            ("['a']['b'][2].c", Some(json!(null))),
            ("$.['a'].b[1]", Some(json!(2))),
            ("a.x-y", Some(json!("dash"))),
            ("a['d.e']", Some(json!("dot"))),
            ("a.1st", Some(json!(1))),
            ("a.none", None),
            ("a.b[7]", None),
            ("a.b.c", None),
            ("l[*].n", Some(json!(["p", "q"]))),
            ("l[?(@.v > 2)].n", Some(json!(["q"]))),
            ("l[?(@.n == 'z')]", Some(json!([]))),
            ("$..v", Some(json!([1, 5]))),
            ("l[0:1].v", Some(json!([1]))),
            ("a['x-y','1st']", Some(json!(["dash", 1]))),
        ] {
            assert_eq!(JsonPath::new(path).map(|p| p.find(&value)), Ok(found), "{path}");
        }
    }

    #[test]
    fn bad_paths_are_errors() {
        for path in ["$.a[", "$.a.length()", "$.a[?(]", "$.", "a b[", &"a".repeat(2000), &"[?(".repeat(200)] {
            let error = JsonPath::new(path).map(|_| ()).unwrap_err();
            assert!(error.to_string().starts_with("the JSONPath `"), "{error}");
        }
    }
}
