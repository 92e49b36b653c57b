//! How a gather ends: what is dropped when, panics, and polling what has ended.

use std::future::ready;
use std::pin::pin;
use std::task::{Poll, Waker};

use weftwork::gather;
use weftwork_tests::children::{Board, poll};
use weftwork_tests::{Gauge, panic_of};

#[test]
fn c5_the_others_are_gone_before_the_error_is_seen() {
    let board = Board::new(2);
    let mut gathered =
        pin!(gather!(async { Ok::<_, u8>(board.child(0).await) }?, ready(Err::<(), _>(3))?, async { board.child(1).await }));
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(Err(3)));
    assert_eq!(board.dropped(), [0], "the third was never polled, so its child does not exist");
}

#[test]
fn c6_outputs_that_were_there_are_dropped_once_before_the_error() {
    let gauge = Gauge::new();
    let board = Board::new(1);
    let mut gathered = pin!(gather!(async { gauge.enter() }, async {
        board.child(0).await;
        Err::<(), _>("late")
    }?));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(gauge.now(), 1);
    board.ready(0);
    assert!(matches!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(Err("late"))));
    assert_eq!(gauge.now(), 0);
}

#[test]
fn c17_dropped_in_written_order_at_every_state() {
    for polls in 0..3 {
        let board = Board::new(3);
        let mut gathered = Box::pin(gather!(board.child(0), board.child(1), board.child(2)));
        board.ready(1);
        for _ in 0..polls {
            assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        }
        drop(gathered);
        let dropped = board.dropped();
        let expected = if polls == 0 { [0, 1, 2] } else { [1, 0, 2] };
        assert_eq!(dropped, expected, "after {polls} polls: 1 was dropped when it was ready");
    }
}

#[test]
fn c18_polled_again_it_panics_by_name() {
    let mut arms = pin!(gather!(ready(1)));
    assert!(poll(arms.as_mut(), Waker::noop()).is_ready());
    let mut marked = pin!(gather!(ready(Err::<(), _>(1))?));
    assert!(poll(marked.as_mut(), Waker::noop()).is_ready());
    let mut comprehension = pin!(gather!(for n in 0..2 {
        ready(n)
    }));
    assert!(poll(comprehension.as_mut(), Waker::noop()).is_ready());
    for message in [
        panic_of(|| assert!(poll(arms.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(marked.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(comprehension.as_mut(), Waker::noop()).is_pending())),
    ] {
        assert_eq!(message, "`gather!` was polled after it had returned");
    }
}

#[test]
fn c19_a_panic_in_an_arm_goes_on_when_its_siblings_are_gone() {
    let board = Board::new(2);
    let mut gathered = Box::pin(gather!(board.child(0), async { panic!("own payload") }, board.child(1)));
    let message = panic_of(|| {
        let _: Poll<(usize, (), usize)> = poll(gathered.as_mut(), Waker::noop());
    });
    assert_eq!(message, "own payload");
    assert_eq!(board.dropped(), [0, 1], "while the gather itself still exists");
}

#[test]
fn c19_a_panic_in_a_child_of_a_comprehension() {
    let board = Board::new(4);
    let mut gathered = Box::pin(gather!(for n in 0..4 {
        let child = board.child(n);
        async move {
            assert!(n != 2, "own payload");
            child.await
        }
    }));
    let message = panic_of(|| drop(poll(gathered.as_mut(), Waker::noop())));
    assert_eq!(message, "own payload");
    let mut dropped = board.dropped();
    dropped.sort_unstable();
    assert_eq!(dropped, [0, 1, 2], "the fourth was never made");
}

#[test]
fn c19_a_woken_child_that_panics() {
    let board = Board::new(3);
    let mut gathered = Box::pin(gather!(for n in 0..3 {
        let child = board.child(n);
        async move { assert_ne!(child.await, 1, "late") }
    }));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    board.finish(1);
    let message = panic_of(|| drop(poll(gathered.as_mut(), Waker::noop())));
    assert!(message.contains("late"), "{message}");
    let mut dropped = board.dropped();
    dropped.sort_unstable();
    assert_eq!(dropped, [0, 1, 2]);
}

#[test]
fn c35_an_iterator_that_panics_takes_the_children_with_it() {
    let board = Board::new(3);
    let mut gathered = Box::pin(gather!(for n in (0..3).inspect(|n| assert!(*n < 2, "no more")) {
        board.child(n)
    }));
    let message = panic_of(|| drop(poll(gathered.as_mut(), Waker::noop())));
    assert_eq!(message, "no more");
    assert_eq!(board.dropped(), [0, 1]);
}

#[test]
fn c17_a_comprehension_is_dropped_in_the_order_of_its_input() {
    for polls in 0..3 {
        let board = Board::new(6);
        let mut gathered = Box::pin(gather!(
            for n in 0..6 {
                board.child(n)
            },
            limit = 3
        ));
        for _ in 0..polls {
            assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
            if polls == 2 {
                // 3 takes the place of 0.
                board.finish(0);
                assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
                board.ready(0);
            }
        }
        drop(gathered);
        let expected: &[usize] = match polls {
            0 => &[],
            1 => &[0, 1, 2],
            _ => &[0, 1, 2, 3],
        };
        assert_eq!(board.dropped(), expected, "after {polls} polls");
    }
}

#[test]
fn c23_a_failure_drops_running_children_in_the_order_of_their_inputs() {
    let board = Board::new(5);
    let gauge = Gauge::new();
    let mut gathered = Box::pin(gather!(
        for n in 0..5 {
            let (child, resident, gauge) = (board.child(n), gauge.enter(), &gauge);
            async move {
                let n = child.await;
                drop(resident);
                if n == 2 { Err(n) } else { Ok(gauge.enter()) }
            }?
        },
        limit = 4
    ));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    board.finish(0);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(gauge.now(), 5, "four children and an output");
    board.finish(2);
    assert!(matches!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(Err(2))));
    assert_eq!(gauge.now(), 0);
    assert_eq!(board.dropped(), [0, 2, 1, 3, 4]);
}

#[test]
fn c30_a_limit_of_zero_at_run_time_panics_at_the_callers_line() {
    let zero = std::hint::black_box(0_usize);
    let hook = std::panic::take_hook();
    let (send, receive) = std::sync::mpsc::channel();
    std::panic::set_hook(Box::new(move |info| {
        let _ = send.send(info.location().map(|at| (at.file().to_owned(), at.line())));
    }));
    let mut line = 0;
    let message = panic_of(|| {
        line = line!() + 1;
        drop(gather!(
            for n in 0..3 {
                ready(n)
            },
            limit = zero
        ));
    });
    std::panic::set_hook(hook);
    assert!(message.contains("`limit`"), "{message}");
    let places: Vec<_> = receive.try_iter().flatten().collect();
    assert!(places.iter().any(|(file, at)| file.ends_with("endings.rs") && *at == line), "{places:?}, not line {line}");
}
