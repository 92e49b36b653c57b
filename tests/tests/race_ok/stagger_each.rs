//! `stagger` over comprehensions: who starts when.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, advance, sleep};
use weftwork::{millis, race_ok, secs, timeout};
use weftwork_tests::children::{Board, Wakes, poll};
use weftwork_tests::{Log, after, panic_of, timed};

type Outcome = Result<usize, usize>;

/// When which contender started, in milliseconds since the beginning.
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
    fn contender(&self, number: usize, ms: u64, outcome: Outcome) -> impl Future<Output = Outcome> + use<> {
        let this = self.clone();
        async move {
            this.seen.borrow_mut().push((this.ms(), number));
            sleep(Duration::from_millis(ms)).await;
            outcome
        }
    }

    fn ms(&self) -> u128 {
        self.zero.elapsed().as_millis()
    }

    fn seen(&self) -> Vec<(u128, usize)> {
        self.seen.borrow().clone()
    }
}

const NEVER: u64 = 1_000_000;

/// Races contenders that end so many milliseconds after their starts, from an iterator.
async fn each(starts: &Starts, interval: Duration, ends: &[(u64, Outcome)]) -> Option<usize> {
    let raced = race_ok!(
        for (number, (ms, outcome)) in ends.iter().enumerate() {
            starts.contender(number, *ms, *outcome)
        },
        stagger = interval
    );
    raced.await.ok()
}

/// The same from a stream that always has them.
async fn each_awaited(starts: &Starts, interval: Duration, ends: &[(u64, Outcome)]) -> Option<usize> {
    let raced = race_ok!(
        for await (number, (ms, outcome)) in stream::iter(ends.iter().enumerate()) {
            starts.contender(number, *ms, *outcome)
        },
        stagger = interval
    );
    raced.await.ok()
}

/// Who wins, when, and who started when: the same from every input.
async fn check(interval: u64, ends: &[(u64, Outcome)], expected: (Option<usize>, u128, &[(u128, usize)])) {
    let (winner, ms, seen) = expected;
    let starts = Starts::new();
    let won = each(&starts, millis(interval), ends).await;
    assert_eq!((won, starts.ms(), starts.seen()), (winner, ms, seen.to_vec()), "from an iterator");
    let starts = Starts::new();
    let won = each_awaited(&starts, millis(interval), ends).await;
    assert_eq!((won, starts.ms(), starts.seen()), (winner, ms, seen.to_vec()), "from a stream");
}

#[tokio::test(start_paused = true)]
async fn c74_one_after_another_and_earlier_ones_keep_running() {
    check(250, &[(600, Ok(0)), (NEVER, Ok(1)), (NEVER, Ok(2))], (Some(0), 600, &[(0, 0), (250, 1), (500, 2)])).await;
    let mut many = [(NEVER, Ok(0)); 7];
    many[3] = (501, Ok(3));
    let starts = [(0, 0), (250, 1), (500, 2), (750, 3), (1000, 4), (1250, 5)];
    check(250, &many, (Some(3), 1251, &starts)).await;
}

#[tokio::test(start_paused = true)]
async fn c75_a_failure_starts_the_next_at_once_and_the_stagger_counts_anew() {
    let ends = [(100, Err(0)), (NEVER, Ok(1)), (50, Ok(2)), (0, Ok(3))];
    check(250, &ends, (Some(2), 400, &[(0, 0), (100, 1), (350, 2)])).await;
}

#[tokio::test(start_paused = true)]
async fn c75_a_failure_of_an_earlier_one() {
    let ends = [(300, Err(0)), (NEVER, Ok(1)), (NEVER, Ok(2)), (NEVER, Ok(3)), (10, Ok(4))];
    check(250, &ends, (Some(4), 810, &[(0, 0), (250, 1), (300, 2), (550, 3), (800, 4)])).await;
}

