//! The functions that make texts.

use lang::regex::Regex;
use serde_json::Value;

use super::scene::Scene;
use super::{Eval, fail};

/// A text for a URL's query, as forms encode it.
pub(crate) fn url_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(byte.into()),
            b' ' => out.push('+'),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.extend([byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)])));
            }
        }
    }
    out
}

/// Java's `replaceAll`.
pub(super) fn replaced(text: &str, pattern: &str, replacement: &str) -> Eval {
    let replaced = Regex::new(pattern).and_then(|regex| regex.replace_all(text, replacement));
    replaced.map_or_else(|e| fail(format!("regexReplacement: {e}")), |text| Ok(text.into()))
}

impl Scene<'_> {
    /// Java's `String.format`.
    pub(super) fn formatted(self, pattern: &str, args: &[Value]) -> Eval {
        let args: Vec<Value> = args.iter().map(|arg| self.printable(arg)).collect::<Eval<_>>()?;
        match lang::format::format(pattern, &args) {
            Ok(text) => Ok(text.into()),
            Err(e) => fail(format!("formatString: {e}")),
        }
    }

    /// An entity as texts show it; everything else as it is.
    fn printable(self, value: &Value) -> Eval {
        Ok(self.entity_of(value)?.map_or_else(|| value.clone(), |e| e.described().into()))
    }
}
