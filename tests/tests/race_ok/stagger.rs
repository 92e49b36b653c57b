//! `stagger`: who starts when.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};
use weftwork::{millis, race_ok, secs, timeout};
use weftwork_tests::children::{Board, Wakes, poll};

/// When which contender started, in milliseconds since the first.
#[derive(Clone)]
struct Starts {
    zero: Instant,
    seen: Rc<RefCell<Vec<(u128, usize)>>>,
}

impl Starts {
    fn new() -> Self {
        Self { zero: Instant::now(), seen: Rc::default() }
    }

    /// A contender that says when it is polled first and ends after so many milliseconds.
    fn contender(
        &self,
        number: usize,
        ms: u64,
        result: Result<usize, usize>,
    ) -> impl Future<Output = Result<usize, usize>> + use<> {
        let this = self.clone();
        async move {
            this.seen.borrow_mut().push((this.zero.elapsed().as_millis(), number));
            sleep(Duration::from_millis(ms)).await;
            result
        }
    }

    fn seen(&self) -> Vec<(u128, usize)> {
        self.seen.borrow().clone()
    }
}

const NEVER: u64 = 1_000_000;

#[tokio::test(start_paused = true)]
async fn c74_one_after_another_and_earlier_ones_keep_running() {
    let starts = Starts::new();
    let arm = |number, ms| starts.contender(number, ms, Ok(number));
    let won = race_ok!(arm(0, 600), arm(1, NEVER), arm(2, NEVER), stagger = 250ms).await;
    assert_eq!((won, starts.zero.elapsed()), (Ok(0), Duration::from_millis(600)));
    assert_eq!(starts.seen(), [(0, 0), (250, 1), (500, 2)]);
}

/// The same among so many that only woken ones are polled.
#[tokio::test(start_paused = true)]
async fn c74_of_many() {
    let starts = Starts::new();
    let arm = |number, ms| starts.contender(number, ms, Ok(number));
    let never = |number| arm(number, NEVER);
    let won = race_ok!(never(0), never(1), never(2), arm(3, 501), never(4), never(5), never(6), stagger = 250ms).await;
    assert_eq!((won, starts.zero.elapsed()), (Ok(3), Duration::from_millis(1251)));
    assert_eq!(starts.seen(), [(0, 0), (250, 1), (500, 2), (750, 3), (1000, 4), (1250, 5)]);
}

#[tokio::test(start_paused = true)]
async fn c75_a_failure_starts_the_next_at_once_and_the_stagger_counts_anew() {
    let starts = Starts::new();
    let arm = |number, ms, result| starts.contender(number, ms, result);
    let raced = race_ok!(arm(0, 100, Err(0)), arm(1, NEVER, Ok(1)), arm(2, 50, Ok(2)), arm(3, 0, Ok(3)), stagger = 250ms);
    assert_eq!(raced.await, Ok(2));
    assert_eq!(starts.seen(), [(0, 0), (100, 1), (350, 2)]);
    assert_eq!(starts.zero.elapsed(), Duration::from_millis(400));
}

#[tokio::test(start_paused = true)]
async fn c75_a_failure_of_an_earlier_one() {
    let starts = Starts::new();
    let arm = |number, ms, result| starts.contender(number, ms, result);
    let raced = race_ok!(
        arm(0, 300, Err(0)),
        arm(1, NEVER, Ok(1)),
        arm(2, NEVER, Ok(2)),
        arm(3, NEVER, Ok(3)),
        arm(4, NEVER, Ok(4)),
        arm(5, 0, Ok(5)),
        stagger = 250ms
    );
    assert_eq!(raced.await, Ok(5));
    assert_eq!(starts.seen(), [(0, 0), (250, 1), (300, 2), (550, 3), (800, 4), (1050, 5)]);
}

