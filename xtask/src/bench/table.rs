//! Prints measured numbers as a Markdown table, ready to be quoted.

use std::fmt;
use std::time::Duration;

use super::samples::Samples;

/// Rows of one table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 5]>,
}

impl Table {
    /// Add what was measured.
    pub(crate) fn row(&mut self, what: &str, samples: &Samples) {
        let at = |percent| samples.percentile(percent).map_or_else(|| "-".to_owned(), shown);
        self.rows.push([what.to_owned(), samples.n().to_string(), at(50), at(99), at(100)]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["measured", "n", "p50", "p99", "max"].map(str::to_owned);
        let mut widths = [3; 5];
        for row in std::iter::once(&head).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let line = |f: &mut fmt::Formatter<'_>, row: &[String; 5]| {
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

    #[test]
    fn a_table_is_markdown_with_aligned_columns() {
        let mut table = Table::default();
        table.row("first write after kill -9", &Samples::of(vec![Duration::from_millis(812)]));
        table.row("nothing", &Samples::default());
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "| measured                  |   n |    p50 |    p99 |    max |");
        assert_eq!(lines[1], "|---------------------------|----:|-------:|-------:|-------:|");
        assert_eq!(lines[2], "| first write after kill -9 |   1 | 812 ms | 812 ms | 812 ms |");
        assert_eq!(lines[3], "| nothing                   |   0 |      - |      - |      - |");
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
