//! When a background task that has failed begins again.

use std::time::Duration;

/// How [`background_with_restart`](crate::background_with_restart) begins again after an error or a panic.
///
/// The first pause is that of [`backoff`](Self::backoff), each further one twice as long, up to the longest. A run that lasted
/// longer than the longest pause counts as a fresh start; without a pause none does. Each failure is reported; a run that ends well is
/// the end.
///
/// ```
/// use weftwork::{Restart, millis, secs};
///
/// let restart = Restart::new().backoff(millis(500), secs(60)).limit(10);
/// # let _ = restart;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    pub(super) first: Duration,
    pub(super) longest: Duration,
    pub(super) limit: Option<u32>,
}

impl Restart {
    /// Pauses from 100 milliseconds to 30 seconds, and no limit.
    #[must_use]
    pub const fn new() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(30), limit: None }
    }

    /// The first pause, and the longest one. With a first one of zero it begins again at once, each time.
    #[must_use]
    pub const fn backoff(self, first: Duration, longest: Duration) -> Self {
        Self { first, longest, ..self }
    }

    /// Begins again at most so often in a row; with zero never. The failure behind that ends it, which is reported as well.
    #[must_use]
    pub const fn limit(self, restarts: u32) -> Self {
        Self { limit: Some(restarts), ..self }
    }

    /// Whether a run that lasted so long counts as a fresh start. Without any pause none does.
    pub(super) fn is_fresh(&self, lasted: Duration) -> bool {
        let longest = self.longest.max(self.first);
        !longest.is_zero() && lasted > longest
    }

    /// The pause before the restart with this number, from zero.
    pub(super) fn pause(&self, restart: u32) -> Option<Duration> {
        if self.limit.is_some_and(|limit| restart >= limit) {
            return None;
        }
        let factor = 1_u32.checked_shl(restart).unwrap_or(u32::MAX);
        Some(self.first.saturating_mul(factor).min(self.longest.max(self.first)))
    }
}

impl Default for Restart {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let restart = Restart::new().backoff(Duration::from_secs(1), Duration::from_secs(5));
        let pauses: Vec<u64> = (0..5).filter_map(|number| restart.pause(number)).map(|pause| pause.as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
        assert_eq!(restart.pause(u32::MAX), Some(Duration::from_secs(5)));
    }

    #[test]
    fn without_a_pause_no_run_is_a_fresh_start() {
        let (zero, second) = (Duration::ZERO, Duration::from_secs(1));
        assert!(!Restart::new().backoff(zero, zero).is_fresh(second));
        assert!(!Restart::new().backoff(second, zero).is_fresh(second));
        assert!(Restart::new().backoff(zero, second).is_fresh(second * 2));
    }

    #[test]
    fn a_limit_counts_restarts() {
        let restart = Restart::new().limit(2);
        assert!(restart.pause(1).is_some());
        assert_eq!(restart.pause(2), None);
        assert_eq!(Restart::new().limit(0).pause(0), None);
    }
}
