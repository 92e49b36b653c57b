//! Dropping a generator: locals in reverse order, everything once.

use std::cell::RefCell;
use std::future::{Future, pending};
use std::pin::pin;
use std::task::Poll;

use futures::StreamExt;
use weftwork::{generator, stream, try_generator};

use super::{Noted, pause, poll_once};

#[test]
fn g82_dropped_at_every_suspension_point() {
    // What is dropped by then, after so many polls.
    let expected: [&[&str]; 6] = [
        &["capture"],
        &["a", "capture"],
        &["b", "a", "capture"],
        &["c", "b", "a", "capture"],
        &["d", "inner", "c", "b", "a", "capture"],
        &["d", "inner", "c", "b", "a", "capture"],
    ];
    for (polls, expected) in expected.into_iter().enumerate() {
        let log = RefCell::new(Vec::new());
        let capture = Noted("capture", &log);
        let mut stream = Box::pin({
            let log = &log;
            generator!(async move {
                let _capture = capture;
                let _a = Noted("a", log);
                yield 1;
                let _b = Noted("b", log);
                pause().await;
                let _c = Noted("c", log);
                async {
                    let _inner = Noted("inner", log);
                    yield 2;
                    let _d = Noted("d", log);
                    pending::<()>().await;
                }
                .await;
            })
        });
        for _ in 0..polls {
            let _ = poll_once(stream.as_mut());
        }
        // The nested block reaches its own `yield` one poll earlier than `d`.
        let expected: Vec<_> = if polls == 3 { vec!["inner", "c", "b", "a", "capture"] } else { expected.to_vec() };
        drop(stream);
        assert_eq!(log.take(), expected, "after {polls} polls");
    }
}

#[test]
fn g82_an_undelivered_item_is_dropped_once() {
    let log = RefCell::new(Vec::new());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let stream = stream(async |y| {
        // Taken over, and then the body never returns from this poll: it is dropped while it panics.
        assert!(
            pin!(y.emit(Noted("item", &log))).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_pending()
        );
        let _local = Noted("local", &log);
        panic!("on purpose");
    });
    let mut stream = Box::pin(stream);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| stream.as_mut().poll_next_unpin(&mut cx)));
    assert!(panic.is_err());
    assert_eq!(*log.borrow(), ["local", "item"], "with the body that panicked");
    drop(stream);
    assert_eq!(log.take(), ["local", "item"]);
}

#[test]
fn g83_every_waiting_item_is_dropped_once() {
    let log = RefCell::new(Vec::new());
    let mut stream = Box::pin(generator!(async {
        tokio::join!(
            async { yield Noted("1", &log) },
            async { yield Noted("2", &log) },
            async { yield Noted("3", &log) },
            async { yield Noted("4", &log) }
        );
    }));
    let Poll::Ready(Some(first)) = poll_once(stream.as_mut()) else { panic!("no item") };
    assert!(log.borrow().is_empty());
    drop(stream);
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ["2", "3", "4"]);
    drop(first);
    assert_eq!(log.take(), ["1"]);
}

#[test]
fn g83_an_error_that_waits_for_its_turn_is_dropped_once() {
    let log = RefCell::new(Vec::new());
    let mut stream = Box::pin(try_generator!(async || -> Result<Noted<'_>, Noted<'_>> {
        tokio::select! {
            biased;
            () = async { yield Noted("item", &log) } => {}
            () = async {} => {}
        }
        return Err(Noted("error", &log));
    }));
    drop(poll_once(stream.as_mut()));
    assert_eq!(*log.borrow(), ["item"]);
    drop(stream);
    assert_eq!(*log.borrow(), ["item", "error"]);
}

#[tokio::test]
async fn the_body_is_dropped_before_the_end_is_told() {
    let log = RefCell::new(Vec::new());
    let capture = Noted("capture", &log);
    let mut stream = pin!({
        let log = &log;
        generator!(async move {
            let _capture = &capture;
            let _local = Noted("local", log);
            yield 1;
        })
    });
    assert_eq!(stream.next().await, Some(1));
    assert!(log.borrow().is_empty());
    assert_eq!(stream.next().await, None);
    assert_eq!(*log.borrow(), ["local", "capture"]);
}
