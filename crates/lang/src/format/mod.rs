//! Java's `String.format`, for `formatString` and the templates: `%s %d %x %o %f %e %g %c %b %h %n %%` with width,
//! precision, flags and argument indexes. The texts are Java's to the letter; `java.tsv` holds what a JDK printed.
//!
//! Dates (`%t`) and hexadecimal floats (`%a`) are refused by name: no blueprint has such values.

mod error;
mod float;
mod integer;
mod simple;
mod spec;

use serde_json::Value;

pub use error::FormatError;
use spec::{Conversion, Piece, Spec, Which};

/// The widest field and the highest precision.
pub const WIDTH_MAX: usize = 10_000;
/// The longest text that is made, in bytes.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// The pattern with the arguments put in.
pub fn format(pattern: &str, args: &[Value]) -> Result<String, FormatError> {
    let mut out = String::new();
    let mut next = 0;
    let mut last = None;
    for piece in spec::pieces(pattern)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Spec(spec) if !spec.conversion.takes_argument() => out.push_str(&simple::fixed(&spec)),
            Piece::Spec(spec) => {
                let index = match spec.which {
                    Which::Next => {
                        next += 1;
                        Some(next - 1)
                    }
                    Which::Last => last,
                    Which::Index(index) => Some(index - 1),
                };
                last = index;
                let arg = index.and_then(|i| args.get(i)).ok_or_else(|| FormatError::MissingArgument {
                    specifier: spec.text.to_owned(),
                    given: args.len(),
                })?;
                out.push_str(&one(&spec, arg)?);
            }
        }
        if out.len() > TEXT_BYTES_MAX {
            return Err(FormatError::TooLong);
        }
    }
    Ok(out)
}

fn one(spec: &Spec<'_>, arg: &Value) -> Result<String, FormatError> {
    let plain = match spec.conversion {
        Conversion::Boolean | Conversion::Hash | Conversion::Text => simple::general(spec, arg),
        Conversion::Character => simple::character(spec, arg)?,
        _ if arg.is_null() => simple::cut(spec, "null"),
        Conversion::Decimal | Conversion::Octal | Conversion::Hexadecimal => integer::format(spec, arg)?,
        Conversion::Fixed | Conversion::Scientific | Conversion::General => float::format(spec, arg)?,
        Conversion::Percent | Conversion::LineEnd => String::new(),
    };
    let cased = if spec.upper { plain.to_uppercase() } else { plain };
    Ok(simple::justified(spec, cased))
}

#[cfg(test)]
mod tests;
