//! A seeded stream of numbers whose state can be kept in a record.

use serde::{Deserialize, Serialize};

/// `SplitMix64`: one word of state, the same numbers on every machine and in every version. Its output goes
/// into persisted ids, so a library that may change its algorithm between releases will not do. It is not
/// for passwords, tokens or keys: those come from the operating system and enter as inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// The stream that belongs to `seed`.
    pub const fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; `n` must not be 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "a choice among nothing");
        // The bias is below 2^-40 for the small n used here.
        self.next_u64() % n
    }

    /// True once in `n` on average.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A stream of its own that depends on this one and on `salt`.
    pub fn fork(&mut self, salt: u64) -> Rng {
        Rng::from_seed(self.next_u64() ^ salt.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }
}
