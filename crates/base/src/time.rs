//! Two clocks that are never mixed: one decides, one is shown.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};

use serde::{Deserialize, Serialize};

/// A moment on this node's own `CLOCK_BOOTTIME`, in microseconds. It goes on while the host sleeps, never
/// goes back, and means nothing on another node. Every decision about leases and silence rests on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub u64);

/// A length of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub u64);

/// A moment in epoch milliseconds, for people and for Brooklyn's JSON. Nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallMs(pub u64);

/// The moment of a step: one clock to decide by, one to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// This node's boot time.
    pub now: Mono,
    /// Epoch milliseconds.
    pub wall: WallMs,
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// Longer than any server lives.
    pub const FOREVER: Span = Span(u64::MAX / 4);

    /// `n` milliseconds.
    pub const fn millis(n: u64) -> Self {
        Self(n * 1000)
    }

    /// `n` seconds.
    pub const fn secs(n: u64) -> Self {
        Self(n * 1_000_000)
    }

    /// Whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// This span times `num / den`.
    pub const fn scaled(self, num: u64, den: u64) -> Self {
        Self(self.0 / den * num + self.0 % den * num / den)
    }
}

impl Mono {
    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Mono) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for Mono {
    type Output = Mono;
    fn add(self, rhs: Span) -> Mono {
        Mono(self.0.saturating_add(rhs.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, rhs: Span) -> Span {
        Span(self.0.saturating_add(rhs.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, rhs: Span) {
        *self = *self + rhs;
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, rhs: Span) -> Span {
        Span(self.0.saturating_sub(rhs.0))
    }
}

impl Mul<u64> for Span {
    type Output = Span;
    fn mul(self, rhs: u64) -> Span {
        Span(self.0.saturating_mul(rhs))
    }
}

impl fmt::Display for Span {
    /// The longest unit that says it exactly to three figures: `30s`, `1.25s`, `400ms`, `2m 5s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.as_millis();
        if ms < 1000 {
            return write!(f, "{ms}ms");
        }
        let (secs, rest) = (ms / 1000, ms % 1000);
        if secs < 60 {
            let frac = format!("{rest:03}");
            let frac = frac.trim_end_matches('0');
            return if frac.is_empty() { write!(f, "{secs}s") } else { write!(f, "{secs}.{frac}s") };
        }
        let (d, h, m, s) = (secs / 86400, secs / 3600 % 24, secs / 60 % 60, secs % 60);
        let parts: Vec<String> = [(d, "d"), (h, "h"), (m, "m"), (s, "s")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, u)| format!("{n}{u}"))
            .collect();
        f.write_str(&parts.join(" "))
    }
}

/// Why a text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not a length of time: expected a number with ms, s, m, h or d, such as 500ms, 30s or 1m 30s"
)]
pub struct BadSpan {
    text: String,
}

impl std::str::FromStr for Span {
    type Err = BadSpan;

    /// Brooklyn's forms: `100` (milliseconds), `100ms`, `5s`, `1m 30s`, `2h`, `1d`, also with words (`5 seconds`).
    fn from_str(text: &str) -> Result<Self, BadSpan> {
        let bad = || BadSpan { text: text.to_owned() };
        let mut total_ms = 0.0_f64;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(bad());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            let number: f64 = rest[..digits].parse().map_err(|_| bad())?;
            rest = rest[digits..].trim_start();
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let factor = match rest[..letters].to_ascii_lowercase().as_str() {
                "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1.0,
                "s" | "sec" | "secs" | "second" | "seconds" => 1e3,
                "m" | "min" | "mins" | "minute" | "minutes" => 60e3,
                "h" | "hour" | "hours" => 3_600e3,
                "d" | "day" | "days" => 86_400e3,
                _ => return Err(bad()),
            };
            total_ms += number * factor;
            rest = rest[letters..].trim_start();
        }
        if total_ms > 1e14 { Err(bad()) } else { Ok(Span((total_ms * 1e3).round() as u64)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_print_as_people_write_them() {
        for (text, ms, shown) in [
            ("100", 100, "100ms"),
            ("30s", 30_000, "30s"),
            ("1m 30s", 90_000, "1m 30s"),
            ("1.25 s", 1250, "1.25s"),
            ("2 hours", 7_200_000, "2h"),
            ("1d", 86_400_000, "1d"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.as_millis(), ms, "{text}");
            assert_eq!(span.to_string(), shown, "{text}");
        }
        for bad in ["", "abc", "5 parsecs", "-3s", "1e9d"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