#[tokio::test(start_paused = true)]
async fn c75_each_failure_starts_one() {
    let starts = Starts::new();
    let arm = |number, ms, result| starts.contender(number, ms, result);
    // 0 and 1 fail at the same time.
    let raced = race_ok!(
        arm(0, 200, Err(0)),
        arm(1, 100, Err(1)),
        arm(2, 1000, Ok(2)),
        arm(3, 1000, Ok(3)),
        arm(4, NEVER, Ok(4)),
        stagger = 100ms
    );
    assert!(matches!(raced.await, Ok(2 | 3)));
    assert_eq!(starts.seen(), [(0, 0), (100, 1), (200, 2), (200, 3), (300, 4)]);
}

/// Where the time is over at the very moment of a failure, one starts, not two.
#[tokio::test(start_paused = true)]
async fn c75_a_failure_when_the_next_is_due() {
    let starts = Starts::new();
    let arm = |number, ms, result| starts.contender(number, ms, result);
    let raced = race_ok!(arm(0, 100, Err(0)), arm(1, 150, Ok(1)), arm(2, NEVER, Ok(2)), stagger = 100ms);
    assert_eq!(raced.await, Ok(1));
    assert_eq!(starts.seen(), [(0, 0), (100, 1), (200, 2)]);
}

#[test]
fn c75_failures_at_the_first_poll_need_no_timer() {
    let board = Board::new(1);
    let mut raced = pin!(race_ok!(ready(Err(1)), ready(Err(2)), async { Ok(board.child(0).await) }, stagger = 1s));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending(), "there is no runtime, and nobody is left to be started");
    board.ready(0);
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(0)));
}

#[tokio::test(start_paused = true)]
async fn c76_one_that_never_started_is_never_polled_and_dropped() {
    let board = Board::new(3);
    let ok = |number: usize| {
        let child = board.child(number);
        async move { Ok::<_, ()>(child.await) }
    };
    let mut raced = pin!(race_ok!(ok(0), ok(1), ok(2), stagger = 250ms));
    let (_, waker) = Wakes::new();
    assert!(poll(raced.as_mut(), &waker).is_pending());
    assert!(poll(raced.as_mut(), &waker).is_pending());
    advance(millis(251)).await;
    assert!(poll(raced.as_mut(), &waker).is_pending());
    board.ready(0);
    assert_eq!(poll(raced.as_mut(), &waker), Poll::Ready(Ok(0)));
    assert!(board.polls(1) > 0);
    assert_eq!(board.polls(2), 0);
    assert_eq!(board.dropped(), [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn c76_all_fail_one_after_another() {
    let starts = Starts::new();
    let arm = |number, ms| starts.contender(number, ms, Err(number));
    let error = race_ok!(arm(0, 100), arm(1, 500), arm(2, 10), stagger = 250ms).await.unwrap_err();
    assert_eq!(error.into_iter().collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 2)]);
    assert_eq!(starts.seen(), [(0, 0), (100, 1), (350, 2)]);
    assert_eq!(starts.zero.elapsed(), Duration::from_millis(600));
}

#[test]
fn c77_the_first_wins_and_nothing_else_starts() {
    let board = Board::new(2);
    board.ready(0);
    board.ready(1);
    let ok = |number: usize| {
        let child = board.child(number);
        async move { Ok::<_, ()>(child.await) }
    };
    let mut raced = pin!(race_ok!(ok(0), ok(1), stagger = 1s));
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(0)), "also without a runtime");
    assert_eq!((board.polls(0), board.polls(1)), (1, 0));
    let mut at_once = pin!(race_ok!(ready(Err(())), ok(0), ok(1), stagger = 0s));
    assert_eq!(poll(at_once.as_mut(), Waker::noop()), Poll::Ready(Ok(0)));
    assert_eq!(board.polls(1), 0);
}

