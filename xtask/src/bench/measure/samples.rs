//! Measured durations and what is quoted of them.

use std::time::{Duration, Instant};

/// Durations of one thing done many times.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    sorted: Vec<Duration>,
}

impl Samples {
    /// Do it `n` times and keep how long each took. The first error ends it.
    pub(crate) fn take<E>(n: usize, mut once: impl FnMut(usize) -> Result<(), E>) -> Result<Self, E> {
        let mut all = Vec::with_capacity(n);
        for i in 0..n {
            let started = Instant::now();
            once(i)?;
            all.push(started.elapsed());
        }
        Ok(Self::of(all))
    }

    /// Durations measured elsewhere.
    pub(crate) fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self { sorted: all }
    }

    /// How many.
    pub(crate) fn n(&self) -> usize {
        self.sorted.len()
    }

    /// The smallest duration that at least this part (0 to 100) of all are not above: nearest rank, so it is
    /// one that was measured and never a mean of two.
    pub(crate) fn percentile(&self, percent: u32) -> Option<Duration> {
        let rank = (self.n() * percent.min(100) as usize).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(all: &[u64]) -> Samples {
        Samples::of(all.iter().map(|n| Duration::from_millis(*n)).collect())
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<u64> = (1..=100).rev().collect();
        let samples = millis(&hundred);
        for percent in [1, 50, 99, 100] {
            assert_eq!(samples.percentile(percent), Some(Duration::from_millis(u64::from(percent))));
        }
        assert_eq!(samples.percentile(0), Some(Duration::from_millis(1)));
        assert_eq!(millis(&[7]).percentile(99), Some(Duration::from_millis(7)));
        assert_eq!(millis(&[1, 2, 3]).percentile(50), Some(Duration::from_millis(2)));
        assert_eq!(millis(&[]).percentile(50), None);
    }

    #[test]
    fn an_error_ends_the_measurement() {
        let taken = Samples::take(10, |i| if i == 3 { Err(i) } else { Ok(()) });
        assert_eq!(taken.map(|samples| samples.n()), Err(3));
    }
}
