//! `%d`, `%o` and `%x`, and what signs, groups and zeros do to any number.

use serde_json::Value;

use super::error::FormatError;
use super::spec::{Conversion, Spec};
use crate::java;

pub(super) fn format(spec: &Spec<'_>, arg: &Value) -> Result<String, FormatError> {
    let number = match arg {
        Value::Number(n) => n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from)),
        _ => None,
    };
    let wrong = || FormatError::WrongType { specifier: spec.text.to_owned(), class: java::class_name(arg) };
    let number = number.ok_or_else(wrong)?;
    if spec.conversion == Conversion::Decimal {
        return Ok(signed(spec, number < 0, &number.unsigned_abs().to_string(), spec.width));
    }
    // A number beyond a long has a sign of its own; a smaller one shows the bits of its int or long.
    let big = i64::try_from(number).is_err();
    if let Some(flag) = ['(', ' ', '+'].into_iter().find(|f| !big && spec.flags.has(*f)) {
        return Err(FormatError::FlagMismatch { specifier: spec.text.to_owned(), flag });
    }
    let bits = match i32::try_from(number) {
        Ok(int) => u64::from(int as u32),
        Err(_) => number as u64,
    };
    let (prefix, digits) = match spec.conversion {
        Conversion::Octal => ("0", format!("{bits:o}")),
        _ => ("0x", format!("{bits:x}")),
    };
    let prefix = if spec.flags.has('#') { prefix } else { "" };
    let sign = match (big, spec.flags.has('+'), spec.flags.has(' ')) {
        (true, true, _) => "+",
        (true, _, true) => " ",
        _ => "",
    };
    let before = sign.len() + prefix.len();
    let zeros = if spec.flags.has('0') { spec.width.saturating_sub(before + digits.len()) } else { 0 };
    Ok(format!("{sign}{prefix}{}{digits}", "0".repeat(zeros)))
}

/// Digits (with a point, maybe) and their sign, groups of three, filled up with zeros to `width` where the flags
/// ask for it.
pub(super) fn signed(spec: &Spec<'_>, negative: bool, digits: &str, width: usize) -> String {
    let has = |flag| spec.flags.has(flag);
    let (before, after) = match (negative, has('(')) {
        (true, true) => ("(", ")"),
        (true, false) => ("-", ""),
        (false, _) if has('+') => ("+", ""),
        (false, _) if has(' ') => (" ", ""),
        (false, _) => ("", ""),
    };
    let digits = if has(',') { grouped(digits) } else { digits.to_owned() };
    let taken = before.len() + digits.len() + after.len();
    let zeros = if has('0') { width.saturating_sub(taken) } else { 0 };
    format!("{before}{}{digits}{after}", "0".repeat(zeros))
}

fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}
