//! Versions of catalog items and bundles, in Brooklyn's order (`brooklyn-blueprints.md` 3.2).

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A version as its author wrote it: `1.2.0`, `2.0.0-SNAPSHOT`, `1.0-beta10`. Equal is what is written the same;
/// the order puts every release above every snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// What an item has whose author gave none.
    pub const UNSAID: &str = "0.0.0-SNAPSHOT";

    /// Takes a text as it is; whether it is a good version is its reader's rule.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it may be replaced by other content.
    pub fn is_snapshot(&self) -> bool {
        self.0.to_ascii_uppercase().contains("SNAPSHOT")
    }

    /// Whether both name the same version to `OSGi`: `1.0`, `1.0.0`, and `1.0-beta`, `1.0.0.beta`.
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        self == other || self.osgi() == other.osgi()
    }

    /// Three numbers and a qualifier behind a point, which is how `OSGi` writes a version.
    pub fn osgi(&self) -> String {
        let (numbers, rest) = self.parts();
        let number = |i: usize| numbers.get(i).filter(|n| !n.is_empty()).copied().unwrap_or("0");
        let more: Vec<&str> =
            numbers.iter().skip(3).copied().chain([rest]).filter(|p| !p.is_empty()).collect();
        let qualifier: String = more
            .join("_")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' })
            .collect();
        let point = if qualifier.is_empty() { "" } else { "." };
        format!("{}.{}.{}{point}{qualifier}", number(0), number(1), number(2))
    }

    /// The numbers in front, and what is behind them without its separator.
    fn parts(&self) -> (Vec<&str>, &str) {
        let end = self.0.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.0.len());
        let (front, rest) = self.0.split_at(end);
        let numbers = front.split('.').filter(|n| !n.is_empty()).map(|n| n.trim_start_matches('0')).collect();
        (numbers, rest.trim_start_matches(['-', '_', '.']))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let release = other.is_snapshot().cmp(&self.is_snapshot());
        let ((a, a_rest), (b, b_rest)) = (self.parts(), other.parts());
        release
            .then_with(|| numbers(&a, &b))
            // What has a qualifier comes before what has none.
            .then_with(|| a_rest.is_empty().cmp(&b_rest.is_empty()))
            .then_with(|| natural(a_rest, b_rest))
            // `1.0` and `1.00`: some order, so that equal means the same text.
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Compares digit texts without leading zeros as numbers of any length.
fn number(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn numbers(a: &[&str], b: &[&str]) -> Ordering {
    let at = |list: &[&str], i: usize| -> String { list.get(i).copied().unwrap_or_default().to_owned() };
    (0..a.len().max(b.len()))
        .map(|i| number(&at(a, i), &at(b, i)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Texts with numbers in them: `beta2` before `beta10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let digits = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
        let cut =
            |s: &str, in_digits: bool| s.find(|c: char| c.is_ascii_digit() != in_digits).unwrap_or(s.len());
        let order = if digits(a) && digits(b) {
            let ((x, rest_a), (y, rest_b)) = (a.split_at(cut(a, true)), b.split_at(cut(b, true)));
            (a, b) = (rest_a, rest_b);
            number(x.trim_start_matches('0'), y.trim_start_matches('0'))
        } else if digits(a) != digits(b) {
            return a.cmp(b);
        } else {
            let ((x, rest_a), (y, rest_b)) = (a.split_at(cut(a, false)), b.split_at(cut(b, false)));
            (a, b) = (rest_a, rest_b);
            x.cmp(y)
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_however_osgi_writes_it() {
        for (a, b) in [
            ("1.0", "1.0.0"),
            ("1.0.0", "1.0.0"),
            ("1", "1.0.0"),
            ("1.0-SNAPSHOT", "1.0.0.SNAPSHOT"),
            ("1.2-SNAPSHOT", "1.2.0.SNAPSHOT"),
            ("2", "2.0.0"),
            ("1.2.3-rc1", "1.2.3.rc1"),
            ("2.0.0-beta.1", "2.0.0.beta_1"),
        ] {
            assert!(Version::new(a).is_the_same_as(&Version::new(b)), "{a} {b}");
            assert_eq!(Version::new(a).osgi(), b);
        }
        assert!(!Version::new("1.0").is_the_same_as(&Version::new("1.1")));
        assert!(!Version::new("1.0-a").is_the_same_as(&Version::new("1.0")));
    }

    #[test]
    fn versions_are_in_brooklyns_order() {
        let ascending = [
            "0.0.0-SNAPSHOT",
            "1.0.0-SNAPSHOT",
            "2.0.0-SNAPSHOT",
            "0.9",
            "1.0-alpha",
            "1.0-beta2",
            "1.0-beta10",
            "1.0",
            "1.0.1",
            "1.2",
            "1.10",
            "2.0.0-rc1",
            "2.0.0",
            "10",
        ];
        for pair in ascending.windows(2) {
            let [a, b] = pair else { continue };
            assert!(Version::new(*a) < Version::new(*b), "{a} < {b}");
            assert!(Version::new(*b) > Version::new(*a), "{b} > {a}");
        }
    }
}
