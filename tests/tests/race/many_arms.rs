//! C70: any number of arms, under the default recursion limit.

use std::pin::pin;
use std::task::{Poll, Waker};

use weftwork::race;
use weftwork_tests::children::{Board, poll};

/// Races one child for each token: all pend, then one is woken.
macro_rules! raced {
    ($($token:tt)*) => {{
        let size = [$(stringify!($token)),*].len();
        for winner in [0, size / 2, size - 1] {
            let board = Board::new(size);
            let mut numbers = 0..size;
            let mut next = || board.child(numbers.next().unwrap());
            let mut raced = pin!(race!($({ let _ = stringify!($token); next() }),*));
            for _ in 0..2 {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            board.finish(winner);
            assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(winner));
            assert_eq!(board.dropped(), (0..size).collect::<Vec<_>>());
        }
        size
    }};
}

macro_rules! times_5 {
    ($then:ident $($token:tt)*) => { $then!($($token)* $($token)* $($token)* $($token)* $($token)*) };
}

macro_rules! twice {
    ($($token:tt)*) => { raced!($($token)* $($token)*) };
}

macro_rules! one_less {
    ($one:tt $($token:tt)*) => { raced!($($token)*) };
}

#[test]
fn c16_c70_a_few_arms() {
    assert_eq!(raced!(+), 1);
    assert_eq!(raced!(+ +), 2);
    assert_eq!(raced!(+ + + + + + + + + + + + + + +), 15);
    assert_eq!(raced!(+ + + + + + + + + + + + + + + +), 16);
}

#[test]
fn c16_c70_64_65_130_and_300_arms() {
    assert_eq!(times_5!(one_less + + + + + + + + + + + + +), 64);
    assert_eq!(times_5!(raced + + + + + + + + + + + + +), 65);
    assert_eq!(times_5!(twice + + + + + + + + + + + + +), 130);
    assert_eq!(times_5!(twice + + + + + + + + + + + + + + + + + + + + + + + + + + + + + +), 300);
}

/// By reference, so that all but the winner can race again.
#[test]
fn c70_130_arms_by_reference() {
    macro_rules! lent {
        ($($token:tt)*) => {{
            let board = Board::new(130);
            let mut children: Vec<_> = (0..130).map(|number| board.child(number)).collect();
            for winner in [129, 64, 0] {
                board.ready(winner);
                let mut lent = children.iter_mut();
                let mut raced = pin!(race!($({ let _ = stringify!($token); lent.next().unwrap() }),*));
                assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(winner));
            }
            assert_eq!(board.dropped(), [0; 0]);
            children.len()
        }};
    }
    macro_rules! times_10 {
        ($($token:tt)*) => {
            lent!($($token)* $($token)* $($token)* $($token)* $($token)* $($token)* $($token)* $($token)* $($token)* $($token)*)
        };
    }
    assert_eq!(times_10!(+ + + + + + + + + + + + +), 130);
}
