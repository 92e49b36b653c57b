//! C70: any number of arms, under the default recursion limit.

use std::pin::pin;
use std::task::{Poll, Waker};

use weftwork::race_ok;
use weftwork_tests::children::{Board, poll};

/// Races one child for each token, of which one alone succeeds, with the options in front.
macro_rules! raced {
    ([$($option:tt)*] $($token:tt)*) => {{
        let size = [$(stringify!($token)),*].len();
        for winner in [0, size / 2, size - 1] {
            let board = Board::new(size);
            let mut numbers = 0..size;
            let mut next = || {
                let child = board.child(numbers.next().unwrap());
                async move {
                    let number = child.await;
                    if number == winner { Ok(number) } else { Err(number) }
                }
            };
            let mut raced = pin!(race_ok!($({ let _ = stringify!($token); next() },)* $($option)*));
            for _ in 0..2 {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            for loser in (0..size).rev().filter(|number| *number != winner) {
                board.finish(loser);
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            board.finish(winner);
            assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(winner)));
        }
        size
    }};
}

macro_rules! times_5 {
    ($then:ident $options:tt $($token:tt)*) => { $then!($options $($token)* $($token)* $($token)* $($token)* $($token)*) };
}

macro_rules! twice {
    ($options:tt $($token:tt)*) => { raced!($options $($token)* $($token)*) };
}

macro_rules! one_less {
    ($options:tt $one:tt $($token:tt)*) => { raced!($options $($token)*) };
}

#[test]
fn c16_c70_a_few_arms() {
    assert_eq!(raced!([] +), 1);
    assert_eq!(raced!([] + +), 2);
    assert_eq!(raced!([stagger = 0s] + +), 2);
    assert_eq!(raced!([] + + + + + + + + + + + + + + +), 15);
    assert_eq!(raced!([stagger = 0s] + + + + + + + + + + + + + + + +), 16);
}

#[test]
fn c16_c70_64_65_130_and_300_arms() {
    assert_eq!(times_5!(one_less [] + + + + + + + + + + + + +), 64);
    assert_eq!(times_5!(raced [stagger = 0s] + + + + + + + + + + + + +), 65);
    assert_eq!(times_5!(twice [] + + + + + + + + + + + + +), 130);
    assert_eq!(times_5!(twice [] + + + + + + + + + + + + + + + + + + + + + + + + + + + + + +), 300);
}

/// Each that fails lets the next one start, without a timer.
#[test]
fn c75_130_that_fail_one_after_another() {
    macro_rules! failing {
        ([] $($token:tt)*) => {{
            let mut numbers = 0..;
            let mut next = || std::future::ready(Err::<(), usize>(numbers.next().unwrap()));
            let mut raced = pin!(race_ok!($({ let _ = stringify!($token); next() },)* stagger = 1s));
            let Poll::Ready(Err(error)) = poll(raced.as_mut(), Waker::noop()) else { panic!("all have failed") };
            assert!(error.iter().all(|(index, error)| index == *error));
            error.len()
        }};
    }
    macro_rules! twice {
        ($options:tt $($token:tt)*) => { failing!($options $($token)* $($token)*) };
    }
    assert_eq!(times_5!(twice [] + + + + + + + + + + + + +), 130);
}
