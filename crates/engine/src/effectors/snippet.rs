//! The beginning of what a web server answered, for the text of an error: never with a secret in it.

use base::Secret;
use base::secret::is_sensitive_name;
use serde_json::Value;

/// How much of it is shown, in characters.
const SHOWN: usize = 200;
const HIDDEN: &str = "******";

/// One line of at most so many characters. JSON loses the values of members whose name looks secret; another text
/// that speaks of secrets is not shown at all; and whatever was sent as a secret is hidden wherever it comes back.
pub(super) fn snippet(body: &str, sent: &[Secret]) -> String {
    if body.trim().is_empty() {
        return "(no body)".to_owned();
    }
    let mut text = match serde_json::from_str::<Value>(body) {
        Ok(value) => hidden(value).to_string(),
        Err(_) if is_sensitive_name(body) => {
            return format!("(a body of {} bytes, which may hold a secret)", body.len());
        }
        Err(_) => body.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    for secret in sent.iter().map(Secret::reveal).filter(|s| !s.is_empty()) {
        text = text.replace(secret, HIDDEN);
    }
    let cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() { format!("{cut} ...") } else { cut }
}

fn hidden(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| {
                let value = if is_sensitive_name(&name) { HIDDEN.into() } else { hidden(value) };
                (name, value)
            })
            .collect(),
        Value::Array(list) => list.into_iter().map(hidden).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_the_beginning_of_an_answer_and_no_secret() {
        let sent = [Secret::new("hunter2")];
        for (body, shown) in [
            ("", "(no body)"),
            ("no\n  such thing", "no such thing"),
            ("you said hunter2", "you said ******"),
            ("password: swordfish", "(a body of 19 bytes, which may hold a secret)"),
            (
                r#"{"error":"bad","a":[{"db.password":"swordfish"}],"said":"hunter2"}"#,
                r#"{"a":[{"db.password":"******"}],"error":"bad","said":"******"}"#,
            ),
        ] {
            assert_eq!(snippet(body, &sent), shown, "{body}");
        }
        let long = snippet(&"x".repeat(1000), &[]);
        assert_eq!(long, format!("{} ...", "x".repeat(200)));
    }
}
