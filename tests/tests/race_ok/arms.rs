//! Arms: who wins, and what is left when nobody does.

use std::error::Error;
use std::future::{Future, pending, ready};
use std::pin::pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{RaceError, race_ok};
use weftwork_tests::children::{Board, Wakes, poll};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

/// Without a runtime and without a wake-up: for a race that is over at once.
fn now<F: Future>(future: F) -> F::Output {
    match poll(pin!(future), Waker::noop()) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at the first poll"),
    }
}

#[tokio::test(start_paused = true)]
async fn c72_the_first_ok_wins_whatever_fails_before() {
    let start = Instant::now();
    let won = race_ok!(async { Err(after(5, "down").await) }, async { Ok(after(20, 'b').await) }, pending());
    assert_eq!(won.await, Ok('b'));
    assert_eq!(start.elapsed(), Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn c73_all_fail() {
    let fail = |ms, error: &'static str| async move { Err::<(), _>(after(ms, error.parse::<u8>().unwrap_err()).await) };
    let start = Instant::now();
    let error = race_ok!(fail(30, "x"), fail(10, ""), fail(20, "300")).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_millis(30));
    let texts: Vec<(usize, String)> = error.iter().map(|(index, error)| (index, error.to_string())).collect();
    let expected =
        ["invalid digit found in string", "cannot parse integer from empty string", "number too large to fit in target type"];
    assert_eq!(texts, expected.map(str::to_owned).into_iter().enumerate().collect::<Vec<_>>());
    assert_eq!(error.source().unwrap().to_string(), expected[0]);
    assert_eq!((error.to_string().as_str(), error.len(), error.is_empty()), ("all 3 contenders failed", 3, false));
}

#[test]
fn c73_the_error_in_every_shape() {
    let error: RaceError<&str> = now(race_ok!(ready(Err::<(), _>("a")), ready(Err("b")))).unwrap_err();
    assert_eq!(error.first(), Some(&"a"));
    assert_eq!((&error).into_iter().rev().collect::<Vec<_>>(), [(1, &"b"), (0, &"a")]);
    assert_eq!(error.clone(), error);
    let mut seen = Vec::new();
    for (index, text) in error {
        seen.push((index, text));
    }
    assert_eq!(seen, [(0, "a"), (1, "b")]);
    let one: RaceError<u8> = now(race_ok!(ready(Err::<(), _>(7)))).unwrap_err();
    assert_eq!((one.to_string().as_str(), one.len()), ("the only contender failed", 1));
}

#[test]
fn c77_the_lower_index_wins_the_first_poll() {
    let board = Board::new(3);
    board.ready(1);
    board.ready(2);
    let ok = |n: usize| {
        let child = board.child(n);
        async move { Ok::<_, ()>(child.await) }
    };
    let mut raced = pin!(race_ok!(ready(Err(())), ok(0), ok(1), ok(2)));
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(1)));
    assert_eq!(board.take_polled(), [0, 1], "whoever is behind the winner is not asked");
}

#[test]
fn c77_in_a_later_poll_exactly_one() {
    let board = Board::new(6);
    let ok = |n: usize| {
        let child = board.child(n);
        async move { Ok::<_, ()>(child.await) }
    };
    let (wakes, waker) = Wakes::new();
    let mut few = pin!(race_ok!(ok(0), ok(1)));
    let mut many = pin!(race_ok!(ok(0), ok(1), ok(2), ok(3), ok(4), ok(5)));
    for _ in 0..2 {
        assert!(poll(few.as_mut(), &waker).is_pending());
        assert!(poll(many.as_mut(), &waker).is_pending());
    }
    wakes.take();
    for number in [3, 1, 0] {
        board.finish(number);
    }
    assert_eq!(wakes.take(), 1);
    board.take_polled();
    assert_eq!(poll(many.as_mut(), &waker), Poll::Ready(Ok(3)));
    assert_eq!(board.take_polled(), [3]);
    let Poll::Ready(Ok(winner)) = poll(few.as_mut(), &waker) else { panic!("both are ready") };
    assert_eq!(board.take_polled(), [winner]);
}

#[test]
fn c79_the_types_may_become_known_at_any_arm() {
    let won: Result<u8, RaceError<String>> = now(race_ok!(async { Ok(Default::default()) }, pending()));
    assert_eq!(won, Ok(0));
    let lost = now(race_ok!(ready(Err("x".into())), ready(Err::<u8, String>("y".into()))));
    assert_eq!(lost.unwrap_err().len(), 2);
}

#[test]
fn c15_send_follows_from_the_arms() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(now(send(race_ok!(ready(Ok::<_, ()>(1)), async { Ok(2) }))), Ok(1));
    assert_eq!(now(send(race_ok!(ready(Ok::<_, ()>(1)), async { Ok(2) }, stagger = 1s))), Ok(1));
    let local = std::rc::Rc::new(5);
    assert_eq!(now(race_ok!(async { Ok::<_, ()>(*local) }, ready(Ok(6)))), Ok(5));
}

#[tokio::test]
async fn c70_losers_passed_by_reference_stay_usable() {
    let board = Board::new(2);
    let (mut first, mut second) = (board.child(0), board.child(1));
    board.ready(1);
    let raced = race_ok!(async { Ok::<_, ()>((&mut first).await) }, async { Ok((&mut second).await) }, stagger = 0s);
    assert_eq!(raced.await, Ok(1));
    assert_eq!(board.dropped(), [0; 0]);
    board.ready(0);
    assert_eq!(first.await, 0);
}

#[test]
fn c134_the_size_is_that_of_the_arms_and_a_little() {
    assert!(size_of_val(&race_ok!(ready(Ok::<i32, ()>(1)), ready(Ok(2)))) <= 64);
    let big = || async {
        let buffer = [0_u8; 1000];
        tokio::task::yield_now().await;
        Ok::<_, ()>(buffer.len())
    };
    let arm = size_of_val(&big());
    assert!(size_of_val(&race_ok!(big(), big(), big(), big())) <= 4 * arm + 64);
    let timer = size_of::<tokio::time::Sleep>();
    assert!(size_of_val(&race_ok!(big(), big(), big(), big(), stagger = 1s)) <= 4 * arm + timer + 96);
}
