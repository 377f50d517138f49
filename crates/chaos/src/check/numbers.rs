//! The sequence: no number is handed out twice, none goes back, and every one is accounted for.

use std::collections::BTreeMap;

use super::{Broken, Promise, last_look, shown};
use crate::history::{At, Event, Number, Told};

pub(super) fn check(history: &[Event]) -> Vec<Broken> {
    let numbers = history.iter().filter_map(|event| match event {
        Event::Number(n) => Some(n),
        _ => None,
    });
    let all: Vec<&Number> = numbers.collect();
    let mut broken = Vec::new();
    let mut given: BTreeMap<u64, &Number> = BTreeMap::new();
    for number in all.iter().filter(|n| n.told == Told::Recorded) {
        let at = number.asked.ended;
        let Some(value) = number.value else {
            let what = format!("a call that was acknowledged at {} got no number", shown(at));
            broken.push(Broken::new(Promise::NothingOdd, at, what));
            continue;
        };
        if let Some(first) = given.insert(value, number) {
            let what = format!("{value} was handed out at {} and at {}", shown(first.asked.ended), shown(at));
            broken.push(Broken::new(Promise::NothingDoubled, at, what));
        }
    }
    later_calls_get_higher_numbers(&given, &mut broken);
    if let Some(end) = last_look(history) {
        every_number_is_accounted_for(&all, &given, end.sequence, end.at, &mut broken);
    }
    broken
}

fn later_calls_get_higher_numbers(given: &BTreeMap<u64, &Number>, broken: &mut Vec<Broken>) {
    let mut ended: Vec<(At, u64)> = given.iter().map(|(value, n)| (n.asked.ended, *value)).collect();
    ended.sort_unstable();
    let mut began: Vec<(At, u64)> = given.iter().map(|(value, n)| (n.asked.began, *value)).collect();
    began.sort_unstable();
    let (mut next, mut highest) = (0, 0);
    for (at, value) in began {
        while let Some((_, before)) = ended.get(next).filter(|e| e.0 <= at) {
            highest = highest.max(*before);
            next += 1;
        }
        if value < highest {
            let what = format!("{value} was handed out to a call of {} after {highest}", shown(at));
            broken.push(Broken::new(Promise::ReadsGoOn, at, what));
        }
    }
}

/// It began at 0, so its value is how often it was counted up: by the acknowledged calls, and at most once by each
/// call of unknown outcome.
fn every_number_is_accounted_for(
    all: &[&Number],
    given: &BTreeMap<u64, &Number>,
    last: u64,
    at: At,
    broken: &mut Vec<Broken>,
) {
    for (value, number) in given.range(last + 1..) {
        let done = shown(number.asked.ended);
        let what = format!("{value} was handed out at {done}; in the end the sequence is at {last}");
        broken.push(Broken::new(Promise::NothingLost, number.asked.ended, what));
    }
    let unknown = all.iter().filter(|n| n.told == Told::Unknown).count() as u64;
    let holes = last.saturating_sub(given.range(..=last).count() as u64);
    if holes > unknown {
        let what =
            format!("{holes} of {last} numbers went to nobody, but only {unknown} calls may have taken one");
        broken.push(Broken::new(Promise::NothingDoubled, at, what));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;

    #[test]
    fn each_number_once_is_right() {
        let history = [
            number(0, Told::Recorded, Some(1)),
            number(10, Told::Unknown, None),
            number(20, Told::Recorded, Some(3)),
            number(30, Told::Refused, None),
            end(None, 3, &[]),
        ];
        assert_eq!(broken(&history), []);
    }

    #[test]
    fn a_number_given_twice_is_seen() {
        let history = [number(0, Told::Recorded, Some(1)), number(2, Told::Recorded, Some(1))];
        assert_eq!(broken(&history), [Promise::NothingDoubled]);
    }

    #[test]
    fn a_number_that_goes_back_is_seen() {
        let history = [number(0, Told::Recorded, Some(2)), number(10, Told::Recorded, Some(1))];
        assert_eq!(broken(&history), [Promise::ReadsGoOn]);
    }

    #[test]
    fn a_hole_that_nobody_can_have_made_is_seen() {
        let history =
            [number(0, Told::Recorded, Some(1)), number(10, Told::Recorded, Some(3)), end(None, 3, &[])];
        assert_eq!(broken(&history), [Promise::NothingDoubled]);
    }

    #[test]
    fn a_number_behind_the_end_is_lost() {
        let history =
            [number(0, Told::Recorded, Some(1)), number(10, Told::Recorded, Some(2)), end(None, 1, &[])];
        assert_eq!(broken(&history), [Promise::NothingLost]);
    }
}
