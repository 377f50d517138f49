//! Locations as texts: `byon:(hosts="a,b", user=me)` into a name and its flags.

use serde_json::Value;

use crate::spec::{ConfigMap, ConfigValue};

/// A name and what stands in its parentheses.
#[derive(Debug, PartialEq)]
pub(super) struct Parsed {
    pub(super) name: String,
    pub(super) args: Vec<(Option<String>, String)>,
}

/// Reads `NAME`, `NAME:REST`, `NAME(...)` and `NAME:(...)`. The error says what is wrong.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let text = text.trim();
    let Some((name, rest)) = text.split_once('(') else {
        return Ok(Parsed { name: text.trim_end_matches(':').to_owned(), args: Vec::new() });
    };
    let inside =
        rest.trim_end().strip_suffix(')').ok_or("the parenthesis of the location is never closed")?;
    let mut args = Vec::new();
    for part in split(inside) {
        args.push(match part.split_once('=') {
            Some((key, value)) if !key.contains(['"', '\'', '(']) => {
                let key = key.trim();
                if key.is_empty() || key.contains([':', '{', '}', '(', ')']) {
                    return Err(format!("'{key}' in the location is no name of a flag"));
                }
                (Some(key.to_owned()), unquoted(value))
            }
            _ => (None, unquoted(&part)),
        });
    }
    Ok(Parsed { name: name.trim().trim_end_matches(':').to_owned(), args })
}

impl Parsed {
    /// The flags. An argument without a name is that of `alone`, if the kind has such a one (`host(ADDR)`); else the
    /// error says what is wrong.
    pub(super) fn flags(&self, alone: Option<&str>) -> Result<ConfigMap, String> {
        let mut flags = ConfigMap::new();
        for (key, value) in &self.args {
            let key = key.as_deref().or(alone);
            let key = key.ok_or_else(|| format!("'{value}' in the location is no flag"))?;
            flags.insert(key.to_owned(), ConfigValue::new(Value::from(value.as_str())));
        }
        Ok(flags)
    }
}

/// Splits at commas that stand outside quotes, parentheses, braces and brackets.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    let mut depth = 0_usize;
    for c in text.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if quote.is_none() && depth == 0 && c == ',' {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = ['"', '\''].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    inner.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_into_names_and_flags() {
        for (text, name, flags) in [
            ("localhost", "localhost", vec![]),
            ("localhost:", "localhost", vec![]),
            ("localhost:(name=x)", "localhost", vec![("name", "x")]),
            ("byon(hosts=\"a, b\", user = 'me')", "byon", vec![("hosts", "a, b"), ("user", "me")]),
            ("byon(hosts=10.0.0.{1,2-3})", "byon", vec![("hosts", "10.0.0.{1,2-3}")]),
            ("host(1.2.3.4)", "host", vec![("alone", "1.2.3.4")]),
            ("host:1.2.3.4", "host:1.2.3.4", vec![]),
            (
                "multi(targets=\"localhost,byon(hosts=a)\")",
                "multi",
                vec![("targets", "localhost,byon(hosts=a)")],
            ),
            ("single(target=byon(hosts=a))", "single", vec![("target", "byon(hosts=a)")]),
            ("named:prod(user=x)", "named:prod", vec![("user", "x")]),
        ] {
            let parsed = parse(text).expect(text);
            let given = parsed.flags(Some("alone")).expect(text);
            let expected: ConfigMap =
                flags.into_iter().map(|(k, v)| (k.to_owned(), ConfigValue::new(v))).collect();
            assert_eq!((parsed.name.as_str(), given), (name, expected), "{text}");
        }
        for text in ["byon(hosts=a", "byon({a}=b)", "byon(=b)"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("localhost(x)").expect("a text").flags(None).is_err());
    }
}