#[test]
fn a_stagger_of_zero_starts_all_at_the_first_poll() {
    let board = Board::new(6);
    let ok = |number: usize| {
        let child = board.child(number);
        async move { Ok::<_, ()>(child.await) }
    };
    let mut raced = pin!(race_ok!(ok(0), ok(1), ok(2), ok(3), ok(4), ok(5), stagger = Duration::ZERO));
    let (wakes, waker) = Wakes::new();
    assert!(poll(raced.as_mut(), &waker).is_pending());
    assert_eq!(board.take_polled(), [0, 1, 2, 3, 4, 5]);
    assert!(poll(raced.as_mut(), &waker).is_pending());
    board.take_polled();
    wakes.take();
    board.finish(4);
    assert_eq!(wakes.take(), 1);
    assert_eq!(poll(raced.as_mut(), &waker), Poll::Ready(Ok(4)));
    assert_eq!(board.take_polled(), [4]);
}

#[tokio::test(start_paused = true)]
async fn the_longest_stagger_starts_the_next_on_a_failure_alone() {
    let starts = Starts::new();
    let arm = |number, ms, result| starts.contender(number, ms, result);
    let raced = race_ok!(arm(0, 5_000, Err(0)), arm(1, 10, Ok(1)), arm(2, 0, Ok(2)), stagger = Duration::MAX);
    assert_eq!(raced.await, Ok(1));
    assert_eq!(starts.seen(), [(0, 0), (5_000, 1)]);
    let never = race_ok!(pending::<Result<(), ()>>(), async { Ok(()) }, stagger = Duration::from_secs(u64::MAX / 4));
    assert!(timeout(secs(1_000_000), never).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn every_spelling_of_a_duration_evaluated_once_at_the_call() {
    let evaluated = Cell::new(0);
    let half = || {
        evaluated.set(evaluated.get() + 1);
        millis(500)
    };
    for spelling in 0..4 {
        let starts = Starts::new();
        let (first, second) = (starts.contender(0, NEVER, Ok(0)), starts.contender(1, 0, Ok(1)));
        let won = match spelling {
            0 => race_ok!(first, second, stagger = 0.5s).await,
            1 => race_ok!(first, second, stagger = "500ms").await,
            2 => race_ok!(first, second, stagger = (millis(250) * 2)).await,
            _ => {
                let raced = race_ok!(first, second, stagger = half());
                assert_eq!(evaluated.get(), 1);
                raced.await
            }
        };
        assert_eq!((won, starts.seen()), (Ok(1), vec![(0, 0), (500, 1)]));
    }
    assert_eq!(evaluated.get(), 1);
}

/// The clock starts with the first poll, like the contenders.
#[tokio::test(start_paused = true)]
async fn the_stagger_counts_from_the_first_poll() {
    let starts = Starts::new();
    let raced = race_ok!(starts.contender(0, NEVER, Ok(0)), starts.contender(1, 0, Ok(1)), stagger = 250ms);
    sleep(millis(400)).await;
    assert_eq!(raced.await, Ok(1));
    assert_eq!(starts.seen(), [(400, 0), (650, 1)]);
}

/// An owner that comes late does not start several at once.
#[tokio::test(start_paused = true)]
async fn the_stagger_lies_between_two_starts() {
    let starts = Starts::new();
    let arm = |number| starts.contender(number, NEVER, Ok(number));
    let mut raced = pin!(race_ok!(arm(0), arm(1), arm(2), stagger = 100ms));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    advance(millis(1000)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    advance(millis(99)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!(starts.seen(), [(0, 0), (1000, 1)]);
    advance(millis(2)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!(starts.seen(), [(0, 0), (1000, 1), (1101, 2)]);
}

#[test]
fn c132_nothing_happens_without_a_poll() {
    let board = Board::new(2);
    let ok = |number: usize| {
        let child = board.child(number);
        async move { Ok::<_, ()>(child.await) }
    };
    let (first, second) = (board.child(0), board.child(1));
    drop(race_ok!(async { Ok::<_, ()>(first.await) }, async { Ok(second.await) }, stagger = 1s));
    assert_eq!((board.all_polls(), board.dropped()), (0, vec![0, 1]));
    drop(race_ok!(ok(0), ok(1)));
    assert_eq!(board.dropped(), [0, 1, 0, 1]);
}
