//! `%f`, `%e` and `%g`. Java rounds half up the decimal digits that it would print, so `%.2f` of 1.005 is 1.01.

use serde_json::Value;

use super::error::FormatError;
use super::integer::signed;
use super::spec::{Conversion, Spec};
use crate::java::{self, Digits};

/// What is printed when no precision is given.
const PRECISION: usize = 6;

pub(super) fn format(spec: &Spec<'_>, arg: &Value) -> Result<String, FormatError> {
    let value = match arg {
        Value::Number(n) if n.is_f64() => n.as_f64(),
        _ => None,
    };
    let wrong = || FormatError::WrongType { specifier: spec.text.to_owned(), class: java::class_name(arg) };
    let value = value.ok_or_else(wrong)?;
    let negative = value.is_sign_negative();
    let digits = Digits::of(value);
    let precision = spec.precision.unwrap_or(PRECISION);
    Ok(match spec.conversion {
        Conversion::Fixed => plain(spec, negative, &digits.rounded(precision), precision),
        Conversion::Scientific => scientific(spec, negative, &digits, precision),
        _ => general(spec, negative, &digits, value == 0.0, precision.max(1)),
    })
}

/// The point stands behind the digits even when nothing follows, if the flag `#` says so.
fn pointed(spec: &Spec<'_>, digits: String, precision: usize) -> String {
    if spec.flags.has('#') && precision == 0 { digits + "." } else { digits }
}

fn plain(spec: &Spec<'_>, negative: bool, digits: &Digits, precision: usize) -> String {
    signed(spec, negative, &pointed(spec, digits.plain(precision), precision), spec.width)
}

fn scientific(spec: &Spec<'_>, negative: bool, digits: &Digits, precision: usize) -> String {
    let (mantissa, exponent) = digits.significant(precision + 1).scientific(precision);
    let exponent = format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    // The exponent stands within the brackets of a negative number.
    let width = spec.width.saturating_sub(exponent.len());
    let number = signed(spec, negative, &pointed(spec, mantissa, precision), width);
    match number.strip_suffix(')') {
        Some(open) => format!("{open}{exponent})"),
        None => number + &exponent,
    }
}

/// Plain from 0.0001 up to as many digits as the precision has, else with an exponent.
fn general(spec: &Spec<'_>, negative: bool, digits: &Digits, zero: bool, precision: usize) -> String {
    let rounded = digits.significant(precision);
    let exponent = if zero { 0 } else { rounded.point() - 1 };
    if exponent < -4 || exponent >= precision as i32 {
        return scientific(spec, negative, digits, precision - 1);
    }
    let behind = usize::try_from(precision as i32 - exponent - 1).unwrap_or(0);
    plain(spec, negative, &rounded, behind)
}
