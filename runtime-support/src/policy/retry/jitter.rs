//! Where the randomness of the pauses comes from.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

thread_local! {
    /// The state of this thread's generator; none before its first number.
    static STATE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// A time between zero and `delay`, both included, each as likely as the others. Above 584 years it is one of up to those.
pub(super) fn up_to(delay: Duration) -> Duration {
    let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
    // The upper half of a product: how far along the way the number lies.
    let picked = (u128::from(number()) * (u128::from(nanos) + 1)) >> 64;
    Duration::from_nanos(u64::try_from(picked).unwrap_or(nanos))
}

/// The next number of this thread: SplitMix64, whose state is a counter.
fn number() -> u64 {
    let state = STATE.get().unwrap_or_else(|| RandomState::new().hash_one(())).wrapping_add(0x9E37_79B9_7F4A_7C15);
    STATE.set(Some(state));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Makes the numbers of this thread those that follow from `seed`.
#[cfg(test)]
pub(super) fn seed(seed: u64) {
    STATE.set(Some(seed));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p81_delays_are_between_zero_and_the_computed_one() {
        seed(1);
        let delay = Duration::from_secs(1);
        let picked: Vec<_> = (0..1000).map(|_| up_to(delay)).collect();
        assert!(picked.iter().all(|picked| *picked <= delay));
        let (least, most) = (picked.iter().min().unwrap(), picked.iter().max().unwrap());
        assert!(*least < delay / 100 && *most > delay * 99 / 100, "{least:?} to {most:?}");
        let mean = picked.iter().sum::<Duration>() / 1000;
        assert!(mean > delay * 48 / 100 && mean < delay * 52 / 100, "{mean:?}");
    }

    #[test]
    fn p81_a_seed_decides_all_of_them() {
        let delays = |with| {
            seed(with);
            (0..10).map(|_| up_to(Duration::from_secs(1))).collect::<Vec<_>>()
        };
        assert_eq!(delays(7), delays(7));
        assert_ne!(delays(7), delays(8));
    }

    #[test]
    fn p81_both_ends_can_come() {
        seed(3);
        let picked: Vec<_> = (0..100).map(|_| up_to(Duration::from_nanos(1)).as_nanos()).collect();
        assert!(picked.contains(&0) && picked.contains(&1) && picked.iter().all(|picked| *picked <= 1));
        assert_eq!(up_to(Duration::ZERO), Duration::ZERO);
        assert!(up_to(Duration::MAX) <= Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn p81_threads_have_numbers_of_their_own() {
        let numbers = || std::thread::spawn(|| (0..4).map(|_| number()).collect::<Vec<_>>()).join().unwrap();
        assert_ne!(numbers(), numbers());
    }
}