#[tokio::test(start_paused = true)]
async fn c75_each_failure_starts_one() {
    // 0 and 1 fail at the same time, and neither at that of a start.
    let ends = [(190, Err(0)), (90, Err(1)), (NEVER, Ok(2)), (NEVER, Ok(3)), (1, Ok(4))];
    check(100, &ends, (Some(4), 291, &[(0, 0), (100, 1), (190, 2), (190, 3), (290, 4)])).await;
    // At their first poll.
    let ends = [(0, Err(0)), (0, Err(1)), (0, Err(2)), (NEVER, Ok(3)), (0, Ok(4))];
    check(100, &ends, (Some(4), 100, &[(0, 0), (0, 1), (0, 2), (0, 3), (100, 4)])).await;
}

/// Where the time is over at the very moment of a failure, one starts, not two. (A stream and the contenders take turns in
/// going first, so that there it may be two.)
#[tokio::test(start_paused = true)]
async fn c75_a_failure_when_the_next_is_due() {
    let starts = Starts::new();
    let won = each(&starts, millis(100), &[(100, Err(0)), (150, Ok(1)), (NEVER, Ok(2))]).await;
    assert_eq!((won, starts.ms(), starts.seen()), (Some(1), 250, vec![(0, 0), (100, 1), (200, 2)]));
    let starts = Starts::new();
    let won = each(&starts, millis(100), &[(200, Err(0)), (NEVER, Ok(1)), (150, Ok(2)), (NEVER, Ok(3))]).await;
    assert_eq!((won, starts.ms(), starts.seen()), (Some(2), 350, vec![(0, 0), (100, 1), (200, 2), (300, 3)]));
}

#[test]
fn c75_failures_at_the_first_poll_need_no_timer() {
    let raced = race_ok!(
        for n in 0..5 {
            ready(if n < 4 { Err(n) } else { Ok(n) })
        },
        stagger = 1s
    );
    assert_eq!(poll(pin!(raced), Waker::noop()), Poll::Ready(Ok(4)), "there is no runtime");
    let lost = race_ok!(..[ready(Err::<(), _>('a')), ready(Err('b'))], stagger = 1s);
    let Poll::Ready(Err(error)) = poll(pin!(lost), Waker::noop()) else { panic!("both fail") };
    assert_eq!(error.into_iter().collect::<Vec<_>>(), [(0, 'a'), (1, 'b')]);
}

#[tokio::test(start_paused = true)]
async fn c76_one_that_never_started_is_not_even_made() {
    let (board, log) = (Board::new(3), Log::new());
    let input = {
        let (end, mut numbers) = (log.on_drop("input"), 0..3);
        std::iter::from_fn(move || {
            let _ = &end;
            numbers.next()
        })
    };
    let mut raced = pin!(race_ok!(
        for n in input {
            log.note(n.to_string());
            let child = board.child(n);
            async move { Ok::<_, ()>(child.await) }
        },
        stagger = 250ms
    ));
    let (_, waker) = Wakes::new();
    for _ in 0..3 {
        assert!(poll(raced.as_mut(), &waker).is_pending());
    }
    assert_eq!(log.text(), "0");
    advance(millis(251)).await;
    assert!(poll(raced.as_mut(), &waker).is_pending());
    assert_eq!(log.text(), "0 1");
    board.finish(0);
    assert_eq!(poll(raced.as_mut(), &waker), Poll::Ready(Ok(0)));
    assert_eq!((log.text().as_str(), board.polls(2)), ("0 1 input", 0));
    assert_eq!(board.dropped(), [0, 1], "a third was never made");
}

/// Of a splat the futures are there from the beginning: who never starts is dropped behind those who run.
#[tokio::test(start_paused = true)]
async fn c76_of_a_splat_the_rest_is_dropped_unpolled() {
    let board = Board::new(4);
    let children: Vec<_> = (0..4).map(|n| futures::FutureExt::map(board.child(n), Ok::<_, ()>)).collect();
    let mut raced = pin!(race_ok!(..children, stagger = 250ms));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    advance(millis(251)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    board.finish(1);
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(1)));
    assert_eq!((board.polls(2), board.polls(3)), (0, 0));
    assert_eq!(board.dropped(), [1, 0, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn c73_c76_all_fail_one_after_another() {
    let starts = Starts::new();
    let ends = [100, 500, 10];
    let raced = race_ok!(
        for (number, ms) in ends.into_iter().enumerate() {
            starts.contender(number, ms, Err(number))
        },
        stagger = 250ms
    );
    assert_eq!(raced.await.unwrap_err().into_iter().collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 2)]);
    assert_eq!((starts.ms(), starts.seen()), (600, vec![(0, 0), (100, 1), (350, 2)]));
}

