//! How long things took, counted by bounds.

use crate::Span;

/// The longest list of bounds. Histograms are copied with what a server shows, at each commit: they need no heap.
const BOUNDS_MAX: usize = 13;
/// Bounds for what takes from less than a millisecond to some seconds.
const QUICK: [Span; BOUNDS_MAX] = [
    Span(500),
    Span::millis(1),
    Span(2500),
    Span::millis(5),
    Span::millis(10),
    Span::millis(25),
    Span::millis(50),
    Span::millis(100),
    Span::millis(250),
    Span::millis(500),
    Span::secs(1),
    Span(2_500_000),
    Span::secs(10),
];
/// Bounds for what takes from some milliseconds to minutes.
const SLOW: [Span; 11] = [
    Span::millis(100),
    Span::millis(250),
    Span::millis(500),
    Span::secs(1),
    Span::secs(2),
    Span::secs(5),
    Span::secs(10),
    Span::secs(20),
    Span::secs(40),
    Span::secs(60),
    Span::secs(120),
];

/// So many took at most so long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    bounds: &'static [Span],
    /// One for each bound, and one for what took longer.
    counts: [u64; BOUNDS_MAX + 1],
    sum: Span,
}

impl Histogram {
    /// Of calls and requests.
    pub fn quick() -> Histogram {
        Histogram::of(&QUICK)
    }

    /// Of what people wait for.
    pub fn slow() -> Histogram {
        Histogram::of(&SLOW)
    }

    fn of(bounds: &'static [Span]) -> Histogram {
        Histogram { bounds, counts: [0; BOUNDS_MAX + 1], sum: Span::ZERO }
    }

    /// One more.
    pub fn add(&mut self, took: Span) {
        let at = self.bounds.partition_point(|bound| *bound < took);
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        self.sum += took;
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How long all took together.
    pub fn sum(&self) -> Span {
        self.sum
    }

    /// Each bound, with how many took no longer; `None` is no bound at all.
    pub fn up_to(&self) -> impl Iterator<Item = (Option<Span>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(self.counts.iter()).scan(0, |all, (bound, count)| {
            *all += count;
            Some((bound, *all))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_at_the_first_bound_that_it_keeps() {
        let mut all = Histogram::slow();
        for took in [Span::millis(100), Span::millis(101), Span::secs(3), Span::secs(999)] {
            all.add(took);
        }
        assert_eq!((all.count(), all.sum()), (4, Span::millis(1_002_201)));
        let at = |bound: Option<Span>| all.up_to().find(|(b, _)| *b == bound).map(|(_, n)| n);
        assert_eq!(at(Some(Span::millis(100))), Some(1));
        assert_eq!(at(Some(Span::millis(250))), Some(2));
        assert_eq!(at(Some(Span::secs(120))), Some(3));
        assert_eq!(at(None), Some(4));
    }

    #[test]
    fn bounds_go_up() {
        assert!(QUICK.is_sorted() && SLOW.is_sorted());
    }
}
