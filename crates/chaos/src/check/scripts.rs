//! Scripts: each call runs at most once, and one that was acknowledged has run.

use std::collections::BTreeMap;

use super::{Broken, Promise, last_look, shown};
use crate::history::{Event, Told};

pub(super) fn check(history: &[Event]) -> Vec<Broken> {
    let Some(end) = last_look(history) else { return Vec::new() };
    let mut ran: BTreeMap<&str, u64> = BTreeMap::new();
    for word in &end.words {
        *ran.entry(word).or_default() += 1;
    }
    let mut broken = Vec::new();
    for event in history {
        let Event::Script(script) = event else { continue };
        let at = script.asked.ended;
        let times = ran.remove(script.word.as_str()).unwrap_or(0);
        let wrong = match (script.told, times) {
            (Told::Recorded, 1) | (Told::Refused, 0) | (Told::Unknown, 0 | 1) => continue,
            (Told::Recorded, 0) => (Promise::NothingLost, "was acknowledged and has not run"),
            (Told::Refused, _) => (Promise::NothingDoubled, "was refused and has run"),
            (Told::Recorded | Told::Unknown, _) => (Promise::NothingDoubled, "has run more than once"),
        };
        let what = format!("the script of {} at {} {} ({times} times)", script.word, shown(at), wrong.1);
        broken.push(Broken::new(wrong.0, at, what));
    }
    for word in ran.keys() {
        let what = format!("the script has run for {word:?}, which nobody asked for");
        broken.push(Broken::new(Promise::NothingDoubled, end.at, what));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;

    #[test]
    fn once_or_of_unknown_outcome_is_right() {
        let history = [
            script(0, "a", Told::Recorded),
            script(10, "b", Told::Unknown),
            script(20, "c", Told::Unknown),
            script(30, "d", Told::Refused),
            end(None, 0, &["a", "c"]),
        ];
        assert_eq!(broken(&history), []);
    }

    #[test]
    fn twice_never_and_unasked_are_seen() {
        let with = |told, words: &[&str]| broken(&[script(0, "a", told), end(None, 0, words)]);
        assert_eq!(with(Told::Recorded, &["a", "a"]), [Promise::NothingDoubled]);
        assert_eq!(with(Told::Unknown, &["a", "a"]), [Promise::NothingDoubled]);
        assert_eq!(with(Told::Refused, &["a"]), [Promise::NothingDoubled]);
        assert_eq!(with(Told::Recorded, &[]), [Promise::NothingLost]);
        assert_eq!(with(Told::Recorded, &["a", "b"]), [Promise::NothingDoubled]);
    }
}
