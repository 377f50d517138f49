//! How many of a whole must be well: `all`, `atLeastOne`, a number, or a curve (`brooklyn-blueprints.md` 4.4).

use serde_json::Value;

/// How many of those that count must fulfil something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Quorum {
    /// Every one; none are enough where there are none.
    All,
    /// Every one, and there is one.
    AllAndAtLeastOne,
    /// One.
    AtLeastOne,
    /// One, where there is any.
    AtLeastOneUnlessEmpty,
    /// It does not matter.
    AlwaysHealthy,
    /// So many.
    Number(f64),
    /// Of so many (first) so many (second), straight lines between.
    Points(Vec<(f64, f64)>),
}

impl Quorum {
    /// Reads a config value; an error for people otherwise.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Self::by_name(text.trim()),
            Value::Number(n) => Ok(Self::Number(n.as_f64().unwrap_or_default())),
            Value::Array(list) => points(list).ok_or_else(|| expected(&value.to_string())),
            other => Err(expected(&other.to_string())),
        }
    }

    fn by_name(text: &str) -> Result<Self, String> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        Ok(match plain.to_ascii_lowercase().as_str() {
            "all" => Self::All,
            "allandatleastone" => Self::AllAndAtLeastOne,
            "atleastone" => Self::AtLeastOne,
            "atleastoneunlessempty" => Self::AtLeastOneUnlessEmpty,
            "alwayshealthy" | "alwaystrue" => Self::AlwaysHealthy,
            _ => {
                if let Ok(n) = text.parse() {
                    return Ok(Self::Number(n));
                }
                let list = serde_json::from_str::<Vec<Value>>(text).ok();
                return list.as_deref().and_then(points).ok_or_else(|| expected(text));
            }
        })
    }

    /// Whether `well` of `total` are enough.
    pub(crate) fn is_met(&self, well: u32, total: u32) -> bool {
        match self {
            Self::All => well >= total,
            Self::AllAndAtLeastOne => well >= total && well >= 1,
            Self::AtLeastOne => well >= 1,
            Self::AtLeastOneUnlessEmpty => well >= 1 || total == 0,
            Self::AlwaysHealthy => true,
            Self::Number(n) => f64::from(well) >= *n,
            Self::Points(points) => f64::from(well) >= interpolated(points, f64::from(total)),
        }
    }
}

fn expected(given: &str) -> String {
    format!(
        "'{given}' is no quorum; expected all, allAndAtLeastOne, atLeastOne, atLeastOneUnlessEmpty, alwaysHealthy, \
         a number, or points such as [[0,0],[5,3]]"
    )
}

/// At least two points, in the order of their totals.
fn points(list: &[Value]) -> Option<Quorum> {
    let point = |v: &Value| match v.as_array()?.as_slice() {
        [total, needed] => Some((total.as_f64()?, needed.as_f64()?)),
        _ => None,
    };
    let points = list.iter().map(point).collect::<Option<Vec<_>>>()?;
    let in_order = points.windows(2).all(|w| w[0].0 < w[1].0);
    (points.len() >= 2 && in_order).then_some(Quorum::Points(points))
}

/// The value of the line through the points at `total`; the outer lines go on.
fn interpolated(points: &[(f64, f64)], total: f64) -> f64 {
    let at = points.windows(2).position(|w| total <= w[1].0).unwrap_or(points.len() - 2);
    let ((x0, y0), (x1, y1)) = (points[at], points[at + 1]);
    y0 + (total - x0) * (y1 - y0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_form_is_read_and_judged() {
        for (given, well, total, met) in [
            (json!("all"), 2, 2, true),
            (json!("all"), 1, 2, false),
            (json!("all"), 0, 0, true),
            (json!("allAndAtLeastOne"), 0, 0, false),
            (json!("at_least_one"), 1, 5, true),
            (json!("atLeastOne"), 0, 0, false),
            (json!("atLeastOneUnlessEmpty"), 0, 0, true),
            (json!("atLeastOneUnlessEmpty"), 0, 1, false),
            (json!("alwaysHealthy"), 0, 3, true),
            (json!(2), 1, 3, false),
            (json!("2"), 2, 3, true),
            (json!([[0, 0], [5, 3], [10, 5]]), 2, 5, false),
            (json!([[0, 0], [5, 3], [10, 5]]), 3, 5, true),
            (json!("[[0,0],[5,3]]"), 6, 10, true),
        ] {
            assert_eq!(Quorum::read(&given).unwrap().is_met(well, total), met, "{given} {well}/{total}");
        }
    }

    #[test]
    fn what_is_no_quorum_is_refused_with_what_is() {
        for given in [json!("most"), json!([[1]]), json!([[5, 3], [0, 0]]), json!({"a": 1})] {
            assert!(Quorum::read(&given).unwrap_err().contains("atLeastOne"), "{given}");
        }
    }
}
