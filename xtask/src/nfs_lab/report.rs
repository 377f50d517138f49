//! The results as a table that can be quoted: Markdown.

use std::fmt;
use std::time::Duration;

use super::audit::Counts;
use super::fault::{Fault, TIMEOUT};
use super::round::Round;
use crate::check::tally::Tally;

/// All rows.
pub(super) struct Report {
    /// How busy the host was when it began.
    host: String,
    mounts: Vec<(&'static str, String)>,
    checks: Vec<Check>,
    pub(super) rows: Vec<Row>,
}

/// `store check` in one guest.
struct Check {
    mount: &'static str,
    guest: usize,
    fit: bool,
    said: Vec<String>,
}

/// One fault on one mount, several times.
pub(super) struct Row {
    mount: &'static str,
    fault: Fault,
    rounds: usize,
    outages: Vec<Duration>,
    writes: Vec<Duration>,
    took_over: usize,
    counts: Counts,
    problems: Vec<String>,
    broken: Option<String>,
    /// Rounds that were not begun because the time was over.
    pub(super) skipped: u64,
}

impl Row {
    pub(super) fn new(mount: &'static str, fault: Fault) -> Self {
        Self {
            mount,
            fault,
            rounds: 0,
            outages: Vec::new(),
            writes: Vec::new(),
            took_over: 0,
            counts: Counts::default(),
            problems: Vec::new(),
            broken: None,
            skipped: 0,
        }
    }

    /// One more round.
    pub(super) fn add(&mut self, round: Round) {
        self.rounds += 1;
        self.outages.extend(round.outage);
        self.writes.extend(round.writes);
        self.took_over += usize::from(round.took_over);
        let (all, new) = (&mut self.counts, round.counts);
        all.recorded += new.recorded;
        all.refused += new.refused;
        all.unknown += new.unknown;
        all.lost += new.lost;
        all.doubled += new.doubled;
        all.ghosts += new.ghosts;
        self.problems.extend(round.problems);
    }

    /// The pair did not get well again.
    pub(super) fn broken(&mut self, why: String) {
        self.broken = Some(why);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    fn cells(&self) -> [String; COLUMNS] {
        let shown = |outage: Option<Duration>| {
            outage.map_or_else(|| "-".to_owned(), |outage| format!("{:.2} s", outage.as_secs_f64()))
        };
        let worst = percentile(&self.outages, 99);
        let goal = match (self.fault.goal(), worst) {
            (Some(goal), Some(worst)) => {
                let reached = if worst <= goal { "yes" } else { "**no**" };
                format!("{:.1} s: {reached}", goal.as_secs_f64())
            }
            _ => "-".to_owned(),
        };
        let Counts { recorded, refused: _, unknown, lost, doubled, ghosts } = &self.counts;
        [
            self.mount.to_owned(),
            self.fault.what().to_owned(),
            self.rounds.to_string(),
            self.took_over.to_string(),
            shown(percentile(&self.outages, 50)),
            shown(worst),
            goal,
            recorded.to_string(),
            unknown.to_string(),
            lost.to_string(),
            doubled.to_string(),
            ghosts.to_string(),
            (self.problems.len() + usize::from(self.is_broken())).to_string(),
        ]
    }
}

impl Report {
    pub(super) fn new(host: String) -> Self {
        Self { host, mounts: Vec::new(), checks: Vec::new(), rows: Vec::new() }
    }

    /// How a mount looks to the guests' kernels.
    pub(super) fn mount(&mut self, name: &'static str, mounted: &str) {
        self.mounts.push((name, mounted.to_owned()));
    }

    /// What `store check` said in a guest.
    pub(super) fn check(&mut self, mount: &'static str, guest: usize, fit: bool, said: &[String]) {
        self.checks.push(Check { mount, guest, fit, said: said.to_vec() });
    }

    /// A row counts as one check.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for row in &self.rows {
            if row.is_broken() || !row.problems.is_empty() {
                tally.failed += 1;
            } else if row.rounds == 0 {
                tally.skipped += 1;
            } else {
                tally.passed += 1;
            }
        }
        for check in &self.checks {
            if check.fit {
                tally.passed += 1;
            } else {
                tally.failed += 1;
            }
        }
        tally
    }