#[test]
fn c77_the_first_wins_and_nothing_else_starts() {
    let pulled = Cell::new(0);
    let raced = race_ok!(
        for n in 0.. {
            pulled.set(pulled.get() + 1);
            ready(Ok::<_, ()>(n))
        },
        stagger = 1s
    );
    assert_eq!(poll(pin!(raced), Waker::noop()), Poll::Ready(Ok(0)), "also without a runtime");
    assert_eq!(pulled.get(), 1);
}

#[test]
fn c69_a_panic_goes_on_when_the_rest_is_gone() {
    let board = Board::new(2);
    let mut raced = Box::pin(race_ok!(
        for n in 0..3 {
            let child = board.child(n % 2);
            async move {
                assert!(n != 1, "own payload");
                Ok::<_, ()>(child.await)
            }
        },
        stagger = 0s
    ));
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert_eq!((message.as_str(), board.dropped()), ("own payload", vec![1, 0]));
}

#[test]
fn a_stagger_of_zero_starts_all_at_the_first_poll() {
    let board = Board::new(50);
    let mut raced = pin!(race_ok!(
        for n in 0..50 {
            let child = board.child(n);
            async move { Ok::<_, ()>(child.await) }
        },
        stagger = Duration::ZERO
    ));
    let (wakes, waker) = Wakes::new();
    assert!(poll(raced.as_mut(), &waker).is_pending());
    let mut polled = board.take_polled();
    // The first that pends is polled once more, where it stays.
    polled.dedup();
    assert_eq!(polled, (0..50).collect::<Vec<_>>());
    for _ in 0..2 {
        assert!(poll(raced.as_mut(), &waker).is_pending());
    }
    board.take_polled();
    wakes.take();
    board.finish(44);
    assert_eq!(wakes.take(), 1);
    assert_eq!(poll(raced.as_mut(), &waker), Poll::Ready(Ok(44)));
    assert_eq!(board.take_polled(), [44]);
}

