//! Which size is wanted, and whether that has lasted.

use std::collections::VecDeque;

use base::Span;
use model::adjuncts::auto_scaler_policy::{DOWN_INCREMENT, DOWN_MAX, LOWER, UP_INCREMENT, UP_MAX, UPPER};

use super::super::super::Desk;

/// The size for a metric: within the limits, and as it would be without them.
pub(super) fn size_for(
    desk: &Desk<'_>,
    metric: f64,
    current: i64,
    (min, max): (i64, i64),
) -> Result<(i64, i64), String> {
    let bound = |key| Ok::<_, String>(desk.number(key)?.filter(|b| *b > 0.0));
    let (upper, lower) = (bound(&UPPER)?, bound(&LOWER)?);
    let limited = |size: i64| size.clamp(min, max.max(min));
    let activity = metric * current as f64;
    if let Some(upper) = upper.filter(|b| metric > *b) {
        let free = (activity / upper).ceil() as i64;
        let step = Step { increment: desk.whole(&UP_INCREMENT)?, most: desk.whole(&UP_MAX)? };
        let grown = current + step.of(limited(free) - current);
        return Ok((limited(grown.max(current)), free));
    }
    if let Some(lower) = lower.filter(|b| metric < *b) {
        let free = (activity / lower).floor() as i64;
        let step = Step { increment: desk.whole(&DOWN_INCREMENT)?, most: desk.whole(&DOWN_MAX)? };
        let mut size = current - step.of(current - limited(free));
        // Not so few that there would have to be more at once.
        while upper.is_some_and(|upper| size < current && activity > upper * size as f64) {
            size += step.increment.unwrap_or(1).max(1);
        }
        return Ok((limited(size.min(current)), free));
    }
    Ok((current, current))
}

/// By how many at a time.
struct Step {
    increment: Option<i64>,
    most: Option<i64>,
}

impl Step {
    /// A difference, made a multiple of the increment or cut to what may be at most.
    fn of(&self, difference: i64) -> i64 {
        let increment = self.increment.unwrap_or(1).max(1);
        match self.most.filter(|most| *most > 0) {
            _ if difference <= 0 => 0,
            Some(most) if difference > most => most,
            _ => difference.saturating_add(increment - 1) / increment * increment,
        }
    }
}

/// The sizes that were wanted of late, with the time of each.
pub(super) struct Wishes<'a> {
    pub(super) window: &'a VecDeque<(u64, f64)>,
    pub(super) now: u64,
    pub(super) current: i64,
}

/// What has lasted.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lasting {
    /// The size, where it has lasted for long enough.
    pub(super) size: Option<i64>,
    /// When it will have, where it has not.
    pub(super) check_at: Option<u64>,
}

impl Wishes<'_> {
    /// The least growth that was wanted all the time.
    pub(super) fn lasting_growth(&self, delay: Span) -> Lasting {
        self.lasting(delay, |size| size > self.current, i64::min)
    }

    /// The least shrinking that was wanted all the time.
    pub(super) fn lasting_shrinking(&self, delay: Span) -> Lasting {
        self.lasting(delay, |size| size < self.current, i64::max)
    }

    fn lasting(&self, delay: Span, wanted: impl Fn(i64) -> bool, least: fn(i64, i64) -> i64) -> Lasting {
        let run =
            self.window.iter().rev().map(|(at, size)| (*at, *size as i64)).take_while(|(_, s)| wanted(*s));
        let run: Vec<(u64, i64)> = run.collect();
        let Some((since, _)) = run.last() else { return Lasting::default() };
        let due = since + delay.as_millis();
        if self.now < due {
            return Lasting { size: None, check_at: Some(due) };
        }
        // What held at the beginning of the time that counts counts too, what was before it does not.
        let begin = self.now - delay.as_millis();
        let mut size: Option<i64> = None;
        for (at, wish) in run {
            size = Some(size.map_or(wish, |s| least(s, wish)));
            if at <= begin {
                break;
            }
        }
        Lasting { size, check_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_counts_when_it_has_lasted_and_then_at_its_least() {
        let window = VecDeque::from([(0, 5.0), (100, 9.0), (200, 7.0), (300, 8.0)]);
        let at = |now, delay| Wishes { window: &window, now, current: 5 }.lasting_growth(Span::millis(delay));
        assert_eq!(at(300, 0), Lasting { size: Some(8), check_at: None });
        assert_eq!(at(300, 150), Lasting { size: Some(7), check_at: None });
        assert_eq!(at(300, 250), Lasting { size: None, check_at: Some(350) });
        assert_eq!(at(350, 250), Lasting { size: Some(7), check_at: None });
        let shrinking = Wishes { window: &window, now: 300, current: 8 }.lasting_shrinking(Span::ZERO);
        assert_eq!(shrinking, Lasting::default());
    }

    #[test]
    fn steps_are_multiples_or_the_most() {
        for (increment, most, difference, then) in [
            (None, None, 3, 3),
            (Some(2), None, 3, 4),
            (Some(2), Some(3), 5, 3),
            (None, Some(2), 0, 0),
            (Some(5), None, -1, 0),
        ] {
            assert_eq!(Step { increment, most }.of(difference), then);
        }
    }
}
