//! Port ranges (`brooklyn-blueprints.md` B): `80`, `8080-8099`, `8000+`, and lists of these.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde_json::Value;

/// The longest list of ranges.
const RANGES_MAX: usize = 1000;

/// Ports in the order in which they are to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortRange(Vec<RangeInclusive<u16>>);

/// A text that is no port range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected ports such as 8080, 8080-8099, 8000+ or a list of these")]
pub struct BadPorts;

impl PortRange {
    /// The ports a value stands for: a number, a text, or a list of both.
    pub fn of(value: &Value) -> Result<Self, BadPorts> {
        match value {
            Value::Number(n) => {
                let port = n.as_u64().and_then(|n| u16::try_from(n).ok()).ok_or(BadPorts)?;
                Ok(Self(vec![port..=port]))
            }
            Value::String(text) => text.parse(),
            Value::Array(items) if items.len() <= RANGES_MAX => {
                let ranges: Result<Vec<Self>, BadPorts> = items.iter().map(Self::of).collect();
                Ok(Self(ranges?.into_iter().flat_map(|r| r.0).collect()))
            }
            _ => Err(BadPorts),
        }
    }

    /// The ports one after the other.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// The port, if it is exactly one.
    pub fn single(&self) -> Option<u16> {
        match self.0.as_slice() {
            [range] if range.start() == range.end() => Some(*range.start()),
            _ => None,
        }
    }
}

impl FromStr for PortRange {
    type Err = BadPorts;

    fn from_str(text: &str) -> Result<Self, BadPorts> {
        let text = text.trim();
        let text = text.strip_prefix(['[', '{']).and_then(|t| t.strip_suffix([']', '}'])).unwrap_or(text);
        let parts: Vec<&str> = text.split(',').collect();
        if parts.len() > RANGES_MAX {
            return Err(BadPorts);
        }
        parts.into_iter().map(one).collect::<Result<_, _>>().map(Self)
    }
}

fn one(text: &str) -> Result<RangeInclusive<u16>, BadPorts> {
    let port = |text: &str| text.trim().parse::<u16>().map_err(|_| BadPorts);
    let text = text.trim();
    if let Some(from) = text.strip_suffix('+') {
        return Ok(port(from)?..=u16::MAX);
    }
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (port(from)?, port(to)?),
        None => (port(text)?, port(text)?),
    };
    if from <= to { Ok(from..=to) } else { Err(BadPorts) }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, range) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            match (range.start(), range.end()) {
                (from, to) if from == to => write!(f, "{comma}{from}")?,
                (from, to) => write!(f, "{comma}{from}-{to}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ports_are_read_in_all_forms() {
        for (given, shown, first_and_last) in [
            (json!(80), "80", (80, 80)),
            (json!("80"), "80", (80, 80)),
            (json!("8080-8099"), "8080-8099", (8080, 8099)),
            (json!("8000+"), "8000-65535", (8000, 65535)),
            (json!("80, 8080-8081"), "80,8080-8081", (80, 8081)),
            (json!([80, "8080+"]), "80,8080-65535", (80, 65535)),
            (json!("{80,81}"), "80,81", (80, 81)),
        ] {
            let range = PortRange::of(&given).expect(shown);
            assert_eq!(range.to_string(), shown);
            assert_eq!(
                (range.iter().next(), range.iter().last()),
                (Some(first_and_last.0), Some(first_and_last.1))
            );
        }
        for bad in
            [json!(-1), json!(70000), json!("a"), json!("9-8"), json!(""), json!(true), json!({"a": 1})]
        {
            assert_eq!(PortRange::of(&bad), Err(BadPorts), "{bad}");
        }
        assert_eq!(PortRange::of(&json!(80)).map(|r| r.single()), Ok(Some(80)));
        assert_eq!(PortRange::of(&json!("80+")).map(|r| r.single()), Ok(None));
    }
}
