//! Reads what `cargo test` prints: the counts, the tests that failed, and which test binaries were slow.
//! (Stable libtest does not time single tests; it names those that run for over a minute by itself.)

use super::tally::{Outcome, Tally};

/// Slow test binaries that are named.
const SLOWEST_MAX: usize = 5;
/// A test binary faster than this is not worth naming, in seconds.
const SLOW_SECONDS: f64 = 1.0;

/// What was read so far.
#[derive(Default)]
pub(crate) struct Seen {
    tally: Tally,
    running: Option<String>,
    binaries: Vec<(String, f64)>,
    failures: Vec<String>,
    broken: Vec<String>,
}

impl Seen {
    /// Take one line; whether a reader wants to see it (a test that passed is noise).
    pub(crate) fn line(&mut self, line: &str) -> bool {
        let text = line.trim();
        if let Some(binary) = started(text) {
            self.close_running();
            self.running = Some(binary);
        } else if let Some(result) = text.strip_prefix("test result: ") {
            self.result(result);
        } else if let Some(test) =
            text.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            let binary = self.running.as_deref().unwrap_or("?");
            self.failures.push(format!("{test} ({binary})"));
        } else if text.starts_with("error: could not compile") || text.starts_with("error[") {
            self.broken.push(text.to_owned());
        } else {
            let passed = text.starts_with("test ") && text.ends_with(" ... ok");
            let heading =
                text.starts_with("running ") && (text.ends_with(" tests") || text.ends_with(" test"));
            return !(text.is_empty() || passed || heading);
        }
        true
    }

    /// The counts and notes, once the command has ended.
    pub(crate) fn conclude(mut self, success: bool) -> Outcome {
        if !success {
            self.close_running();
        }
        let mut notes = Vec::new();
        if !success && self.tally.failed == 0 {
            self.tally.failed = 1;
            // Which crates are broken says more than the first of their many errors.
            self.broken.sort_by_key(|line| !line.contains("could not compile"));
            let why = if self.broken.is_empty() {
                "cargo test failed; see above".to_owned()
            } else {
                "the build failed".to_owned()
            };
            notes.push(why);
            notes.extend(self.broken.into_iter().take(10));
        }
        notes.extend(self.failures.iter().map(|test| format!("failed: {test}")));
        self.binaries.retain(|(_, seconds)| *seconds >= SLOW_SECONDS);
        self.binaries.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (binary, seconds) in self.binaries.iter().take(SLOWEST_MAX) {
            notes.push(format!("slow: {seconds:>6.1} s  {binary}"));
        }
        Outcome { tally: self.tally, notes }
    }

    /// A binary that started and gave no result has crashed.
    fn close_running(&mut self) {
        if let Some(binary) = self.running.take() {
            self.tally.failed += 1;
            self.failures.push(format!("{binary} ended without a result (crashed, or was killed)"));
        }
    }

    /// `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.12s`
    fn result(&mut self, result: &str) {
        let count = |word: &str| {
            let part = result.split(['.', ';']).find(|part| part.trim_end().ends_with(word));
            part.and_then(|part| part.split_whitespace().next())
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0)
        };
        self.tally +=
            Tally { passed: count(" passed"), failed: count(" failed"), skipped: count(" ignored") };
        let binary = self.running.take().unwrap_or_default();
        let seconds =
            result.rsplit_once("finished in ").and_then(|(_, time)| time.trim_end_matches('s').parse().ok());
        self.binaries.push((binary, seconds.unwrap_or(0.0)));
    }
}

/// `Running tests/pair.rs (target/debug/deps/pair-0f3c)` gives `pair: tests/pair.rs`.
fn started(text: &str) -> Option<String> {
    if let Some(name) = text.strip_prefix("Doc-tests ") {
        return Some(format!("{name}: documentation"));
    }
    let (source, file) = text.strip_prefix("Running ")?.strip_suffix(')')?.rsplit_once(" (")?;
    let stem = file.rsplit('/').next().unwrap_or(file);
    let name = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
    Some(format!("{name}: {}", source.trim_start_matches("unittests ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, success: bool) -> (Outcome, Vec<String>) {
        let mut seen = Seen::default();
        let shown = text.lines().filter(|line| seen.line(line)).map(str::to_owned).collect();
        (seen.conclude(success), shown)
    }

    const GREEN: &str = "   Compiling base v0.1.0
     Running unittests src/lib.rs (target/debug/deps/brownstone_base-0f3c)

running 3 tests
test ids::round_trip ... ok
test time::parses ... ok
test slow::one ... ignored, needs a mount

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.12s

     Running tests/pair.rs (target/debug/deps/pair-77aa)
test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 12.50s
   Doc-tests brownstone_base
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn green_run_is_counted_and_slow_binaries_named() {
        let (outcome, shown) = read(GREEN, true);
        assert_eq!(outcome.tally, Tally { passed: 8, failed: 0, skipped: 1 });
        assert_eq!(outcome.notes, ["slow:   12.5 s  pair: tests/pair.rs"]);
        assert!(shown.iter().any(|line| line.contains("ignored, needs a mount")));
        assert!(!shown.iter().any(|line| line.ends_with("... ok")));
    }

    #[test]
    fn failed_tests_are_named_with_their_binary() {
        let text = "     Running tests/pair.rs (target/debug/deps/pair-77aa)
test takes_over ... FAILED
test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.50s";
        let (outcome, _) = read(text, false);
        assert_eq!(outcome.tally, Tally { passed: 4, failed: 1, skipped: 0 });
        assert_eq!(outcome.notes, ["failed: takes_over (pair: tests/pair.rs)"]);
    }

    #[test]
    fn a_broken_build_counts_as_failed_and_says_so() {
        let (outcome, shown) =
            read("error[E0308]: mismatched types\nerror: could not compile `x` (lib)", false);
        assert_eq!(outcome.tally.failed, 1);
        assert!(outcome.notes[0].contains("build failed"), "{:?}", outcome.notes);
        assert!(outcome.notes.iter().any(|note| note.contains("could not compile `x`")));
        assert_eq!(shown.len(), 2);
    }

    #[test]
    fn a_crashed_test_binary_is_a_failure() {
        let text = "     Running tests/a.rs (target/debug/deps/a-1)
test one ... ok
     Running tests/b.rs (target/debug/deps/b-2)
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        let (outcome, _) = read(text, false);
        assert_eq!(outcome.tally, Tally { passed: 1, failed: 1, skipped: 0 });
        assert!(outcome.notes[0].contains("a: tests/a.rs ended without a result"), "{:?}", outcome.notes);
    }
}
