//! Counting: what a stage found, and the sum that the last line of `./check` shows.

use std::fmt;
use std::ops::AddAssign;

/// How many checks passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// What a stage found, and what a reader should know about it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    pub(crate) notes: Vec<String>,
}

impl Outcome {
    /// One check that passed: how a stage counts that has no tests of its own.
    pub(crate) fn passed() -> Self {
        Self { tally: Tally { passed: 1, ..Tally::default() }, notes: Vec::new() }
    }

    /// One check that failed, and why.
    pub(crate) fn failed(why: String) -> Self {
        Self { tally: Tally { failed: 1, ..Tally::default() }, notes: vec![why] }
    }

    /// One check that was left out, and why.
    pub(crate) fn skipped(why: String) -> Self {
        Self { tally: Tally { skipped: 1, ..Tally::default() }, notes: vec![why] }
    }

    /// The same with one more note.
    pub(crate) fn noting(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }
}

impl Tally {
    /// Reads the line that this type prints; nothing of any other.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let count = |part: Option<&str>, word: &str| -> Option<u64> {
            part?.trim().strip_suffix(word)?.trim_end().parse().ok()
        };
        let mut parts = line.trim().split(',');
        let passed = count(parts.next(), "passed")?;
        let failed = count(parts.next(), "failed")?;
        let skipped = count(parts.next(), "skipped")?;
        parts.next().is_none().then_some(Self { passed, failed, skipped })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.tally += other.tally;
        self.notes.extend(other.notes);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_reads_what_it_prints() {
        let tally = Tally { passed: 12, failed: 1, skipped: 0 };
        assert_eq!(Tally::parse(&tally.to_string()), Some(tally));
        assert_eq!(Tally::parse("12 passed, 1 failed"), None);
        assert_eq!(Tally::parse("all is well"), None);
    }
}
