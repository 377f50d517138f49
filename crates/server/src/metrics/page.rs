//! Numbers as `OpenMetrics` text: each family is described once, before its samples.

use std::fmt::Write as _;

use base::{Histogram, Span};

use super::Tally;

/// The text in the making. Writing to a text cannot fail.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// A family begins.
    pub fn head(&mut self, name: &str, kind: &str, says: &str) {
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
        if name.ends_with("_seconds") {
            let _ = writeln!(self.0, "# UNIT {name} seconds");
        }
        let _ = writeln!(self.0, "# HELP {name} {says}");
    }

    /// One sample of the family that has begun.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        self.labels(labels, None);
        let _ = writeln!(self.0, " {value}");
    }

    /// A family with one sample.
    pub fn gauge(&mut self, name: &str, says: &str, value: u64) {
        self.head(name, "gauge", says);
        self.sample(name, &[], value);
    }

    /// The same, of a length of time.
    pub fn seconds(&mut self, name: &str, says: &str, value: Span) {
        self.head(name, "gauge", says);
        self.sample(name, &[], seconds(value));
    }

    /// How often something went well, and how often it failed.
    pub fn tally(&mut self, name: &str, says: &str, tally: &Tally) {
        let told = tally.read();
        let name = format!("brownstone_{name}");
        self.head(&name, "counter", says);
        self.sample(&format!("{name}_total"), &[], told.count);
        let failures = format!("{name}_failures");
        self.head(&failures, "counter", "Those that failed");
        self.sample(&format!("{failures}_total"), &[], told.failures);
    }

    /// One histogram of the family that has begun.
    pub fn histogram(&mut self, name: &str, labels: &[(&str, &str)], of: &Histogram) {
        for (bound, count) in of.up_to() {
            let bound = bound.map_or("+Inf".to_owned(), seconds);
            let _ = write!(self.0, "{name}_bucket");
            self.labels(labels, Some(&bound));
            let _ = writeln!(self.0, " {count}");
        }
        self.sample(&format!("{name}_count"), labels, of.count());
        self.sample(&format!("{name}_sum"), labels, seconds(of.sum()));
    }

    /// The whole text.
    pub fn end(mut self) -> String {
        self.0.push_str("# EOF\n");
        self.0
    }

    fn labels(&mut self, labels: &[(&str, &str)], bound: Option<&str>) {
        let all = labels.iter().copied().chain(bound.map(|b| ("le", b)));
        for (n, (name, value)) in all.clone().enumerate() {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{name}=\"{value}\"", if n == 0 { '{' } else { ',' });
        }
        if all.count() > 0 {
            self.0.push('}');
        }
    }
}

/// Seconds, as a number with a point; monitoring wants the same bound to be the same text.
pub fn seconds(span: Span) -> String {
    let text = format!("{}.{:06}", span.0 / 1_000_000, span.0 % 1_000_000);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_a_point_and_no_more_digits_than_needed() {
        for (span, text) in [(Span(500), "0.0005"), (Span::secs(10), "10.0"), (Span(2_500_000), "2.5")] {
            assert_eq!(seconds(span), text);
        }
    }

    #[test]
    fn labels_are_escaped() {
        let mut page = Page::default();
        page.sample("x", &[("a", "1\"\\\n"), ("b", "2")], 3);
        assert_eq!(page.end(), "x{a=\"1\\\"\\\\\\n\",b=\"2\"} 3\n# EOF\n");
    }
}
