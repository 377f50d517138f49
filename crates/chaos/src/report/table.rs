//! The table: for each nemesis how often it struck, what became of the writes, and how long nobody could write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::views;
use crate::check::{Broken, Promise};
use crate::history::{At, Event, Round};

#[derive(Default)]
struct Row {
    rounds: u64,
    acknowledged: usize,
    lost: usize,
    doubled: usize,
    gaps: Vec<At>,
}

pub(super) fn markdown(history: &[Event], broken: &[Broken]) -> String {
    let acknowledged = views::acknowledged(history);
    let rounds: Vec<&Round> = views::rounds(history).collect();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (n, round) in rounds.iter().enumerate() {
        let to = rounds.get(n + 1).map_or(At::MAX, |next| next.began);
        let to_serving = round.serving.unwrap_or(to);
        let name = match round.nemeses.as_slice() {
            [one] => one.clone(),
            _ => "two at once".to_owned(),
        };
        for row in [name, "all".to_owned()] {
            let row = rows.entry(row).or_default();
            row.rounds += 1;
            row.gaps.push(views::longest_gap(&acknowledged, round.began, to_serving));
            row.acknowledged += acknowledged.iter().filter(|at| (round.began..to).contains(at)).count();
            row.lost += count(broken, Promise::NothingLost, round.began, to);
            row.doubled += count(broken, Promise::NothingDoubled, round.began, to);
        }
    }
    let mut text = String::from(
        "| nemesis | rounds | writes acknowledged | lost | doubled | nobody could write: p50 | p99 | max |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let last = ["two at once", "all"];
    let single = rows.iter().filter(|(name, _)| !last.contains(&name.as_str()));
    let combined = last.iter().filter_map(|name| rows.get_key_value(*name));
    for (name, row) in single.chain(combined) {
        let mut gaps = row.gaps.clone();
        gaps.sort_unstable();
        let part =
            |p: usize| gaps.get((gaps.len() * p).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0);
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            row.rounds,
            row.acknowledged,
            row.lost,
            row.doubled,
            seconds(part(50)),
            seconds(part(99)),
            seconds(part(100)),
        );
    }
    text
}

fn seconds(time: At) -> String {
    format!("{:.2} s", time as f64 / 1e6)
}

fn count(broken: &[Broken], promise: Promise, from: At, to: At) -> usize {
    broken.iter().filter(|b| b.promise == promise && (from..to).contains(&b.at)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Asked, Told, Write};

    #[test]
    fn a_round_is_counted_with_its_gap_and_what_was_lost_in_it() {
        let write = |ended| {
            let asked = Asked { ended, ..Asked::default() };
            Event::Write(Write { asked, register: "r".into(), value: ended, told: Told::Recorded })
        };
        let round = Round {
            number: 0,
            nemeses: vec!["kill".into()],
            began: 1_000_000,
            healed: 2_000_000,
            serving: Some(2_500_000),
            missing: String::new(),
            fell: Vec::new(),
        };
        let history =
            [write(900_000), write(1_000_000), write(2_250_000), write(3_000_000), Event::Round(round)];
        let lost = Broken { promise: Promise::NothingLost, at: 2_250_000, what: String::new() };
        let text = markdown(&history, &[lost]);
        assert!(text.contains("| kill | 1 | 3 | 1 | 0 | 1.25 s | 1.25 s | 1.25 s |"), "{text}");
        assert!(text.contains("| all | 1 | 3 | 1 | 0 |"), "{text}");
    }
}
