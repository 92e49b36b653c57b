//! How many retries there may be for so many calls.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one retry costs, in hundredths.
const RETRY: u64 = 100;

/// Keeps retries from multiplying the load of a service that is down: in the long run at most so many retries per call.
///
/// Every call puts in some percent of a retry, whether it fails or not; every retry takes out a whole one. Where there is less than
/// that, the call's last error comes at once. The budget begins full, with a reserve of ten retries, and never holds more
/// than that reserve: calls that end well refill it, and do not pile it up. So for any number of calls in a row there are at most as
/// many retries as the reserve, and the given percentage of those calls. Time plays no part in it.
///
/// It stands in a `static`, serves any number of functions, and is safe under threads.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::{Retry, RetryBudget};
///
/// // At most 20 retries for 100 calls, and a reserve of 3.
/// static BUDGET: RetryBudget = RetryBudget::percent(20).reserve(3);
///
/// let mut calls = 0;
/// let down = Retry::attempts(10).budget(&BUDGET).run(|| {
///     calls += 1;
///     async { Err::<(), _>("down") }
/// });
/// assert_eq!(down.await, Err("down"));
/// assert_eq!((calls, BUDGET.available()), (4, 0));
/// # });
/// ```
#[derive(Debug)]
pub struct RetryBudget {
    percent: u32,
    reserve: u32,
    /// In hundredths of a retry.
    balance: AtomicU64,
}

impl RetryBudget {
    /// So many retries for a hundred calls, and a reserve of ten. With zero there is the reserve alone, which nothing refills; with
    /// more than a hundred there are several retries for a call.
    #[must_use]
    pub const fn percent(percent: u32) -> Self {
        Self::new(percent, 10)
    }

    /// The retries that it holds when it is full, as in the beginning. With zero it begins empty, and holds little more than what one
    /// call puts in.
    #[must_use]
    pub const fn reserve(self, retries: u32) -> Self {
        Self::new(self.percent, retries)
    }

    const fn new(percent: u32, reserve: u32) -> Self {
        Self { percent, reserve, balance: AtomicU64::new(reserve as u64 * RETRY) }
    }

    /// How many retries could begin now.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.balance.load(Ordering::Relaxed) / RETRY
    }

    /// A call begins.
    #[inline]
    pub(super) fn deposit(&self) {
        // Most of the time it is full, and nobody has to write.
        if self.balance.load(Ordering::Relaxed) < self.most() {
            self.put(u64::from(self.percent));
        }
    }

    /// Takes out a retry, if there is one.
    pub(super) fn withdraw(&self) -> bool {
        self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| balance.checked_sub(RETRY)).is_ok()
    }

    /// The retry that was taken out does not begin.
    pub(super) fn give_back(&self) {
        self.put(RETRY);
    }

    fn put(&self, amount: u64) {
        let more = |balance: u64| Some(balance.saturating_add(amount).min(self.most()));
        // It never refuses.
        let _ = self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    fn most(&self) -> u64 {
        // A deposit is never cut short by what was left of a retry.
        (u64::from(self.reserve) * RETRY).max(u64::from(self.percent) + RETRY - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many retries there are for calls that always fail, each of which wants so many.
    fn retries(budget: &RetryBudget, calls: u32, wanted: u32) -> usize {
        let call = |_| {
            budget.deposit();
            (0..wanted).take_while(|_| budget.withdraw()).count()
        };
        (0..calls).map(call).sum()
    }

    #[test]
    fn a_hundred_calls_have_their_percentage_and_the_reserve() {
        let budget = RetryBudget::percent(20);
        // The first one found it full.
        assert_eq!(retries(&budget, 100, 3), 29);
        assert_eq!(retries(&budget, 100, 3), 20);
    }

    #[test]
    fn calls_that_end_well_fill_it_up_to_the_reserve_and_no_further() {
        let budget = RetryBudget::percent(20).reserve(4);
        assert_eq!(budget.available(), 4);
        assert_eq!(retries(&budget, 1, 10), 4);
        retries(&budget, 14, 0);
        assert_eq!(budget.available(), 2);
        retries(&budget, 1_000_000, 0);
        assert_eq!(budget.available(), 4);
    }

    #[test]
    fn without_a_reserve_the_percentage_is_left() {
        let budget = RetryBudget::percent(20).reserve(0);
        assert_eq!((budget.available(), retries(&budget, 4, 3), retries(&budget, 1, 3)), (0, 0, 1));
        assert_eq!(retries(&RetryBudget::percent(250).reserve(0), 100, 10), 250);
        assert_eq!(retries(&RetryBudget::percent(0).reserve(0), 1000, 1), 0);
    }

    #[test]
    fn the_largest_numbers_saturate() {
        let budget = RetryBudget::percent(u32::MAX).reserve(u32::MAX);
        retries(&budget, 100, 1);
        assert_eq!(budget.available(), u64::from(u32::MAX) - 1);
    }

    #[test]
    fn what_does_not_begin_is_given_back() {
        let budget = RetryBudget::percent(0).reserve(1);
        assert!(budget.withdraw() && !budget.withdraw());
        budget.give_back();
        assert!(budget.withdraw() && !budget.withdraw());
    }

    #[test]
    fn threads_take_no_more_than_there_is() {
        static BUDGET: RetryBudget = RetryBudget::percent(50).reserve(100);
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(|| retries(&BUDGET, 1000, 2))).collect();
        let taken: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        // Deposits that found it full are lost, and those are the first ones.
        assert!((4000..=4100).contains(&taken), "{taken}");
    }
}
