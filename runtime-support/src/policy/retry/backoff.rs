//! How long the pauses between attempts are.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

/// How long a [`Retry`](crate::Retry) sleeps before the next attempt.
///
/// ```
/// use weftwork::{Backoff, millis, secs};
///
/// // 50, 100, 200, 400, 800, 1600, 2000, 2000, .. milliseconds
/// assert_eq!(Backoff::exponential(millis(50)..secs(2)), Backoff::doubling(millis(50), secs(2)));
/// // 100 milliseconds each
/// # let _ =
/// Backoff::constant(millis(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// From the start of a range on twice as long each time, up to its end and never more.
    ///
    /// The range is one of `Duration`s, `millis(50)..secs(2)` or `millis(50)..=secs(2)`, which mean the same. A start of zero stays
    /// zero: the next attempt begins at once each time.
    ///
    /// # Panics
    /// If the start is above the end.
    #[must_use]
    #[inline]
    #[track_caller]
    pub fn exponential(range: impl Delays) -> Self {
        let (first, longest) = range.bounds();
        Self::doubling(first, longest)
    }

    /// The same for constants.
    ///
    /// # Panics
    /// If `first` is above `longest`. In a constant that is a compile error.
    #[must_use]
    #[inline]
    #[track_caller]
    pub const fn doubling(first: Duration, longest: Duration) -> Self {
        assert!(first.as_nanos() <= longest.as_nanos(), "the first delay of a backoff is above its longest one");
        Self { first, longest }
    }

    /// The same delay each time. With zero the next attempt begins at once.
    #[must_use]
    #[inline]
    pub const fn constant(delay: Duration) -> Self {
        Self { first: delay, longest: delay }
    }

    /// The delay behind the attempt with this number, from one.
    pub(super) fn delay(self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let delay = self.first.saturating_mul(factor).min(self.longest);
        // A factor that is at its end says nothing of a range that is wider than that.
        if factor == u32::MAX && !self.first.is_zero() { self.longest } else { delay }
    }
}

/// A range of durations, for [`Backoff::exponential`].
pub trait Delays: sealed::Sealed {
    #[doc(hidden)]
    fn bounds(self) -> (Duration, Duration);
}

impl Delays for Range<Duration> {
    #[inline]
    fn bounds(self) -> (Duration, Duration) {
        (self.start, self.end)
    }
}

impl Delays for RangeInclusive<Duration> {
    #[inline]
    fn bounds(self) -> (Duration, Duration) {
        self.into_inner()
    }
}

mod sealed {
    use super::{Duration, Range, RangeInclusive};

    pub trait Sealed {}
    impl Sealed for Range<Duration> {}
    impl Sealed for RangeInclusive<Duration> {}
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn p79_delays_double_up_to_the_end() {
        let backoff = Backoff::exponential(millis(50)..millis(2000));
        let delays: Vec<_> = (1..=8).map(|attempt| backoff.delay(attempt).as_millis()).collect();
        assert_eq!(delays, [50, 100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(Backoff::exponential(millis(50)..=millis(2000)), backoff);
    }

    #[test]
    fn p79_constant_delays_are_the_same() {
        let backoff = Backoff::constant(millis(100));
        assert!((1..100).chain([10_000, u32::MAX]).all(|attempt| backoff.delay(attempt) == millis(100)));
    }

    #[test]
    fn p82_the_end_stays_the_end() {
        let backoff = Backoff::doubling(millis(50), millis(2000));
        assert!((7..200).chain([10_000, u32::MAX]).all(|attempt| backoff.delay(attempt) == millis(2000)));
    }

    #[test]
    fn p82_delays_never_shrink_even_in_the_widest_range() {
        let backoff = Backoff::doubling(Duration::from_nanos(1), Duration::MAX);
        let delays: Vec<_> = (1..200).chain([10_000, u32::MAX]).map(|attempt| backoff.delay(attempt)).collect();
        assert!(delays.is_sorted());
        assert_eq!(delays.last(), Some(&Duration::MAX));
    }

    #[test]
    fn a_start_of_zero_stays_zero() {
        let backoff = Backoff::doubling(Duration::ZERO, millis(2000));
        assert!([1, 2, 33, 10_000, u32::MAX].into_iter().all(|attempt| backoff.delay(attempt).is_zero()));
    }
}
