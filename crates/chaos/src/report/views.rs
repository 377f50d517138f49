//! What table and plot both take from a history.

use crate::history::{At, Event, Round, Told};

/// When the last thing was seen.
pub(super) fn end(history: &[Event]) -> At {
    let times = history.iter().filter_map(|event| match event {
        Event::State(s) => Some(s.asked.ended),
        Event::Write(w) => Some(w.asked.ended),
        _ => None,
    });
    times.max().unwrap_or(0)
}

/// When writes were acknowledged, in order.
pub(super) fn acknowledged(history: &[Event]) -> Vec<At> {
    let writes = history.iter().filter_map(|event| match event {
        Event::Write(w) if w.told == Told::Recorded => Some(w.asked.ended),
        _ => None,
    });
    let mut all: Vec<At> = writes.collect();
    all.sort_unstable();
    all
}

pub(super) fn rounds(history: &[Event]) -> impl Iterator<Item = &Round> {
    history.iter().filter_map(|event| match event {
        Event::Round(round) => Some(round),
        _ => None,
    })
}

/// The stretches without an acknowledged write of any writer, at least so long.
pub(super) fn gaps(acknowledged: &[At], at_least: At) -> impl Iterator<Item = (At, At)> {
    acknowledged.windows(2).map(|two| (two[0], two[1])).filter(move |(from, to)| to - from >= at_least)
}

/// The longest of them that a round has to do with.
pub(super) fn longest_gap(acknowledged: &[At], from: At, to: At) -> At {
    let touching = gaps(acknowledged, 0).filter(|gap| gap.1 > from && gap.0 < to);
    touching.map(|gap| gap.1 - gap.0).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_gap_of_a_round_may_begin_before_it_and_end_after_it() {
        let acknowledged = [0, 10, 500, 510, 900];
        assert_eq!(longest_gap(&acknowledged, 100, 200), 490);
        assert_eq!(longest_gap(&acknowledged, 502, 508), 10);
        assert_eq!(longest_gap(&acknowledged, 100, 600), 490);
        assert_eq!(gaps(&acknowledged, 300).collect::<Vec<_>>(), [(10, 500), (510, 900)]);
    }
}