#[tokio::test(start_paused = true)]
async fn the_longest_stagger_starts_the_next_on_a_failure_alone() {
    let starts = Starts::new();
    let won = each(&starts, Duration::MAX, &[(5_000, Err(0)), (10, Ok(1)), (0, Ok(2))]).await;
    assert_eq!((won, starts.seen()), (Some(1), vec![(0, 0), (5_000, 1)]));
    for longest in [Duration::MAX, Duration::from_secs(u64::MAX / 4)] {
        let never = race_ok!(
            for n in 0..2 {
                async move { if n == 0 { pending().await } else { Ok::<_, ()>(n) } }
            },
            stagger = longest
        );
        assert!(timeout(secs(1_000_000), never).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn the_stagger_is_evaluated_once_at_the_call_behind_the_input() {
    let log = Log::new();
    let raced = race_ok!(
        for n in {
            log.note("input");
            [NEVER, 0]
        } {
            log.note("body");
            after(n, Ok::<_, ()>(n))
        },
        stagger = {
            log.note("stagger");
            millis(500)
        }
    );
    assert_eq!(log.text(), "input stagger");
    assert_eq!(timed(raced).await.0, Ok(0));
    assert_eq!(log.text(), "input stagger body body");
}

/// The clock starts with the first poll, like the contenders.
#[tokio::test(start_paused = true)]
async fn the_stagger_counts_from_the_first_poll() {
    let starts = Starts::new();
    let raced = race_ok!(
        for (number, ms) in [NEVER, 0].into_iter().enumerate() {
            starts.contender(number, ms, Ok(number))
        },
        stagger = 250ms
    );
    sleep(millis(400)).await;
    assert_eq!((raced.await, starts.seen()), (Ok(1), vec![(400, 0), (650, 1)]));
}

/// An owner that comes late does not start several at once.
#[tokio::test(start_paused = true)]
async fn the_stagger_lies_between_two_starts() {
    let starts = Starts::new();
    let mut raced = pin!(race_ok!(
        for number in 0..4 {
            starts.contender(number, NEVER, Ok(number))
        },
        stagger = 100ms
    ));
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

/// Numbers that are there after so many milliseconds, whether anybody asks or not.
fn arriving(at: impl IntoIterator<Item = (u64, usize)>) -> impl Stream<Item = usize> {
    let (send, mut receive) = mpsc::unbounded_channel();
    for (ms, number) in at {
        let send = send.clone();
        tokio::spawn(async move {
            after(ms, ()).await;
            let _ = send.send(number);
        });
    }
    stream::poll_fn(move |cx| receive.poll_recv(cx))
}

/// A stream that has nothing when a start is due: the next one starts when it comes, and the stagger counts from there.
#[tokio::test(start_paused = true)]
async fn c74_a_stream_that_is_late() {
    let starts = Starts::new();
    let servers = arriving([(0, 0), (400, 1), (400, 2), (400, 3)]);
    let raced = race_ok!(
        for await n in servers {
            starts.contender(n, if n == 3 { 5 } else { NEVER }, Ok(n))
        },
        stagger = 250ms
    );
    assert_eq!(raced.await, Ok(3));
    assert_eq!(starts.seen(), [(0, 0), (400, 1), (650, 2), (900, 3)]);
}

/// One start is what a failure brings, also where one was due anyway and the stream had nothing.
#[tokio::test(start_paused = true)]
async fn c75_a_failure_while_the_stream_is_late() {
    for failed_at in [100, 300] {
        let starts = Starts::new();
        let servers = arriving([(0, 0), (400, 1), (400, 2), (400, 3)]);
        let raced = race_ok!(
            for await n in servers {
                match n {
                    0 => starts.contender(0, failed_at, Err(0)),
                    3 => starts.contender(3, 5, Ok(3)),
                    _ => starts.contender(n, NEVER, Ok(n)),
                }
            },
            stagger = 250ms
        );
        assert_eq!(raced.await, Ok(3));
        assert_eq!(starts.seen(), [(0, 0), (400, 1), (650, 2), (900, 3)], "0 fails at {failed_at} ms");
    }
}

/// Two that failed while the stream had nothing bring two.
#[tokio::test(start_paused = true)]
async fn c75_two_failures_while_the_stream_is_late() {
    let starts = Starts::new();
    let servers = arriving([(0, 0), (0, 1), (400, 2), (400, 3), (400, 4)]);
    let raced = race_ok!(
        for await n in servers {
            match n {
                0 => starts.contender(0, 170, Err(0)),
                1 => starts.contender(1, 80, Err(1)),
                4 => starts.contender(4, 5, Ok(4)),
                _ => starts.contender(n, NEVER, Ok(n)),
            }
        },
        stagger = 100ms
    );
    assert_eq!(raced.await, Ok(4));
    assert_eq!(starts.seen(), [(0, 0), (100, 1), (400, 2), (400, 3), (500, 4)]);
}

/// A stream is asked for no more than is due.
#[tokio::test(start_paused = true)]
async fn c76_a_stream_is_not_asked_before_it_is_due() {
    let polls = Cell::new(0);
    let (send, mut receive) = mpsc::unbounded_channel();
    let servers = stream::poll_fn(|cx| {
        polls.set(polls.get() + 1);
        receive.poll_recv(cx)
    });
    let mut raced = pin!(race_ok!(
        for await n in servers.fuse() {
            after(NEVER, Ok::<u64, ()>(n))
        },
        stagger = 250ms
    ));
    send.send(0).unwrap();
    send.send(1).unwrap();
    for _ in 0..3 {
        assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    }
    assert_eq!(polls.get(), 1);
    advance(millis(251)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!(polls.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn c17_an_unfinished_race_drops_those_that_started_in_order_and_then_the_input() {
    let log = Log::new();
    let words = ["a", "b", "c"].map(|word| log.on_drop(word));
    let mut raced = Box::pin(race_ok!(
        for word in words {
            async move {
                let _word = word;
                pending::<Result<(), ()>>().await
            }
        },
        stagger = 100ms
    ));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    advance(millis(101)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    drop(raced);
    assert_eq!(log.text(), "a b c");
}
