//! What a plain scalar means in YAML 1.1, as `SnakeYAML` decides it. Timestamps stay text, as in Brooklyn.

use super::Value;

/// A plain scalar's value.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::String(text.to_owned());
    }
    int(text).or_else(|| float(text)).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Whether a plain scalar is read to base 60 (`22:22` is 1342), which hardly anybody means.
pub(super) fn is_sexagesimal(text: &str) -> bool {
    text.contains(':') && matches!(resolve(text), Value::Int(_) | Value::Float(_))
}

/// The whole number that `text` is: decimal, `0b`, `0x`, octal with a leading 0, or to base 60.
pub(super) fn int(text: &str) -> Option<Value> {
    let (negative, digits) = sign(text);
    let number = if let Some(bits) = digits.strip_prefix("0b") {
        radix(bits, 2)
    } else if let Some(hex) = digits.strip_prefix("0x") {
        radix(hex, 16)
    } else if digits == "0" {
        Some(0)
    } else if let Some(octal) = digits.strip_prefix('0') {
        radix(octal, 8)
    } else if digits.contains(':') {
        base_60(digits)
    } else if digits.starts_with(|c: char| c.is_ascii_digit()) {
        radix(digits, 10)
    } else {
        None
    }?;
    Some(Value::Int(if negative { -number } else { number }))
}

/// The number with a point or an exponent, to base 60, or one of `.inf` and `.nan`, that `text` is.
pub(super) fn float(text: &str) -> Option<Value> {
    let (negative, rest) = sign(text);
    let number = match rest {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if rest == text => f64::NAN,
        _ => decimal(rest)?,
    };
    Some(Value::Float(if negative { -number } else { number }))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Digits and underscores. Numbers that do not fit stay text: their digits are kept.
fn radix(digits: &str, base: u32) -> Option<i128> {
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    if plain.is_empty() || plain.starts_with(['+', '-']) {
        None
    } else {
        i128::from_str_radix(&plain, base).ok()
    }
}

fn base_60(digits: &str) -> Option<i128> {
    let mut parts = digits.split(':');
    let first = parts.next()?;
    if !first.starts_with(|c: char| ('1'..='9').contains(&c)) {
        return None;
    }
    parts.try_fold(radix(first, 10)?, |sum, part| sum.checked_mul(60)?.checked_add(minute(part)?))
}

/// A part to base 60: one or two digits, below 60.
fn minute(part: &str) -> Option<i128> {
    let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
    part.parse().ok().filter(|n| fits && *n < 60)
}

fn decimal(text: &str) -> Option<f64> {
    if text.contains(':') {
        let (whole, fraction) = text.split_once('.')?;
        let whole = base_60(whole)? as f64;
        let all = fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_');
        return if all { Some(whole + digits_value(&format!("0.{fraction}0"))?) } else { None };
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e)),
        None => (text, None),
    };
    if let Some(e) = exponent {
        let digits = sign(e).1;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts_with_digit = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    let well_formed = match fraction {
        None => exponent.is_some() && starts_with_digit(whole) && digits(whole),
        Some(f) if whole.is_empty() => digits(f) && f.contains(|c: char| c.is_ascii_digit()),
        Some(f) => starts_with_digit(whole) && digits(whole) && digits(f),
    };
    if well_formed { digits_value(text) } else { None }
}

fn digits_value(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_snakeyaml_says() {
        for (text, value) in [
            ("yes", Value::Bool(true)),
            ("Off", Value::Bool(false)),
            ("y", Value::String("y".into())),
            ("~", Value::Null),
            ("", Value::Null),
            ("0", Value::Int(0)),
            ("-12", Value::Int(-12)),
            ("+1_000", Value::Int(1000)),
            ("0777", Value::Int(511)),
            ("08", Value::String("08".into())),
            ("0o17", Value::String("0o17".into())),
            ("0xFF", Value::Int(255)),
            ("0b101", Value::Int(5)),
            ("1:30", Value::Int(90)),
            ("22:22", Value::Int(1342)),
            ("8080:80", Value::String("8080:80".into())),
            ("1:2:3", Value::Int(3723)),
            ("1.5", Value::Float(1.5)),
            ("1.", Value::Float(1.0)),
            (".5", Value::Float(0.5)),
            ("1e3", Value::Float(1000.0)),
            ("-1.5E-3", Value::Float(-0.0015)),
            ("1:30.5", Value::Float(90.5)),
            ("-.inf", Value::Float(f64::NEG_INFINITY)),
            (".", Value::String(".".into())),
            ("-", Value::String("-".into())),
            ("1.2.3", Value::String("1.2.3".into())),
            ("1e", Value::String("1e".into())),
            ("127.0.0.1", Value::String("127.0.0.1".into())),
            ("2001-12-14", Value::String("2001-12-14".into())),
            ("18446744073709551615", Value::Int(18_446_744_073_709_551_615)),
            ("0x", Value::String("0x".into())),
            ("--5", Value::String("--5".into())),
            ("é", Value::String("é".into())),
        ] {
            assert_eq!(resolve(text), value, "{text}");
        }
        assert!(matches!(resolve(".NaN"), Value::Float(n) if n.is_nan()));
        assert!(is_sexagesimal("22:22") && !is_sexagesimal("8080:80"));
    }
}
