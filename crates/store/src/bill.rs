//! What a plane asks of an object store, and what that costs. A plain function of the plane's times; the test of a
//! real pair over a counting proxy holds it to what is really asked.

use base::Span;

use crate::bucket::TRIAL;

/// Seconds of a month.
pub const MONTH_SECS: f64 = 2_628_000.0;

/// Requests for each second, by what is billed alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Requests {
    /// PUT.
    pub put: f64,
    /// LIST, which costs as much as a PUT.
    pub list: f64,
    /// GET.
    pub get: f64,
    /// DELETE, for which nobody takes anything.
    pub delete: f64,
}

/// The times of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// How often the master beats.
    pub beat: Span,
    /// How often a standby looks.
    pub poll: Span,
}

/// What a provider takes for a thousand requests, in dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Whose.
    pub name: &'static str,
    /// For PUT and LIST.
    pub put: f64,
    /// For GET.
    pub get: f64,
}

/// AWS, us-east-1. DELETE is free.
pub const PRICES: [Prices; 2] = [
    Prices { name: "S3 Standard", put: 0.005, get: 0.0004 },
    Prices { name: "S3 Express", put: 0.001_13, get: 0.000_03 },
];

impl Requests {
    /// What so many servers ask when nothing happens.
    pub fn idle(servers: u32, times: Times) -> Requests {
        let each = |period: Span| 1.0 / (period.as_millis().max(1) as f64 / 1000.0);
        let (own_reads, idle_beat) = (ha::config::BUCKET_OWN_READS as f64, each(ha::config::IDLE_BEAT));
        // Is the plane there, and the last record?
        let looks = 2.0 * each(ha::config::PLANE_LOOKS);
        let (wide, lists) = (each(ha::config::BUCKET_WIDE), each(ha::config::BUCKET_LISTS));
        let standbys = f64::from(servers.saturating_sub(1));
        // Each tries the bucket: two PUTs, a DELETE, and a look at its rules.
        let trials = 1.0 / TRIAL.as_secs_f64();
        // Each server reads all others now and then, and the hint with each list; the master looks for a newer term
        // after each beat.
        let master = Requests {
            put: each(times.beat) + 2.0 * trials,
            list: lists,
            get: each(times.beat) * (1.0 + 1.0 / own_reads) + wide * standbys + lists + trials + looks,
            delete: trials,
        };
        let standby = Requests {
            put: idle_beat + 2.0 * trials,
            list: lists,
            get: each(times.poll) + idle_beat / own_reads + wide * (standbys - 1.0).max(0.0) + lists + trials,
            delete: trials,
        };
        master.plus(standby.times(standbys))
    }

    /// What so many records a second add: each is one PUT, and every hot standby reads it.
    pub fn writes(records_a_second: f64, servers: u32, strict_ack: bool) -> Requests {
        let looks = if strict_ack { 2.0 } else { 0.0 };
        let standbys = f64::from(servers.saturating_sub(1));
        Requests { put: records_a_second, list: 0.0, get: records_a_second * (looks + standbys), delete: 0.0 }
    }

    /// Both.
    pub fn plus(self, other: Requests) -> Requests {
        Requests {
            put: self.put + other.put,
            list: self.list + other.list,
            get: self.get + other.get,
            delete: self.delete + other.delete,
        }
    }

    fn times(self, n: f64) -> Requests {
        Requests { put: self.put * n, list: self.list * n, get: self.get * n, delete: self.delete * n }
    }

    /// All of them.
    pub fn total(self) -> f64 {
        self.put + self.list + self.get + self.delete
    }

    /// Dollars a month.
    pub fn dollars(self, prices: Prices) -> f64 {
        MONTH_SECS * ((self.put + self.list) * prices.put + self.get * prices.get) / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: Times = Times { beat: Span::secs(1), poll: Span::secs(1) };

    #[test]
    fn an_idle_pair_asks_little_and_costs_about_18_dollars() {
        let pair = Requests::idle(2, TIMES);
        assert!(pair.total() <= 3.48, "{pair:?}: what is measured may be one more in a minute");
        let [standard, express] = PRICES.map(|prices| pair.dollars(prices));
        assert!((16.5..19.0).contains(&standard), "{standard}");
        assert!((3.4..4.2).contains(&express), "{express}");
        let alone = Requests::idle(1, TIMES).dollars(PRICES[0]);
        assert!((14.1..15.0).contains(&alone), "{alone}");
    }

    #[test]
    fn a_million_records_cost_five_dollars_and_what_reads_them() {
        let rate = 1_000_000.0 / MONTH_SECS;
        let alone = Requests::writes(rate, 1, false).dollars(PRICES[0]);
        assert!((alone - 5.0).abs() < 0.01, "{alone}");
        let strict = Requests::writes(rate, 1, true).dollars(PRICES[0]);
        assert!((strict - 5.8).abs() < 0.01, "{strict}");
    }
}
