//! Reads the counts that the console's test runner prints: ` Tests  1 failed | 11 passed | 2 skipped (14)`.

use super::tally::{Outcome, Tally};

/// What was read so far.
#[derive(Default)]
pub(crate) struct Seen {
    tally: Tally,
}

impl Seen {
    /// Take one line.
    pub(crate) fn line(&mut self, line: &str) {
        let Some(counts) = line.trim().strip_prefix("Tests  ") else { return };
        for part in counts.split('|') {
            let mut words = part.split_whitespace();
            let Some(Ok(n)) = words.next().map(str::parse::<u64>) else { continue };
            match words.next() {
                Some("passed") => self.tally.passed += n,
                Some("failed") => self.tally.failed += n,
                Some("skipped" | "todo") => self.tally.skipped += n,
                _ => {}
            }
        }
    }

    /// The counts, once the command has ended. The build and the lint count as one check.
    pub(crate) fn conclude(mut self, success: bool) -> Outcome {
        if !success && self.tally.failed == 0 {
            self.tally.failed = 1;
        }
        self.tally.passed += 1;
        Outcome { tally: self.tally, notes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_and_a_runner_that_dies_is_a_failure() {
        let mut seen = Seen::default();
        seen.line(" Test Files  1 failed | 3 passed (4)");
        seen.line("      Tests  1 failed | 11 passed | 2 skipped (14)");
        assert_eq!(seen.conclude(false).tally, Tally { passed: 12, failed: 1, skipped: 2 });
        assert_eq!(Seen::default().conclude(false).tally.failed, 1);
    }
}
