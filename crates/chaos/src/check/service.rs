//! Service: after each heal the plane serves, answers are documented ones, and nobody ends by himself.

use super::{Broken, Promise, last_look, shown};
use crate::history::Event;

/// A fault that struck so often must have had an effect; once or twice it may have met a standby that asked little.
const ENOUGH: usize = 4;

pub(super) fn check(history: &[Event]) -> Vec<Broken> {
    let mut broken = Vec::new();
    for event in history {
        match event {
            Event::Round(round) => {
                let names = round.nemeses.join(" + ");
                if round.serving.is_none() {
                    let (at, missing) = (shown(round.healed), &round.missing);
                    let what = format!("round {} ({names}): healed at {at}, and {missing}", round.number);
                    broken.push(Broken::new(Promise::ServesAgain, round.healed, what));
                }
                for node in &round.fell {
                    let what = format!("round {} ({names}): node {node} ended by itself", round.number);
                    broken.push(Broken::new(Promise::NothingOdd, round.healed, what));
                }
            }
            Event::Odd(odd) => {
                let (at, who, node) = (shown(odd.asked.ended), &odd.asked.who, odd.asked.node);
                let what = format!("{who} got of node {node} at {at}: {}", odd.what);
                broken.push(Broken::new(Promise::NothingOdd, odd.asked.ended, what));
            }
            _ => {}
        }
    }
    // Only whole campaigns are recorded with a head.
    if matches!(history.first(), Some(Event::Campaign(_))) && last_look(history).is_none() {
        let what = "the campaign ended before its last look, so nothing is known of losses".to_owned();
        broken.push(Broken::new(Promise::NothingLost, 0, what));
    }
    if matches!(history.first(), Some(Event::Campaign(_)))
        && !history.iter().any(|e| matches!(e, Event::Fault(_)))
    {
        let what = "nothing ever struck, so nothing is shown".to_owned();
        broken.push(Broken::new(Promise::ServesAgain, 0, what));
    }
    for (nemesis, done) in in_vain(history) {
        let what = format!("{nemesis} struck again and again and {done} nothing, so nothing is shown");
        broken.push(Broken::new(Promise::ServesAgain, 0, what));
    }
    broken
}

/// A campaign whose requests were tampered with again and again shows something only if that had an effect.
fn in_vain(history: &[Event]) -> Vec<(&'static str, &'static str)> {
    let struck =
        |name: &str| history.iter().filter(|e| matches!(e, Event::Fault(f) if f.nemesis == name)).count();
    let tampered = history.iter().find_map(|event| match event {
        Event::Tampered(tampered) => Some(*tampered),
        _ => None,
    });
    let tampered = tampered.unwrap_or_default();
    let late = tampered.landed.min(tampered.twice);
    let all =
        [("store-late", late, "delayed or doubled"), ("store-answers", tampered.falsified, "falsified")];
    all.into_iter()
        .filter(|(name, times, _)| struck(name) >= ENOUGH && *times == 0)
        .map(|(n, _, d)| (n, d))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;
    use crate::history::{Campaign, Fault, Odd, Round, Tampered};

    #[test]
    fn a_plane_that_stays_away_is_seen() {
        assert_eq!(broken(&[round(Some(60))]), []);
        assert_eq!(broken(&[round(None)]), [Promise::ServesAgain]);
    }

    #[test]
    fn a_server_that_ends_and_an_odd_answer_are_seen() {
        let Event::Round(one) = round(Some(60)) else { unreachable!() };
        assert_eq!(broken(&[Event::Round(Round { fell: vec![1], ..one })]), [Promise::NothingOdd]);
        let odd = Odd { asked: asked(0, 5), what: "500".into() };
        assert_eq!(broken(&[Event::Odd(odd)]), [Promise::NothingOdd]);
    }

    #[test]
    fn requests_that_were_tampered_with_in_vain_are_seen() {
        let fault = |nemesis: &str| {
            let (nemesis, nodes) = (nemesis.to_owned(), vec![0]);
            Event::Fault(Fault { round: 0, nemesis, nodes, began: 0, ended: 9 })
        };
        let with = |nemesis, times, tampered| {
            let mut history = vec![fault(nemesis); times];
            history.push(Event::Tampered(tampered));
            broken(&history)
        };
        let late = Tampered { late: 9, landed: 2, twice: 1, falsified: 0 };
        assert_eq!(with("store-late", ENOUGH, late), []);
        assert_eq!(with("store-late", ENOUGH, Tampered { landed: 0, ..late }), [Promise::ServesAgain]);
        assert_eq!(with("store-late", ENOUGH - 1, Tampered::default()), []);
        assert_eq!(with("store-answers", ENOUGH, late), [Promise::ServesAgain]);
        assert_eq!(with("store-answers", ENOUGH, Tampered { falsified: 1, ..late }), []);
    }

    #[test]
    fn a_campaign_without_an_end_or_without_a_fault_shows_nothing() {
        let head = Campaign { seed: 1, store: "folder".into(), nodes: 3, timeout_ms: 1, skipped: [].into() };
        assert_eq!(broken(&[Event::Campaign(head.clone())]), [Promise::NothingLost, Promise::ServesAgain]);
        assert_eq!(broken(&[Event::Campaign(head), end(None, 0, &[])]), [Promise::ServesAgain]);
    }
}
