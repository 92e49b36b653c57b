//! How a race ends: what is dropped when, panics, and polling what has ended.

use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use weftwork::race;
use weftwork_tests::children::{Board, Child, Wakes, poll};
use weftwork_tests::{Gauge, panic_of};

#[test]
fn c67_the_losers_are_gone_before_the_output_is_seen() {
    for (winner, polls) in [(0, 0), (1, 0), (2, 1)] {
        let board = Board::new(3);
        let mut raced = pin!(race!(board.child(0), board.child(1), board.child(2)));
        for _ in 0..polls {
            assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
        }
        board.ready(winner);
        assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(winner));
        assert_eq!(board.dropped(), [0, 1, 2], "while the race itself still exists");
    }
}

#[test]
fn c67_of_many_the_losers_are_gone_before_the_output_is_seen() {
    let board = Board::new(6);
    let child = |n| board.child(n);
    let mut raced = pin!(race!(child(0), child(1), child(2), child(3), child(4), child(5)));
    for _ in 0..2 {
        assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    }
    board.finish(4);
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(4));
    assert_eq!(board.dropped(), [0, 1, 2, 3, 4, 5]);
}

/// The output is not among what the race drops.
#[test]
fn c67_the_output_outlives_the_race() {
    let gauge = Gauge::new();
    let output = {
        let mut raced = pin!(race!(async { gauge.enter() }, async { gauge.enter() }));
        let Poll::Ready(output) = poll(raced.as_mut(), Waker::noop()) else { panic!("it is ready") };
        output
    };
    assert_eq!((gauge.now(), gauge.total()), (1, 1));
    drop(output);
    assert_eq!(gauge.now(), 0);
}

#[test]
fn c17_an_unfinished_race_drops_its_arms_once_in_written_order() {
    for polls in 0..4 {
        let board = Board::new(9);
        let child = |n| board.child(n);
        let mut few = Box::pin(race!(child(0), child(1), child(2)));
        let mut many = Box::pin(race!(child(3), child(4), child(5), child(6), child(7), child(8)));
        for _ in 0..polls {
            assert!(poll(few.as_mut(), Waker::noop()).is_pending());
            assert!(poll(many.as_mut(), Waker::noop()).is_pending());
        }
        drop(few);
        drop(many);
        assert_eq!(board.dropped(), [0, 1, 2, 3, 4, 5, 6, 7, 8], "after {polls} polls");
    }
}

#[test]
fn c18_polled_again_it_panics_by_name() {
    let mut won = pin!(race!(ready(1)));
    assert!(poll(won.as_mut(), Waker::noop()).is_ready());
    let message = panic_of(|| assert!(poll(won.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "`race!` was polled after it had returned");
}

#[test]
fn c69_a_panic_in_an_arm_goes_on_when_the_rest_is_gone() {
    let board = Board::new(2);
    let mut raced = Box::pin(race!(board.child(0), async { panic!("own payload") }, board.child(1)));
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "own payload");
    assert_eq!(board.dropped(), [0, 1], "while the race itself still exists");
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert!(message.contains("`race!` was polled"), "{message}");
}

/// Any payload, from an arm that was woken.
#[test]
fn c69_a_woken_arm_that_panics() {
    let board = Board::new(6);
    let child = |n| board.child(n);
    let panicking = async {
        std::panic::panic_any(child(5).await);
    };
    let mut raced = Box::pin(race!(child(0), child(1), child(2), child(3), child(4), panicking));
    for _ in 0..2 {
        assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    }
    board.finish(5);
    let polled = std::panic::AssertUnwindSafe(|| poll(raced.as_mut(), Waker::noop()));
    let payload = std::panic::catch_unwind(polled).expect_err("it panics");
    assert_eq!(payload.downcast_ref::<usize>(), Some(&5));
    assert_eq!(board.dropped(), [5, 0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn c70_losers_passed_by_reference_stay_usable() {
    let board = Board::new(3);
    let (mut first, mut second, mut third) = (board.child(0), board.child(1), board.child(2));
    board.ready(1);
    assert_eq!(race!(&mut first, &mut second, &mut third).await, 1);
    assert_eq!(board.dropped(), [0; 0]);
    board.ready(2);
    assert_eq!(race!(&mut first, &mut third).await, 2);
    board.ready(0);
    assert_eq!(first.await, 0);
}

/// A future that wakes itself while it is polled, and is ready the second time.
#[test]
fn a_wake_from_within_the_first_poll_is_kept() {
    struct Eager(bool, Child);
    impl Future for Eager {
        type Output = usize;
        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Ready(9);
            }
            cx.waker().wake_by_ref();
            Pin::new(&mut self.1).poll(cx)
        }
    }
    let board = Board::new(6);
    let child = |n| board.child(n);
    let (wakes, waker) = Wakes::new();
    let mut raced = pin!(race!(child(0), child(1), child(2), child(3), child(4), Eager(false, child(5))));
    assert!(poll(raced.as_mut(), &waker).is_pending());
    assert_eq!(wakes.take(), 1);
    assert_eq!(poll(raced.as_mut(), &waker), Poll::Ready(9));
}

#[test]
fn c51_many_arms_are_polled_when_they_are_woken() {
    let board = Board::new(10);
    let child = |n| board.child(n);
    let (wakes, waker) = Wakes::new();
    let watched = poll_fn(|cx| pin!(child(9)).as_mut().poll(cx));
    let mut raced =
        pin!(race!(child(0), child(1), child(2), child(3), child(4), child(5), child(6), child(7), child(8), watched));
    for _ in 0..2 {
        assert!(poll(raced.as_mut(), &waker).is_pending());
    }
    board.take_polled();
    for number in [7, 3, 8, 3] {
        board.wake(number);
        assert_eq!(wakes.take(), 1);
        assert!(poll(raced.as_mut(), &waker).is_pending());
        assert_eq!(board.take_polled(), [number]);
    }
}
