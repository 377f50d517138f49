//! Prints measured numbers as a Markdown table, ready to be quoted.

use std::fmt;
use std::time::Duration;

use super::samples::Samples;

/// What a measured number must not be above.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// Half of all.
    Half(Duration),
    /// All but one of a hundred.
    P99(Duration),
    /// Every single one.
    Each(Duration),
}

/// Rows of one table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; COLUMNS]>,
}

const COLUMNS: usize = 7;
const HEAD: [&str; COLUMNS] = ["measured", "n", "p50 or value", "p99", "max", "goal", "reached"];

impl Table {
    /// Durations, and what is wanted of them.
    pub(crate) fn timed(&mut self, what: &str, samples: &Samples, goal: Goal) {
        let (percent, limit, text) = match goal {
            Goal::Half(limit) => (50, limit, "p50 <= "),
            Goal::P99(limit) => (99, limit, "p99 <= "),
            Goal::Each(limit) => (100, limit, "max <= "),
        };
        let reached = samples.percentile(percent).map(|measured| measured <= limit);
        self.durations(what, samples, format!("{text}{}", shown(limit)), said(reached));
    }

    /// Durations that others are compared with.
    pub(crate) fn beside(&mut self, what: &str, samples: &Samples) {
        self.durations(what, samples, "-".to_owned(), "-");
    }

    /// One number, and whether it is what is wanted.
    pub(crate) fn number(&mut self, what: &str, n: usize, value: &str, goal: &str, reached: bool) {
        self.push([what, &n.to_string(), value, "-", "-", goal, said(Some(reached))]);
    }

    /// How many a second, of those that were done in some time.
    pub(crate) fn rate(&mut self, what: &str, samples: &Samples, during: Duration, wanted: u32) {
        let rate = samples.n() as f64 / during.as_secs_f64();
        let (value, goal) = (format!("{rate:.0} a second"), format!(">= {wanted} a second"));
        self.number(what, samples.n(), &value, &goal, rate >= f64::from(wanted));
    }

    /// One number that others are compared with.
    pub(crate) fn note(&mut self, what: &str, n: usize, value: &str) {
        self.push([what, &n.to_string(), value, "-", "-", "-", "-"]);
    }

    /// What could not be measured here, and why.
    pub(crate) fn missing(&mut self, what: &str, why: &str, goal: &str) {
        self.push([what, "0", why, "-", "-", goal, "not measured here"]);
    }

    /// Add the rows of another table.
    pub(crate) fn append(&mut self, mut other: Table) {
        self.rows.append(&mut other.rows);
    }

    fn durations(&mut self, what: &str, samples: &Samples, goal: String, reached: &str) {
        let at = |percent| samples.percentile(percent).map_or_else(|| "-".to_owned(), shown);
        let n = samples.n().to_string();
        self.rows.push([what.to_owned(), n, at(50), at(99), at(100), goal, reached.to_owned()]);
    }

    fn push(&mut self, row: [&str; COLUMNS]) {
        self.rows.push(row.map(str::to_owned));
    }
}

/// A goal that was not reached is seen at a glance.
fn said(reached: Option<bool>) -> &'static str {
    match reached {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "not measured",
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = HEAD.map(str::to_owned);
        let mut widths = [3; COLUMNS];
        for row in std::iter::once(&head).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let line = |f: &mut fmt::Formatter<'_>, row: &[String; COLUMNS]| {
            let [what, rest @ ..] = row;
            write!(f, "| {what:<0$} |", widths[0])?;
            for (cell, width) in rest.iter().zip(&widths[1..]) {
                write!(f, " {cell:>width$} |")?;
            }
            writeln!(f)
        };
        line(f, &head)?;
        write!(f, "|{}|", "-".repeat(widths[0] + 2))?;
        for width in &widths[1..] {
            write!(f, "{}:|", "-".repeat(width + 1))?;
        }
        writeln!(f)?;
        self.rows.iter().try_for_each(|row| line(f, row))
    }
}

/// A duration with three digits that mean something.
fn shown(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1e3;
    match millis {
        ms if ms >= 10_000.0 => format!("{:.1} s", ms / 1e3),
        ms if ms >= 1_000.0 => format!("{:.2} s", ms / 1e3),
        ms if ms >= 100.0 => format!("{ms:.0} ms"),
        ms if ms >= 10.0 => format!("{ms:.1} ms"),
        ms => format!("{ms:.2} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_table_is_markdown_with_aligned_columns() {
        let mut table = Table::default();
        table.timed("first write after kill -9", &Samples::of(vec![millis(812)]), Goal::P99(millis(1_200)));
        table.beside("nothing", &Samples::default());
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "| measured                  |   n | p50 or value |    p99 |    max |          goal | reached |",
                "|---------------------------|----:|-------------:|-------:|-------:|--------------:|--------:|",
                "| first write after kill -9 |   1 |       812 ms | 812 ms | 812 ms | p99 <= 1.20 s |     yes |",
            ]
        );
        assert!(lines[3].starts_with("| nothing ") && lines[3].contains("|   0 |            - |"), "{text}");
    }

    #[test]
    fn a_goal_that_was_missed_or_not_measured_is_never_called_reached() {
        let hundred = Samples::of((1..=100).map(millis).collect());
        for (samples, goal, reached) in [
            (&hundred, Goal::Half(millis(50)), "yes"),
            (&hundred, Goal::Half(millis(49)), "**no**"),
            (&hundred, Goal::P99(millis(99)), "yes"),
            (&hundred, Goal::P99(millis(98)), "**no**"),
            (&hundred, Goal::Each(millis(99)), "**no**"),
            (&Samples::default(), Goal::Each(millis(99)), "not measured"),
        ] {
            let mut table = Table::default();
            table.timed("it", samples, goal);
            assert_eq!(table.rows[0][6], reached, "{goal:?}");
        }
        let mut table = Table::default();
        table.number("lost", 8, "1", "0", false);
        assert_eq!(table.rows[0][6], "**no**");
    }

    #[test]
    fn durations_are_shown_with_the_digits_that_matter() {
        let cases = [
            (412, "0.41 ms"),
            (1_500, "1.50 ms"),
            (45_600, "45.6 ms"),
            (1_200_000, "1.20 s"),
            (31_950_000, "31.9 s"),
        ];
        for (micros, text) in cases {
            assert_eq!(shown(Duration::from_micros(micros)), text);
        }
    }
}
