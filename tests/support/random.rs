//! Chance that can be repeated.

use std::time::Duration;

/// A xorshift generator: the same seed gives the same numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed, which may be any number.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // It must not be zero, and neighbours must not be alike.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Any number.
    #[allow(clippy::should_implement_trait, reason = "it has no end, and nobody goes through it")]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A generator of its own.
    #[must_use]
    pub fn other(&mut self) -> Self {
        Self::new(self.next())
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 33) % end
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A few turns of the runtime.
    pub fn turns(&mut self) -> usize {
        self.below(6) as usize
    }

    /// Often nothing at all; else so short that it may be over or not.
    pub fn moment(&mut self) -> Duration {
        Duration::from_micros(if self.once_in(3) { 0 } else { self.below(1500) })
    }
}
