//! What is taken out of an answer over HTTP, by whoever asked.

use lang::jsonpath::JsonPath;
use serde_json::Value;

/// The part of a body that a path names. A body that is no JSON can only be taken whole.
pub(crate) fn part_of(body: &str, path: &str) -> Result<Value, String> {
    let body: Value = match serde_json::from_str(body) {
        Ok(value) => value,
        Err(_) if path == "$" => body.into(),
        Err(e) => return Err(format!("the answer is no JSON: {e}")),
    };
    let found = JsonPath::new(path).map_err(|e| e.to_string())?.find(&body);
    found.ok_or_else(|| format!("the answer has nothing at {path}"))
}
