//! Reading the server's JSON without trusting it: what is missing is empty.

use serde_json::Value;

/// A text of an object; empty when it has none.
pub(crate) fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// All of a list; nothing when it is none.
pub(crate) fn all(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}
