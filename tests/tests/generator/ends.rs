//! The end of a generator: fused, whatever ended it.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use futures::stream::FusedStream;
use futures::{FutureExt, StreamExt};
use futures_core::Stream;
use weftwork::{Yielder, generator, stream, try_generator};

use super::{Noted, pause, poll_once};

fn fused<S: Stream + FusedStream>(mut stream: std::pin::Pin<&mut S>) {
    for _ in 0..10 {
        assert!(matches!(poll_once(stream.as_mut()), Poll::Ready(None)));
        assert!(stream.is_terminated());
        assert_eq!(stream.size_hint(), (0, Some(0)));
    }
}

#[test]
fn g78_g79_g80_after_the_end() {
    let mut stream = pin!(generator!(async {
        yield 1;
    }));
    assert!(!stream.is_terminated());
    assert_eq!(stream.size_hint(), (0, None));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
    assert!(!stream.is_terminated());
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(None));
    fused(stream);
}

#[test]
fn g78_g79_g80_after_an_error() {
    let mut stream = pin!(try_generator!(async || -> Result<(), &'static str> {
        return Err("over");
    }));
    assert!(!stream.is_terminated());
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(Err("over"))));
    fused(stream);
}

#[test]
fn g78_an_item_and_an_error_of_the_same_poll_both_arrive() {
    let mut stream = pin!(try_generator!(async || -> Result<u8, &'static str> {
        tokio::select! {
            biased;
            () = async { yield 1 } => {}
            () = async {} => {}
        }
        return Err("over");
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(Ok(1))));
    assert!(!stream.is_terminated());
    assert_eq!(stream.size_hint(), (1, None));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(Err("over"))));
    fused(stream);
}

#[test]
fn g78_g79_g81_after_a_panic() {
    let log = RefCell::new(Vec::new());
    {
        let mut stream = pin!(generator!(async {
            let _outer = Noted("outer", &log);
            yield 1;
            let _inner = Noted("inner", &log);
            if log.borrow().is_empty() {
                panic!("on purpose");
            }
            yield 2;
        }));
        assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
        let panic = catch_unwind(AssertUnwindSafe(|| poll_once(stream.as_mut()))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
        assert_eq!(*log.borrow(), ["inner", "outer"], "locals are dropped while the panic unwinds");
        fused(stream);
    }
    assert_eq!(log.borrow().len(), 2);
}

#[test]
fn g81_a_panic_while_an_item_is_in_the_slot_drops_it_once() {
    let log = RefCell::new(Vec::new());
    {
        let mut stream = pin!(generator!(async {
            tokio::select! {
                biased;
                () = async { yield Noted("item", &log) } => {}
                () = async { panic!("on purpose") } => {}
            }
        }));
        assert!(catch_unwind(AssertUnwindSafe(|| poll_once(stream.as_mut()))).is_err());
        fused(stream.as_mut());
    }
    assert_eq!(*log.borrow(), ["item"]);
}

#[test]
fn g81_a_start_that_panics_leaves_a_finished_generator() {
    // A function that is no `async` one runs before its future exists.
    fn start(y: Yielder<'_, u8>) -> impl Future<Output = ()> {
        assert!(format!("{y:?}").is_empty(), "on purpose");
        async move { y.emit(1).await }
    }
    let mut stream = pin!(stream(start));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(stream.as_mut()))).is_err());
    fused(stream);
}

#[tokio::test]
async fn g79_loops_over_select_accept_the_stream() {
    let mut first = pin!(generator!(async {
        for n in 0..3 {
            pause().await;
            yield n;
        }
    }));
    let mut second = pin!(generator!(async {
        yield 10;
    }));
    let mut seen = Vec::new();
    loop {
        futures::select! {
            item = first.next() => seen.extend(item),
            item = second.next() => seen.extend(item),
            complete => break,
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 10]);
    assert_eq!(first.next().now_or_never(), Some(None));
}
