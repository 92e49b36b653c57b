//! How a race ends: what is dropped when, panics, and polling what has ended.

use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};

use weftwork::{RaceError, race_ok};
use weftwork_tests::children::{Board, poll};
use weftwork_tests::{Gauge, panic_of};

type Raced<'a> = Pin<Box<dyn Future<Output = Result<usize, RaceError<usize>>> + 'a>>;

/// The children 0, 1 and 2 of a board, of which those in `failing` fail, all at once, one after another at once, and among more.
fn races<'a>(board: &'a Board, failing: &'a [usize]) -> [Raced<'a>; 3] {
    let arm = move |number: usize| {
        let child = board.child(number);
        async move {
            let number = child.await;
            if failing.contains(&number) { Err(number) } else { Ok(number) }
        }
    };
    let failed = || ready(Err(9));
    [
        Box::pin(race_ok!(arm(0), arm(1), arm(2))),
        Box::pin(race_ok!(arm(0), arm(1), arm(2), stagger = 0s)),
        Box::pin(race_ok!(failed(), failed(), arm(0), arm(1), arm(2))),
    ]
}

#[test]
fn c72_the_rest_is_gone_before_the_output_is_seen() {
    for kind in 0..3 {
        let board = Board::new(3);
        let mut races = races(&board, &[0]);
        let raced = &mut races[kind];
        for _ in 0..2 {
            assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
        }
        board.finish(0);
        assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
        board.finish(1);
        assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(1)));
        assert_eq!(board.dropped(), [0, 1, 2], "kind {kind}: 0 when it had failed, 2 before the output");
    }
}

#[test]
fn c72_errors_that_were_there_are_dropped_before_the_output() {
    let gauge = Gauge::new();
    let board = Board::new(1);
    let mut raced = pin!(race_ok!(async { Err(gauge.enter()) }, async { Ok(board.child(0).await) }));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!(gauge.now(), 1);
    board.ready(0);
    assert!(matches!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(0))));
    assert_eq!(gauge.now(), 0);
}

#[test]
fn c73_all_is_gone_before_the_error_is_seen_and_no_error_is_lost() {
    let gauge = Gauge::new();
    let error = {
        let mut raced = pin!(race_ok!(async { Err::<(), _>(gauge.enter()) }, async { Err(gauge.enter()) }));
        let Poll::Ready(Err(error)) = poll(raced.as_mut(), Waker::noop()) else { panic!("all fail") };
        error
    };
    assert_eq!((gauge.now(), error.len()), (2, 2));
    drop(error);
    assert_eq!(gauge.now(), 0);
}

#[test]
fn c17_an_unfinished_race_drops_its_arms_once_in_written_order() {
    for kind in 0..3 {
        for polls in 0..4 {
            let board = Board::new(3);
            let [first, second, third] = races(&board, &[]);
            let mut raced = match kind {
                0 => first,
                1 => second,
                _ => third,
            };
            for _ in 0..polls {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            drop(raced);
            if polls > 0 {
                assert_eq!(board.dropped(), [0, 1, 2], "kind {kind} after {polls} polls");
            }
        }
    }
}

#[test]
fn c18_polled_again_it_panics_by_name() {
    let mut won = pin!(race_ok!(ready(Ok::<_, ()>(1))));
    let mut lost = pin!(race_ok!(ready(Err::<(), _>(1))));
    let mut staggered = pin!(race_ok!(ready(Ok::<_, ()>(1)), stagger = 1s));
    assert!(poll(won.as_mut(), Waker::noop()).is_ready());
    assert!(poll(lost.as_mut(), Waker::noop()).is_ready());
    assert!(poll(staggered.as_mut(), Waker::noop()).is_ready());
    for message in [
        panic_of(|| assert!(poll(won.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(lost.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(staggered.as_mut(), Waker::noop()).is_pending())),
    ] {
        assert_eq!(message, "`race_ok!` was polled after it had returned");
    }
}

#[test]
fn c69_a_panic_in_an_arm_goes_on_when_the_rest_is_gone() {
    let board = Board::new(4);
    let arm = |number: usize| {
        let child = board.child(number);
        async move { Ok::<_, ()>(child.await) }
    };
    let mut all = Box::pin(race_ok!(arm(0), async { panic!("own payload") }, arm(1)));
    assert_eq!(panic_of(|| assert!(poll(all.as_mut(), Waker::noop()).is_pending())), "own payload");
    let mut staggered = Box::pin(race_ok!(arm(2), async { panic!("staggered payload") }, arm(3), stagger = 0s));
    assert_eq!(panic_of(|| assert!(poll(staggered.as_mut(), Waker::noop()).is_pending())), "staggered payload");
    assert_eq!(board.all_polls(), 2);
    assert_eq!(board.dropped().len(), 4, "while the races themselves still exist");
}
