//! Conversions that print any value, single characters, and how a text fills its field.

use serde_json::Value;

use super::error::FormatError;
use super::spec::{Conversion, Spec};
use crate::java;

/// `%%` and `%n`.
pub(super) fn fixed(spec: &Spec<'_>) -> String {
    match spec.conversion {
        Conversion::LineEnd => "\n".into(),
        _ => justified(spec, "%".into()),
    }
}

/// `%s`, `%b` and `%h`.
pub(super) fn general(spec: &Spec<'_>, arg: &Value) -> String {
    let text = match (spec.conversion, arg) {
        (Conversion::Boolean, Value::Bool(b)) => b.to_string(),
        (Conversion::Boolean, arg) => (!arg.is_null()).to_string(),
        (Conversion::Hash, Value::Null) => "null".into(),
        (Conversion::Hash, arg) => format!("{:x}", java::hash_code(arg)),
        (_, arg) => java::text(arg),
    };
    cut(spec, &text)
}

/// `%c`: a number is a character's.
pub(super) fn character(spec: &Spec<'_>, arg: &Value) -> Result<String, FormatError> {
    let specifier = || spec.text.to_owned();
    if arg.is_null() {
        return Ok("null".into());
    }
    let code = arg.as_i64().filter(|n| i32::try_from(*n).is_ok());
    let code =
        code.ok_or_else(|| FormatError::WrongType { specifier: specifier(), class: java::class_name(arg) })?;
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    let character =
        character.ok_or_else(|| FormatError::NoCharacter { specifier: specifier(), given: code })?;
    Ok(character.to_string())
}

/// The text up to the precision, counted as Java counts.
pub(super) fn cut(spec: &Spec<'_>, text: &str) -> String {
    let Some(precision) = spec.precision else { return text.to_owned() };
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= precision
        })
        .collect()
}

/// The text with blanks up to the width, on the left unless the flag `-` says otherwise.
pub(super) fn justified(spec: &Spec<'_>, text: String) -> String {
    let blanks = " ".repeat(spec.width.saturating_sub(java::length(&text)));
    if spec.flags.has('-') { text + &blanks } else { blanks + &text }
}
