//! Arithmetic, comparison, concatenation, and how values print.

use serde_json::{Number, Value};

use super::ast::Operator;
use crate::java;

/// A quotient has so many digits behind the point.
const QUOTIENT_SCALE: f64 = 1e12;

/// What a value is, for errors. The value itself may be secret.
pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// How a value stands in a text.
pub(super) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(java::computer_number(number)),
        other => Err(format!("{} cannot stand in a text", describe(other))),
    }
}

/// What an operator other than `&&` and `||` makes of two values.
pub(super) fn apply(operator: Operator, left: &Value, right: &Value) -> Result<Value, String> {
    match operator {
        Operator::Plus => plus(left, right),
        Operator::Equal => equal(left, right).map(Value::Bool),
        Operator::NotEqual => equal(left, right).map(|same| Value::Bool(!same)),
        Operator::Or | Operator::And => Err("`&&` and `||` are for flags".into()),
        _ => {
            let (Value::Number(a), Value::Number(b)) = (left, right) else {
                return Err(format!(
                    "this is for numbers, not for {} and {}",
                    describe(left),
                    describe(right)
                ));
            };
            let (x, y) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
            Ok(match operator {
                Operator::Less => Value::Bool(x < y),
                Operator::LessOrEqual => Value::Bool(x <= y),
                Operator::Greater => Value::Bool(x > y),
                Operator::GreaterOrEqual => Value::Bool(x >= y),
                _ => Value::Number(calculate(operator, a, b)?),
            })
        }
    }
}

fn calculate(operator: Operator, a: &Number, b: &Number) -> Result<Number, String> {
    let (x, y) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
    let whole = a.as_i64().zip(b.as_i64());
    let exact = match (operator, whole) {
        (Operator::Divide | Operator::Remainder, _) if y == 0.0 => {
            return Err("a number is divided by zero".into());
        }
        (Operator::Plus, Some((a, b))) => a.checked_add(b),
        (Operator::Minus, Some((a, b))) => a.checked_sub(b),
        (Operator::Times, Some((a, b))) => a.checked_mul(b),
        (Operator::Divide, Some((a, b))) if a.checked_rem(b) == Some(0) => a.checked_div(b),
        // As in FreeMarker, a remainder is of the whole parts.
        (Operator::Remainder, _) => (x.trunc() as i64).checked_rem(y.trunc() as i64),
        _ => None,
    };
    if let Some(exact) = exact {
        return Ok(exact.into());
    }
    finite(match operator {
        Operator::Plus => x + y,
        Operator::Minus => x - y,
        Operator::Times => x * y,
        _ => (x / y * QUOTIENT_SCALE).round() / QUOTIENT_SCALE,
    })
}

/// A number, unless it is beyond all of them.
pub(super) fn finite(number: f64) -> Result<Number, String> {
    Number::from_f64(number).ok_or_else(|| "the result is too large a number".into())
}

fn plus(left: &Value, right: &Value) -> Result<Value, String> {
    Ok(match (left, right) {
        (Value::Number(a), Value::Number(b)) => Value::Number(calculate(Operator::Plus, a, b)?),
        (Value::Array(a), Value::Array(b)) => a.iter().chain(b).cloned().collect(),
        (Value::Object(a), Value::Object(b)) => {
            Value::Object(a.iter().chain(b).map(|(k, v)| (k.clone(), v.clone())).collect())
        }
        _ => {
            let (left, right) = (text(left)?, text(right)?);
            super::budget::text_fits(left.len() + right.len())?;
            Value::String(left + &right)
        }
    })
}

/// Equality of scalars of one type. As in `FreeMarker`, a text is never silently unequal to a number.
pub(super) fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    match (left, right) {
        (Value::String(a), Value::String(b)) => Ok(a == b),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Number(a), Value::Number(b)) => Ok(a.as_f64() == b.as_f64()),
        _ => Err(format!(
            "{} is compared with {}; ?string, ?number and ?boolean make one of the other",
            describe(left),
            describe(right)
        )),
    }
}
