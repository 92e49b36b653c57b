//! The functions behind the macros: `gather`, `try_gather`, `as_completed`, `race` and `race_ok`.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn, ready};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::stream::{FusedStream, Stream, StreamExt};
use tokio::sync::Semaphore;
use tokio::time::{Instant, advance};
use weftwork::{Finished, Progress, as_completed, gather, millis, race, race_ok, try_gather};
use weftwork_tests::children::{Board, Child, Wakes, poll};
use weftwork_tests::{Gauge, Log, after, panic_of, spin, timed};

fn next<S: Stream + ?Sized>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(Waker::noop()))
}

/// Fails where its number is odd.
async fn judged(child: Child) -> Result<usize, usize> {
    let number = child.await;
    if number % 2 == 1 { Err(number) } else { Ok(number) }
}

/// Writes down what it is told.
#[derive(Clone, Default)]
struct Told(Rc<RefCell<Vec<String>>>);

impl Told {
    /// Since the last time.
    fn take(&self) -> String {
        self.0.take().join(" ")
    }
}

impl Progress for Told {
    fn started(&mut self, total: Option<usize>) {
        self.0.borrow_mut().push(total.map_or("of-many".into(), |total| format!("of-{total}")));
    }

    fn finished(&mut self, child: Finished) {
        self.0.borrow_mut().push(format!("{child:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn c22_c23_c24_outputs_in_input_order() {
    assert_eq!(timed(gather([30, 10, 20].map(|ms| after(ms, ms)))).await, (vec![30, 10, 20], Duration::from_millis(30)));
    assert_eq!(gather(Vec::<std::future::Ready<u8>>::new()).await, [0; 0]);
    let kept = gather([20, 10].map(|ms| after(ms, if ms == 10 { Err(ms) } else { Ok(ms) })));
    assert_eq!(kept.await, [Ok(20), Err(10)]);
    let failed = try_gather([20, 10].map(|ms| after(ms, if ms == 10 { Err(ms) } else { Ok(ms) })));
    assert_eq!(timed(failed).await, (Err(10), Duration::from_millis(10)));
    let good = try_gather([20, 10].map(|ms| after(ms, Ok::<_, ()>(ms))));
    assert_eq!(good.await, Ok(vec![20, 10]));
    // What becomes a future is taken as well.
    let tasks = gather([3, 1].map(|ms| tokio::spawn(after(ms, ms))));
    assert_eq!(tasks.await.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [3, 1]);
}

/// The input is made when the function is called, and pulled when the future is polled.
#[test]
fn c11_nothing_is_pulled_before_the_first_poll() {
    let pulled = Cell::new(0);
    let board = Board::new(3);
    let input = || {
        (0..3).map(|n| {
            pulled.set(pulled.get() + 1);
            board.child(n)
        })
    };
    let judged_input = || input().map(judged);
    drop(gather(input()).limit(2).progress(Told::default()));
    drop(try_gather(judged_input()).all_errors());
    drop(as_completed(input()).limit(2).indexed());
    drop(race(input()).limit(1));
    drop(race_ok(judged_input()).stagger(millis(5)));
    assert_eq!(pulled.get(), 0);
    let mut gathered = pin!(gather(input()));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    // The first that pends is polled once more, where it stays.
    assert_eq!((pulled.get(), board.take_polled()), (3, vec![0, 0, 1, 2]));
}

#[tokio::test(start_paused = true)]
async fn c25_c26_a_limit() {
    let gauge = Gauge::new();
    let child = |n: u64| {
        let resident = gauge.enter();
        async move {
            let output = after(if n == 0 { 100 } else { 10 }, n).await;
            drop(resident);
            output
        }
    };
    // Three places are refilled nine times beside the slow one.
    let gathered = gather((0..28).map(child)).limit(4);
    assert_eq!(timed(gathered).await, ((0..28).collect(), Duration::from_millis(100)));
    assert_eq!((gauge.peak(), gauge.total()), (4, 28));
    let gathered = try_gather((0..10).map(|n| child(n).then_ok())).limit(NonZeroUsize::MIN);
    assert_eq!(gathered.await.unwrap().len(), 10);
    assert_eq!(gauge.peak(), 4);
}

trait ThenOk: Future + Sized {
    async fn then_ok(self) -> Result<Self::Output, ()> {
        Ok(self.await)
    }
}

impl<F: Future> ThenOk for F {}

#[test]
fn c25_no_more_than_the_limit_exist_in_every_function() {
    let board = Board::new(9);
    let pulled = Cell::new(0);
    let input = || {
        pulled.set(0);
        (0..9).map(|n| {
            pulled.set(pulled.get() + 1);
            board.child(n)
        })
    };
    assert!(poll(pin!(gather(input()).limit(2)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 2);
    assert!(poll(pin!(gather(input()).progress(Told::default()).limit(3)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 3);
    assert!(poll(pin!(try_gather(input().map(judged)).limit(4)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 4);
    assert!(poll(pin!(try_gather(input().map(judged)).limit(5).all_errors()), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 5, "a limit stays where errors are kept");
    assert!(poll(pin!(try_gather(input().map(judged)).all_errors().limit(4)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 4);
    assert!(poll(pin!(race(input()).limit(3)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 3);
    assert!(poll(pin!(race_ok(input().map(judged)).limit(2)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 2);
    assert!(poll(pin!(race_ok(input().map(judged)).limit(3).stagger(Duration::ZERO)), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 3);
    assert!(next(pin!(as_completed(input()).limit(3))).is_pending());
    assert_eq!(pulled.get(), 3);
}

/// The line of a panic in `run`, and its message.
fn place_of(run: impl FnOnce()) -> (u32, String) {
    static HOOK: Mutex<()> = Mutex::new(());
    let _alone = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = std::panic::take_hook();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (seen, own) = (lines.clone(), std::thread::current().id());
    std::panic::set_hook(Box::new(move |info| {
        let here = std::thread::current().id() == own;
        let place = info.location().filter(|at| here && at.file().ends_with("functions.rs"));
        seen.lock().unwrap().extend(place.map(std::panic::Location::line));
    }));
    let outcome = catch_unwind(AssertUnwindSafe(run));
    std::panic::set_hook(hook);
    let payload = outcome.expect_err("it panics");
    let message = *payload.downcast_ref::<&str>().expect("a text");
    let line = lines.lock().unwrap().first().copied();
    (line.expect("it panics in this file"), message.to_owned())
}

#[test]
fn c30_a_limit_of_zero_panics_at_the_callers_line() {
    let none = std::hint::black_box(0);
    let inputs = || [ready(Ok::<u8, u8>(1))];
    let expected = |line: u32| (line, String::from("`limit` is zero, so nothing could ever run"));
    assert_eq!(place_of(|| drop(gather(inputs()).limit(none))), expected(line!()));
    assert_eq!(place_of(|| drop(try_gather(inputs()).limit(none))), expected(line!()));
    assert_eq!(place_of(|| drop(race(inputs()).limit(none))), expected(line!()));
    assert_eq!(place_of(|| drop(race_ok(inputs()).limit(none))), expected(line!()));
    assert_eq!(place_of(|| drop(as_completed(inputs()).limit(none))), expected(line!()));
    assert_eq!(place_of(|| drop(try_gather(inputs()).all_errors().limit(none))), expected(line!()));
}

#[test]
fn c47_progress() {
    let (told, board) = (Told::default(), Board::new(3));
    let mut gathered = Box::pin(gather((0..3).map(|n| board.child(n))).progress(told.clone()));
    assert_eq!(told.take(), "", "nothing before the first poll");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "of-3", "also where everybody pends");
    board.finish(2);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "Good");
    board.finish(0);
    board.finish(1);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_ready());
    assert_eq!(told.take(), "Good Good");
    drop(gathered);
    assert_eq!(told.take(), "", "none after the gather has returned");
}

#[tokio::test]
async fn c47_progress_of_every_kind() {
    let told = Told::default();
    let outcomes = || (0..4).map(|n| ready(if n == 2 { Err(n) } else { Ok(n) }));
    assert_eq!(try_gather(outcomes()).progress(told.clone()).await, Err(2));
    assert_eq!(told.take(), "of-4 Good Good Failed");
    assert_eq!(try_gather(outcomes()).all_errors().progress(told.clone()).await.unwrap_err().len(), 1);
    assert_eq!(told.take(), "of-4 Good Good Failed Good");
    assert_eq!(try_gather(outcomes()).progress(told.clone()).limit(1).await, Err(2));
    assert_eq!(told.take(), "of-4 Good Good Failed");
    assert_eq!(gather(outcomes().filter(|_| true)).progress(told.clone()).await.len(), 4);
    assert_eq!(told.take(), "of-many Good Good Good Good", "without a mark an `Err` is a value");
    assert_eq!(gather(Vec::<std::future::Ready<u8>>::new()).progress(told.clone()).await, [0; 0]);
    assert_eq!(told.take(), "of-0");
}

#[tokio::test(start_paused = true)]
async fn c44_c45_all_errors() {
    let child = |ms: u64| after(ms, if ms.is_multiple_of(20) { Err(ms) } else { Ok(ms) });
    let (outcome, waited) = timed(try_gather([30, 20, 10, 40].map(child)).all_errors()).await;
    let errors = outcome.unwrap_err();
    assert_eq!((errors.len(), errors.children(), waited), (2, 4, Duration::from_millis(40)));
    assert_eq!(errors.into_iter().collect::<Vec<_>>(), [(1, 20), (3, 40)]);
    assert_eq!(try_gather([30, 10].map(child)).all_errors().await, Ok(vec![30, 10]));
}

#[tokio::test(start_paused = true)]
async fn c65_c66_c68_race() {
    assert_eq!(timed(race([30, 10, 20].map(|ms| after(ms, ms)))).await, (Some(10), Duration::from_millis(10)));
    assert_eq!(race(Vec::<std::future::Ready<u8>>::new()).await, None);
    let board = Board::new(4);
    board.ready(1);
    board.ready(2);
    let mut raced = pin!(race((0..4).map(|n| board.child(n))));
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Some(1)));
    assert_eq!((board.take_polled(), board.dropped()), (vec![0, 0, 1], vec![1, 0]), "while the race itself still exists");
}

#[tokio::test(start_paused = true)]
async fn c72_c73_c78_race_ok() {
    let child = |ms: u64| after(ms, if ms < 20 { Err(ms) } else { Ok(ms) });
    assert_eq!(timed(race_ok([30, 10, 20].map(child))).await, (Ok(20), Duration::from_millis(20)));
    let errors = race_ok([15, 5, 10].map(child)).await.unwrap_err();
    assert_eq!(errors.into_iter().collect::<Vec<_>>(), [(0, 15), (1, 5), (2, 10)]);
    assert!(race_ok(Vec::<std::future::Ready<Result<u8, u8>>>::new()).await.unwrap_err().is_empty());
}

#[tokio::test(start_paused = true)]
async fn c74_c75_stagger() {
    let start = Instant::now();
    let starts = RefCell::new(Vec::new());
    let child = |(number, ms): (usize, u64)| {
        let starts = &starts;
        async move {
            starts.borrow_mut().push((start.elapsed().as_millis(), number));
            after(ms, if ms < 1000 { Err(number) } else { Ok(number) }).await
        }
    };
    let won = race_ok([5000, 100, 4000, 6000].into_iter().enumerate().map(child)).stagger(millis(250)).await;
    assert_eq!((won, start.elapsed()), (Ok(2), Duration::from_millis(4350)));
    assert_eq!(*starts.borrow(), [(0, 0), (250, 1), (350, 2), (600, 3)]);
}

#[tokio::test(start_paused = true)]
async fn c76_who_never_started_is_not_pulled() {
    let board = Board::new(3);
    let pulled = Cell::new(0);
    let input = (0..3).map(|n| {
        pulled.set(pulled.get() + 1);
        let child = board.child(n);
        async move { Ok::<_, ()>(child.await) }
    });
    let mut raced = pin!(race_ok(input).stagger(millis(250)));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    advance(millis(251)).await;
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    board.finish(1);
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(1)));
    assert_eq!((pulled.get(), board.dropped()), (2, vec![1, 0]));
}

/// With a limit a start waits for room as well.
#[tokio::test(start_paused = true)]
async fn c74_stagger_and_a_limit() {
    let start = Instant::now();
    let child = |ms: u64| async move { after(ms, if ms == 1 { Ok(start.elapsed().as_millis()) } else { Err(ms) }).await };
    let won = race_ok([600, 700, 1].map(child)).limit(2).stagger(millis(100)).await;
    assert_eq!((won.is_ok(), start.elapsed()), (true, Duration::from_millis(601)));
}

#[tokio::test(start_paused = true)]
async fn c55_c57_as_completed() {
    let children = || [30, 10, 20].map(|ms| after(ms, ms));
    assert_eq!(as_completed(children()).collect::<Vec<_>>().await, [10, 20, 30]);
    assert_eq!(as_completed(children()).indexed().collect::<Vec<_>>().await, [(1, 10), (2, 20), (0, 30)]);
    assert_eq!(as_completed(children()).limit(1).collect::<Vec<_>>().await, [30, 10, 20]);
    assert_eq!(as_completed(children()).limit(2).indexed().collect::<Vec<_>>().await, [(1, 10), (0, 30), (2, 20)]);
}

#[test]
fn c56_as_completed_ends_once() {
    let mut none = pin!(as_completed(Vec::<std::future::Ready<u8>>::new()));
    assert_eq!(next(none.as_mut()), Poll::Ready(None));
    let mut stream = pin!(as_completed([ready(1), ready(2)]).limit(1));
    assert!(!stream.is_terminated());
    assert_eq!([next(stream.as_mut()), next(stream.as_mut())], [Poll::Ready(Some(1)), Poll::Ready(Some(2))]);
    for _ in 0..2 {
        assert_eq!(next(stream.as_mut()), Poll::Ready(None));
        assert!(stream.is_terminated());
    }
}

#[tokio::test(start_paused = true)]
async fn c60_c62_for_each_of_the_function() {
    let (start, mut seen) = (Instant::now(), Vec::new());
    let ended = RefCell::new(Vec::new());
    let child = |ms: u64| {
        let ended = &ended;
        async move {
            after(ms, ()).await;
            ended.borrow_mut().push(start.elapsed().as_millis());
            ms
        }
    };
    as_completed([33, 10, 34].map(child))
        .indexed()
        .for_each(async |(index, ms)| {
            after(100, ()).await;
            seen.push((index, ms, start.elapsed().as_millis()));
        })
        .await;
    assert_eq!(seen, [(1, 10, 110), (0, 33, 210), (2, 34, 310)]);
    assert_eq!(*ended.borrow(), [10, 33, 34], "while a body was running");
    let mut taken = 0;
    let failed = as_completed([30, 10, 20].map(|ms| after(ms, ms)))
        .limit(2)
        .try_for_each(async |ms| {
            taken += 1;
            if ms == 30 { Err(ms) } else { Ok(()) }
        })
        .await;
    assert_eq!((failed, taken), (Err(30), 2));
}

#[tokio::test(start_paused = true)]
async fn c58_outputs_that_wait_count() {
    let gauge = Gauge::new();
    let children = (0..20).map(|_| {
        let resident = gauge.enter();
        async {
            after(1, ()).await;
            resident
        }
    });
    as_completed(children)
        .limit(3)
        .for_each(async |resident| {
            drop(resident);
            after(50, ()).await;
        })
        .await;
    assert_eq!((gauge.peak() <= 4, gauge.total(), gauge.now()), (true, 20, 0), "{}", gauge.peak());
}

/// Each function over the children of a board, with what is left out of the output.
fn all_functions<'a>(board: &'a Board, size: usize, fail: fn(usize)) -> Vec<Pin<Box<dyn Future<Output = ()> + 'a>>> {
    let input = move || {
        (0..size).map(move |n| {
            let child = board.child(n);
            async move {
                fail(n);
                child.await
            }
        })
    };
    let never = move || input().map(|child| async { Err::<(), _>(child.await) });
    vec![
        Box::pin(silent(gather(input()))),
        Box::pin(silent(gather(input()).limit(size).progress(Told::default()))),
        Box::pin(silent(try_gather(never()))),
        Box::pin(silent(try_gather(never()).all_errors())),
        Box::pin(silent(race(input()))),
        Box::pin(silent(race_ok(never()))),
        Box::pin(silent(race_ok(never()).stagger(Duration::ZERO))),
        Box::pin(silent(Ends(as_completed(input())))),
    ]
}

/// Until a stream has given an item.
struct Ends<S>(S);

impl<S: Stream + Unpin> Future for Ends<S> {
    type Output = Option<S::Item>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}

/// Polls it in place, and keeps it after its end and after a panic.
fn silent<F: Future + Unpin>(mut future: F) -> impl Future<Output = ()> {
    poll_fn(move |cx| Pin::new(&mut future).poll(cx).map(drop))
}

#[test]
fn c19_c63_c69_a_panic_goes_on_when_the_siblings_are_gone() {
    for kind in 0..8 {
        let board = Board::new(4);
        let mut running = all_functions(&board, 4, |n| assert!(n != 2, "own payload")).swap_remove(kind);
        let message = panic_of(|| assert!(poll(running.as_mut(), Waker::noop()).is_pending()));
        assert_eq!(message, "own payload");
        assert_eq!(board.dropped(), [2, 0, 1], "kind {kind}, while the future itself still exists");
    }
}

#[test]
fn c19_the_same_of_one_that_was_woken() {
    for kind in 0..8 {
        let board = Board::new(40);
        let input = |n: usize| {
            let child = board.child(n);
            async move { std::panic::panic_any(child.await) }
        };
        let never = |n| {
            let child = input(n);
            async move {
                child.await;
                Ok::<(), ()>(())
            }
        };
        let mut running: Pin<Box<dyn Future<Output = ()> + '_>> = match kind {
            0 => Box::pin(silent(gather((0..40).map(input)))),
            1 => Box::pin(silent(gather((0..40).map(input)).progress(Told::default()))),
            2 => Box::pin(silent(try_gather((0..40).map(never)))),
            3 => Box::pin(silent(try_gather((0..40).map(never)).all_errors())),
            4 => Box::pin(silent(race((0..40).map(input)))),
            5 => Box::pin(silent(race_ok((0..40).map(never)))),
            6 => Box::pin(silent(race_ok((0..40).map(never)).stagger(Duration::ZERO))),
            _ => Box::pin(silent(Ends(as_completed((0..40).map(input))))),
        };
        for _ in 0..2 {
            assert!(poll(running.as_mut(), Waker::noop()).is_pending());
        }
        board.finish(17);
        let payload = catch_unwind(AssertUnwindSafe(|| poll(running.as_mut(), Waker::noop()).is_ready())).expect_err("it panics");
        assert_eq!(payload.downcast_ref::<usize>(), Some(&17));
        let siblings: Vec<usize> = board.dropped().into_iter().filter(|n| *n != 17).collect();
        assert_eq!(siblings, (0..40).filter(|n| *n != 17).collect::<Vec<_>>(), "kind {kind}");
    }
}

/// With the futures that were started go those that were not.
#[test]
fn c19_c67_the_input_is_gone_as_well() {
    for panics in [true, false] {
        let board = Board::new(3);
        let children: Vec<_> = (0..3)
            .map(|n| {
                let child = board.child(n);
                async move {
                    assert!(!panics || n != 1, "own payload");
                    if n == 1 { n } else { child.await }
                }
            })
            .collect();
        let mut raced = Box::pin(race(children));
        let outcome = catch_unwind(AssertUnwindSafe(|| poll(raced.as_mut(), Waker::noop())));
        assert_eq!(outcome.ok(), (!panics).then_some(Poll::Ready(Some(1))));
        assert_eq!(board.dropped(), [1, 0, 2], "while the race itself still exists");
    }
}

#[test]
fn c17_an_unfinished_one_drops_its_futures_once_in_order() {
    for kind in 0..8 {
        for polls in 1..4 {
            let board = Board::new(9);
            let mut running = all_functions(&board, 9, |_| ()).swap_remove(kind);
            for _ in 0..polls {
                assert!(poll(running.as_mut(), Waker::noop()).is_pending());
            }
            drop(running);
            assert_eq!(board.dropped(), [0, 1, 2, 3, 4, 5, 6, 7, 8], "kind {kind} after {polls} polls");
        }
    }
}

#[test]
fn c18_polled_again_it_panics() {
    for kind in 0..7 {
        let board = Board::new(1);
        board.ready(0);
        let mut running = all_functions(&board, 1, |_| ()).swap_remove(kind);
        assert!(poll(running.as_mut(), Waker::noop()).is_ready());
        let message = panic_of(|| assert!(poll(running.as_mut(), Waker::noop()).is_pending()));
        assert_eq!(message, "futures that run together were polled after they had returned", "kind {kind}");
    }
    let board = Board::new(2);
    let mut running = all_functions(&board, 2, |n| assert!(n != 1, "own payload")).swap_remove(0);
    assert_eq!(panic_of(|| assert!(poll(running.as_mut(), Waker::noop()).is_pending())), "own payload");
    let message = panic_of(|| assert!(poll(running.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "futures that run together were polled after they had returned");
}

#[test]
fn c51_woken_futures_alone_are_polled() {
    for kind in 0..8 {
        let board = Board::new(40);
        let mut running = all_functions(&board, 40, |_| ()).swap_remove(kind);
        let (wakes, waker) = Wakes::new();
        for _ in 0..3 {
            assert!(poll(running.as_mut(), &waker).is_pending());
        }
        board.take_polled();
        wakes.take();
        for number in [30, 3, 39] {
            board.wake(number);
            assert_eq!(wakes.take(), 1);
            assert!(poll(running.as_mut(), &waker).is_pending());
            assert_eq!(board.take_polled(), [number], "kind {kind}");
        }
    }
}

/// With futures that borrow from what the task owns, and outputs that are not `Sync`.
#[tokio::test]
async fn c33_in_a_spawned_task() {
    struct Client;
    impl Client {
        async fn get(&self, url: &str) -> Result<Cell<usize>, Cell<u8>> {
            spin().await;
            Ok(Cell::new(url.len()))
        }
    }
    let task = tokio::spawn(async {
        let (client, urls) = (Client, vec![String::from("a"), String::from("b")]);
        let (client, urls) = (&client, &urls);
        let mut seen = vec![
            gather(urls.iter().map(|url| client.get(url))).limit(1).await.len(),
            try_gather(urls.iter().map(|url| client.get(url))).await.map_or(0, |outputs| outputs.len()),
            try_gather(urls.iter().map(|url| client.get(url))).all_errors().await.map_or(0, |outputs| outputs.len()),
            race(urls.iter().map(|url| client.get(url))).await.map_or(0, |_| 2),
            race_ok(urls.iter().map(|url| client.get(url))).await.map_or(0, |_| 2),
            race_ok(urls.iter().map(|url| client.get(url))).stagger(millis(1)).await.map_or(0, |_| 2),
        ];
        seen.push(as_completed(urls.iter().map(|url| client.get(url))).limit(1).count().await);
        as_completed(urls.iter().map(|url| client.get(url))).limit(1).for_each(async |_| spin().await).await;
        seen
    });
    assert_eq!(task.await.unwrap(), [2; 7]);
}

#[test]
fn c15_send_follows_from_the_futures() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let outcomes = || [ready(Ok::<_, u8>(1))];
    drop(send(gather(outcomes()).limit(3)));
    drop(send(try_gather(outcomes()).all_errors()));
    drop(send(race(outcomes())));
    drop(send(race_ok(outcomes()).stagger(millis(1))));
    drop(send(as_completed(outcomes()).indexed()));
    let local = Rc::new(5);
    let mut gathered = pin!(gather([async { *local }]));
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(vec![5]));
}

/// C49: takes and returns a permit that is always free, for ever, but for one that needs it a few times.
#[tokio::test]
async fn c49_nobody_starves() {
    for size in [2, 10, 100, 1000_usize] {
        for kind in 0..4 {
            let semaphore = &Semaphore::new(size);
            let child = |n| async move {
                for round in 0_usize.. {
                    drop(semaphore.acquire().await);
                    if n == size - 1 {
                        tokio::task::yield_now().await;
                        if round == 5 {
                            break;
                        }
                    }
                }
                if n == size { Err(()) } else { Ok(n) }
            };
            let input = (0..size).map(child);
            let raced: Pin<Box<dyn Future<Output = ()> + '_>> = match kind {
                0 => Box::pin(silent(race(input))),
                1 => Box::pin(silent(race_ok(input))),
                2 => Box::pin(silent(race_ok(input).stagger(Duration::ZERO))),
                _ => Box::pin(silent(Ends(as_completed(input)))),
            };
            let mut raced = pin!(raced);
            let mut polls = 0;
            poll_fn(|cx| {
                polls += 1;
                assert!(polls < 50 * size, "kind {kind} of {size}");
                raced.as_mut().poll(cx)
            })
            .await;
        }
    }
}

#[test]
fn what_a_gather_says_of_itself() {
    let log = Log::new();
    let mut gathered = pin!(gather((0..3).map(|_| {
        let gone = log.on_drop("gone");
        async move {
            let _gone = gone;
            pending::<()>().await;
        }
    })));
    assert_eq!(format!("{gathered:?}"), "Together { running: 0, .. }");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(format!("{gathered:?}"), "Together { running: 3, .. }");
}
