//! The body of every refusal that has one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What went wrong, for people; `br` and the console print `message` alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApiError {
    /// One sentence: what, where, what to do next.
    pub message: String,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// What a program may want to read (diagnostics of a blueprint).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// The status code.
    pub error: u16,
}

impl ApiError {
    /// A message alone.
    pub fn new(error: u16, message: impl Into<String>) -> Self {
        Self { message: message.into(), details: None, data: None, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_refusal_has_two_fields_in_brooklyns_order() {
        let body = serde_json::to_string(&ApiError::new(404, "Application 'nope' not found")).unwrap();
        assert_eq!(body, r#"{"message":"Application 'nope' not found","error":404}"#);
    }
}