    /// Everything that is wrong, a line each, and what was left out.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut all = Vec::new();
        for row in &self.rows {
            let of = |text: &str| format!("{}: {}: {text}", row.mount, row.fault.what());
            all.extend(row.problems.iter().chain(&row.broken).map(|problem| of(problem)));
            if row.skipped > 0 && row.rounds == 0 {
                all.push(of("not begun, so that the short form is over in two minutes"));
            }
        }
        for Check { mount, guest, fit, said } in &self.checks {
            if !fit {
                // What failed first; the rest is in the guest's log.
                let first = said.iter().find(|line| line.starts_with("FAILED")).map_or("", String::as_str);
                all.push(format!("{mount}: store check in guest {guest}: {first}"));
            }
        }
        all
    }
}

/// The smallest that at least this part (0 to 100) of all are not above.
fn percentile(all: &[Duration], percent: usize) -> Option<Duration> {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

const COLUMNS: usize = 13;
const HEAD: [&str; COLUMNS] = [
    "mount",
    "fault",
    "n",
    "taken over",
    "nobody could write, p50",
    "p99",
    "goal of p99",
    "acknowledged",
    "unknown",
    "lost",
    "doubled",
    "refused but there",
    "problems",
];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, mounted) in &self.mounts {
            writeln!(f, "- `{name}`: `{mounted}`")?;
        }
        for check in &self.checks {
            let word = if check.fit { "fit" } else { "NOT fit" };
            writeln!(f, "- `brownstone store check` on `{}`, guest {}: {word}", check.mount, check.guest)?;
        }
        // What a goal has to be read with: the guests, and whatever else runs on the host, are slow.
        for (name, _) in &self.mounts {
            let of_mount = self.rows.iter().filter(|row| row.mount == *name);
            let writes: Vec<Duration> = of_mount.flat_map(|row| &row.writes).copied().collect();
            if let (Some(half), Some(most)) = (percentile(&writes, 50), percentile(&writes, 99)) {
                let (half, most, n) = (half.as_millis(), most.as_millis(), writes.len());
                writeln!(
                    f,
                    "- `{name}`: a write with nothing wrong took {half} ms (p50), {most} ms (p99), n={n}"
                )?;
            }
        }
        writeln!(f, "- {}", self.host)?;
        writeln!(f, "\n`heartbeatTimeout={}s`:\n", TIMEOUT.as_secs())?;
        writeln!(f, "| {} |", HEAD.join(" | "))?;
        writeln!(f, "|---|---|{}", "---:|".repeat(COLUMNS - 2))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.cells().join(" | "))?;
        }
        for problem in self.problems() {
            writeln!(f, "\nproblem: {problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(problems: Vec<String>) -> Round {
        let counts = Counts { recorded: 7, ..Counts::default() };
        let second = Duration::from_secs(1);
        Round { outage: Some(second), writes: vec![second], took_over: true, counts, problems }
    }

    #[test]
    fn a_row_counts_as_passed_only_when_something_was_tried_and_nothing_was_wrong() {
        let mut report = Report::new("load 0".to_owned());
        report.rows = (0..4).map(|_| Row::new("default", Fault::Kill)).collect();
        report.rows[0].add(round(Vec::new()));
        report.rows[1].add(round(vec!["a write was lost".to_owned()]));
        report.rows[2].broken("nobody took over".to_owned());
        report.rows[3].skipped = 1;
        assert_eq!(report.tally(), Tally { passed: 1, failed: 2, skipped: 1 });
        report.check("soft", 2, false, &["FAILED no links".to_owned()]);
        assert_eq!(report.tally().failed, 3);
        let problems = report.problems().join("\n");
        for part in ["a write was lost", "nobody took over", "not begun", "no links"] {
            assert!(problems.contains(part), "{part}: {problems}");
        }
        let text = report.to_string();
        assert!(text.contains("| 1 | 1 | 1.00 s | 1.00 s | 1.2 s: yes | 7 | 0 |"), "{text}");
    }
}
