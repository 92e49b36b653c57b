//! `errors = all` over arms: everything runs to its end, and no error is lost.

use std::error::Error;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{GatherErrors, gather};
use weftwork_tests::children::{Board, poll};
use weftwork_tests::{Gauge, panic_of};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

fn now<F: Future>(future: F) -> F::Output {
    match poll(pin!(future), Waker::noop()) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at the first poll"),
    }
}

fn number(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

#[tokio::test(start_paused = true)]
async fn c44_two_of_five_fail_and_all_run_to_the_end() {
    let start = Instant::now();
    let board = Board::new(1);
    board.ready(0);
    let gathered = gather!(
        after(10, number("1"))?,
        after(20, number("x"))?,
        async { after(50, number("3")).await }?,
        after(5, number(""))?,
        async {
            after(100, ()).await;
            board.child(0).await
        },
        errors = all
    );
    let errors = gathered.await.unwrap_err();
    assert_eq!((start.elapsed(), board.polls(0)), (Duration::from_millis(100), 1));
    let texts: Vec<(usize, String)> = errors.iter().map(|(index, error)| (index, error.to_string())).collect();
    let (invalid, empty) = ("invalid digit found in string", "cannot parse integer from empty string");
    assert_eq!(texts, [(1, invalid.to_owned()), (3, empty.to_owned())]);
    assert_eq!((errors.len(), errors.children(), errors.first().to_string()), (2, 5, invalid.to_owned()));
    assert_eq!(errors.to_string(), "2 of 5 failed, the first of them at index 1");
    assert_eq!(errors.source().unwrap().to_string(), invalid);
}

#[test]
fn c44_the_errors_in_every_shape() {
    let errors: GatherErrors<&str> =
        now(gather!(ready(Err::<(), _>("a"))?, ready(1), ready(Err::<u8, _>("b"))?, errors = all)).unwrap_err();
    assert_eq!((&errors).into_iter().rev().collect::<Vec<_>>(), [(2, &"b"), (0, &"a")]);
    assert_eq!(errors.clone(), errors);
    let mut seen = Vec::new();
    for (index, text) in errors {
        seen.push((index, text));
    }
    assert_eq!(seen, [(0, "a"), (2, "b")]);
    let one: GatherErrors<u8> = now(gather!(ready(Err::<(), _>(7))?, errors = all)).unwrap_err();
    assert_eq!((one.to_string().as_str(), one.len()), ("1 of 1 failed, at index 0", 1));
}

#[tokio::test(start_paused = true)]
async fn c45_none_fails() {
    let gathered = gather!(after(2, Ok::<_, ()>(1))?, after(1, "raw"), ready(Ok('c'))?, errors = all);
    assert_eq!(gathered.await, Ok((1, "raw", 'c')));
}

#[test]
fn c44_an_unmarked_err_is_an_output() {
    let gathered = gather!(ready(Ok::<_, u8>(1))?, ready(Err::<(), _>("kept")), errors = all);
    assert_eq!(now(gathered), Ok((1, Err("kept"))));
    let failed = gather!(ready(Err::<(), _>(1))?, ready(Err::<(), _>("kept")), errors = all);
    assert_eq!(now(failed).unwrap_err().into_iter().collect::<Vec<_>>(), [(0, 1)]);
}

/// Also among so many arms that only woken ones are polled.
#[test]
fn c44_of_many_arms() {
    let board = Board::new(10);
    let odd = |n: usize| {
        let child = board.child(n);
        async move { if child.await % 2 == 1 { Err(n) } else { Ok(n) } }
    };
    let mut gathered =
        pin!(gather!(odd(0)?, odd(1)?, odd(2)?, odd(3)?, odd(4)?, odd(5)?, odd(6)?, odd(7)?, odd(8)?, odd(9)?, errors = all));
    for number in (0..10).rev() {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        board.ready(number);
        if board.polls(number) > 0 {
            board.wake(number);
        }
    }
    let Poll::Ready(Err(errors)) = poll(gathered.as_mut(), Waker::noop()) else { panic!("all have ended") };
    assert_eq!(errors.iter().map(|(index, _)| index).collect::<Vec<_>>(), [1, 3, 5, 7, 9]);
    assert!(errors.iter().all(|(index, error)| index == *error));
}

#[test]
fn c44_outputs_are_gone_before_the_errors_are_seen_and_no_error_is() {
    let gauge = Gauge::new();
    let mut gathered = pin!(gather!(
        async { gauge.enter() },
        async { Err::<(), _>(gauge.enter()) }?,
        async { Ok(gauge.enter()) }?,
        errors = all
    ));
    let Poll::Ready(Err(errors)) = poll(gathered.as_mut(), Waker::noop()) else { panic!("one has failed") };
    assert_eq!((gauge.now(), gauge.total()), (1, 3), "the error alone is left, while the gather itself still exists");
    drop(errors);
    assert_eq!(gauge.now(), 0);
}

#[test]
fn c19_a_panic_ends_it_when_the_siblings_are_gone() {
    let board = Board::new(2);
    let gauge = Gauge::new();
    let mut gathered = Box::pin(gather!(
        async { Err::<(), _>(gauge.enter()) }?,
        board.child(0),
        async { panic!("own payload") },
        board.child(1),
        errors = all
    ));
    let message = panic_of(|| {
        let polled: Poll<Result<((), usize, (), usize), _>> = poll(gathered.as_mut(), Waker::noop());
        assert!(polled.is_pending());
    });
    assert_eq!(message, "own payload");
    assert_eq!((board.dropped(), gauge.now()), (vec![0, 1], 0), "while the gather itself still exists");
}

#[test]
fn c18_polled_again_it_panics_by_name() {
    let mut gathered = pin!(gather!(ready(Err::<(), _>(1))?, errors = all));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_ready());
    let message = panic_of(|| assert!(poll(gathered.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "`gather!` was polled after it had returned");
}

#[test]
fn c15_send_follows_from_the_arms() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    assert!(now(send(gather!(ready(Err::<(), _>(1))?, async { "x" }, errors = all))).is_err());
}

#[test]
fn a_variable_called_errors_is_an_arm() {
    let (errors, all) = (ready(1), ready(Ok::<_, ()>(2)));
    assert_eq!(now(gather!(errors, all?, errors = all)), Ok((1, 2)));
}
