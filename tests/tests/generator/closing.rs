//! `aclose`: the end before the end.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures::stream::FusedStream;
use futures::{FutureExt, StreamExt};
use futures_core::Stream;
use weftwork::{Yielder, generator, stream, try_generator};

use super::{Noted, pause, poll_once};

#[tokio::test]
async fn g84_the_body_is_dropped_where_it_stands() {
    let log = RefCell::new(Vec::new());
    let mut stream = pin!(generator!(async {
        let _outer = Noted("outer", &log);
        {
            let _inner = Noted("inner", &log);
            yield 1;
        }
        log.borrow_mut().push("behind");
        yield 2;
    }));
    assert_eq!(stream.next().await, Some(1));
    let closing = stream.as_mut().aclose();
    assert!(log.borrow().is_empty(), "nothing happens before the first poll");
    closing.await;
    assert_eq!(*log.borrow(), ["inner", "outer"]);
    for _ in 0..10 {
        assert_eq!(poll_once(stream.as_mut()), Poll::Ready(None));
        assert!(stream.is_terminated());
        assert_eq!(stream.size_hint(), (0, Some(0)));
    }
    assert_eq!(format!("{stream:?}"), r#"Generator { stage: "finished", .. }"#);
}

#[tokio::test]
async fn g84_while_it_waits_for_something() {
    let log = RefCell::new(Vec::new());
    let mut stream = pin!(generator!(async || -> u8 {
        let _guard = Noted("guard", &log);
        std::future::pending::<()>().await;
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Pending);
    stream.as_mut().aclose().await;
    assert_eq!(*log.borrow(), ["guard"]);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn g84_items_that_wait_in_line_are_dropped_once() {
    let log = RefCell::new(Vec::new());
    let mut stream = pin!(generator!(async {
        futures::join!(async { yield Noted("first", &log) }, async { yield Noted("second", &log) }, async {
            yield Noted("third", &log)
        },);
    }));
    let first = stream.next().await.unwrap();
    stream.as_mut().aclose().await;
    let mut dropped = log.borrow().clone();
    dropped.sort_unstable();
    assert_eq!(dropped, ["second", "third"]);
    assert!(stream.next().await.is_none());
    drop(first);
    assert_eq!(log.borrow().len(), 3);
}

#[tokio::test]
async fn g84_an_item_of_a_destructor_is_dropped_too() {
    let log = RefCell::new(Vec::new());
    // Emits when it is dropped, while the body is.
    struct Emits<'a, 'y, 'l>(&'a Yielder<'y, Noted<'l>>, &'l RefCell<Vec<&'static str>>);
    impl Drop for Emits<'_, '_, '_> {
        fn drop(&mut self) {
            assert!(self.0.emit(Noted("late", self.1)).now_or_never().is_none());
        }
    }
    {
        let log = &log;
        let mut stream = pin!(stream(async move |y| {
            let _emits = Emits(&y, log);
            y.emit(Noted("item", log)).await;
        }));
        drop(stream.next().await);
        stream.as_mut().aclose().await;
        assert_eq!(*log.borrow(), ["item", "late"]);
        assert!(stream.next().await.is_none());
    }
    assert_eq!(log.borrow().len(), 2);
}

#[tokio::test]
async fn g84_a_delegation_is_dropped_with_its_body() {
    let log = RefCell::new(Vec::new());
    let mut stream = pin!(try_generator!(async || -> Result<u8, ()> {
        let _outer = Noted("outer", &log);
        yield ..generator!(async {
            let _inner = Noted("inner", &log);
            yield 1;
            yield 2;
        });
    }));
    assert_eq!(stream.next().await, Some(Ok(1)));
    stream.as_mut().aclose().await;
    assert_eq!(*log.borrow(), ["inner", "outer"]);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn g85_a_fresh_one_never_runs() {
    let log = RefCell::new(Vec::new());
    let capture = Noted("capture", &log);
    let ran = Cell::new(false);
    let mut stream = pin!({
        let ran = &ran;
        generator!(async move || -> u8 {
            ran.set(true);
            drop(capture);
        })
    });
    stream.as_mut().aclose().await;
    assert_eq!(*log.borrow(), ["capture"]);
    assert!(stream.is_terminated());
    assert_eq!(stream.next().await, None);
    assert!(!ran.get());
}

#[tokio::test]
async fn g85_a_finished_one_has_nothing_to_close() {
    let dropped = RefCell::new(Vec::new());
    let mut stream = pin!(generator!(async {
        let _guard = Noted("guard", &dropped);
        yield 1;
    }));
    assert_eq!(stream.next().await, Some(1));
    assert_eq!(stream.next().await, None);
    for _ in 0..2 {
        assert_eq!(stream.as_mut().aclose().now_or_never(), Some(()));
    }
    assert_eq!(*dropped.borrow(), ["guard"]);
}

#[tokio::test]
async fn g85_twice_is_as_once() {
    let mut stream: Pin<Box<_>> = Box::pin(generator!(async {
        pause().await;
        yield 1;
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Pending);
    stream.as_mut().aclose().await;
    stream.as_mut().aclose().await;
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn g86_statements_behind_the_last_loop_do_not_run() {
    let reached = Cell::new(false);
    let mut stream = pin!(generator!(async {
        for n in 0..3 {
            yield n;
        }
        reached.set(true);
    }));
    assert_eq!(stream.next().await, Some(0));
    stream.as_mut().aclose().await;
    assert!(!reached.get());
}

#[tokio::test]
async fn g84_an_error_that_was_not_asked_for_is_dropped() {
    let log = RefCell::new(Vec::new());
    let mut stream = pin!(try_generator!(async || -> Result<u8, Noted<'_>> {
        tokio::select! {
            biased;
            () = async { yield 1 } => {}
            () = async {} => {}
        }
        return Err(Noted("error", &log));
    }));
    assert!(matches!(stream.next().await, Some(Ok(1))));
    assert!(log.borrow().is_empty());
    stream.as_mut().aclose().await;
    assert_eq!(*log.borrow(), ["error"]);
    assert!(stream.next().await.is_none());
}
