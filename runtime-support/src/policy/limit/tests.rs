//! What only the inside shows: that nothing stays behind.

use std::task::Waker;
use std::time::Duration;

use super::core::Joined;
use super::count::Count;
use super::rate::{Pace, Rate};

/// Ten thousand that come and go behind one that stays, and how much room there is in the line then.
macro_rules! room_behind_a_stuck_head {
    ($works:expr, $waits:expr) => {{
        let works = $works;
        let _stuck = $waits(&works);
        for _ in 0..3 {
            let places: Vec<u32> = (0..10_000).map(|_| $waits(&works)).collect();
            assert_eq!(works.waiting(), 10_001);
            // Not in the order in which they came.
            let (odd, even): (Vec<u32>, Vec<u32>) = places.iter().partition(|place| *place % 2 == 1);
            odd.into_iter().chain(even.into_iter().rev()).for_each(|place| {
                works.give_up(place);
            });
        }
        assert_eq!(works.waiting(), 1);
        works.room()
    }};
}

#[test]
fn p47_ten_thousand_waiters_that_leave_behind_a_stuck_one_leave_nothing() {
    let count = Count::new(1);
    assert!(count.try_take(1));
    let waits = |count: &Count| match count.join(1, usize::MAX, Waker::noop().clone()) {
        Joined::Waits(place) => place,
        other => panic!("{other:?}"),
    };
    assert!(room_behind_a_stuck_head!(count, waits) <= 256);
}

#[test]
fn p47_the_same_with_a_rate() {
    let rate = Rate::new(Pace::new(1, Duration::from_secs(3600)));
    assert!(rate.try_take(1));
    let waits = |rate: &Rate| match rate.join(1, usize::MAX, None, Waker::noop().clone()) {
        Joined::Waits(place) => place,
        other => panic!("{other:?}"),
    };
    assert!(room_behind_a_stuck_head!(rate, waits) <= 256);
}
