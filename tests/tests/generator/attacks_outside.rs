//! Attempts from outside of the body: on iterators, on closing, on delegation, by wakers and by panics.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;
use weftwork::{Yielder, generator, iter, stream};

use super::attacks::{Grenade, idle};
use super::{Noted, pause, poll_once};

/// Numbers that borrow from themselves, so that moving the body would show.
fn letters() -> impl Iterator<Item = String> + Send {
    generator!(move || -> String {
        let text = String::from("a b c d");
        for letter in text.split(' ') {
            yield letter.to_owned();
        }
    })
}

#[test]
fn iterators_by_value_may_be_moved_and_swapped_between_items() {
    let mut first = letters();
    let mut second = Box::new(letters());
    assert_eq!((first.next().unwrap(), second.next().unwrap()), ("a".into(), "a".into()));
    assert_eq!(second.next().unwrap(), "b");
    std::mem::swap(&mut first, &mut second);
    let moved = vec![first];
    assert_eq!(moved.into_iter().flatten().collect::<String>(), "cd");
    assert_eq!(std::thread::spawn(move || second.collect::<String>()).join().unwrap(), "bcd");
}

#[test]
fn an_iterator_may_be_pinned_after_it_was_used_by_value() {
    let mut items = letters();
    assert_eq!(items.next().unwrap(), "a");
    let items = generator!({
        yield 1;
        yield 2;
    });
    let mut items = Box::new(items);
    assert_eq!(items.next(), Some(1));
    let mut pinned = Box::into_pin(items);
    assert_eq!(pinned.as_mut().next(), Some(2));
    assert_eq!(pinned.as_mut().next(), None);
}

#[test]
fn an_iterator_that_asks_itself_for_an_item_finds_itself_taken() {
    type Items = Box<dyn Iterator<Item = u8> + Send>;
    static ITEMS: Mutex<Option<Items>> = Mutex::new(None);
    *ITEMS.lock().unwrap() = Some(Box::new(generator!({
        assert!(ITEMS.try_lock().is_err());
        yield 1;
    })));
    assert_eq!(ITEMS.lock().unwrap().as_mut().unwrap().next(), Some(1));
    let mut taken = ITEMS.lock().unwrap().take().unwrap();
    assert_eq!(taken.next(), None);
}

#[test]
fn aclose_over_a_destructor_that_panics_leaves_a_finished_generator() {
    let armed = Cell::new(true);
    let mut items = Box::pin(generator!(async {
        let _grenade = Grenade(&armed);
        tokio::join!(async { yield "a" }, async { yield "b" });
    }));
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some("a")));
    // Not polled, nothing happens.
    drop(items.as_mut().aclose());
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some("b")));
    let closed = catch_unwind(AssertUnwindSafe(|| futures::executor::block_on(items.as_mut().aclose())));
    assert!(closed.is_err() && !armed.get());
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(None));
}

#[test]
fn delegation_is_dropped_with_an_item_under_way() {
    let log = RefCell::new(Vec::new());
    let mut items = Box::pin(stream(async |y| {
        let mut all = pin!(y.emit_all([Noted("first", &log), Noted("second", &log)]));
        let mut behind = Box::pin(y.emit_all([Noted("third", &log), Noted("fourth", &log)]));
        assert!(all.as_mut().poll(&mut idle()).is_pending());
        assert!(behind.as_mut().poll(&mut idle()).is_pending());
        drop(behind);
        assert_eq!(*log.borrow(), ["fourth", "third"], "those to come, then the one that waits");
        all.await;
    }));
    let Poll::Ready(Some(first)) = poll_once(items.as_mut()) else { panic!("no item") };
    drop(items);
    drop(first);
    assert_eq!(log.take(), ["fourth", "third", "second", "first"]);
}

#[test]
fn g31_an_iterator_that_waits_panics_and_is_over() {
    let mut waited = false;
    let mut items = iter(async |y: Yielder<'_, u8>| {
        poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
        y.emit(1).await;
    });
    assert!(catch_unwind(AssertUnwindSafe(|| items.next())).is_err());
    assert_eq!(items.next(), None, "after a panic there is no more item");
}

#[test]
fn a_waker_that_panics_loses_no_item() {
    struct Panics(AtomicBool);
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            assert!(!self.0.swap(false, Ordering::SeqCst), "on purpose");
        }
    }
    let waker = Waker::from(Arc::new(Panics(AtomicBool::new(true))));
    let mut items = pin!(stream(async |y| {
        let mut first = pin!(y.emit(1));
        assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        pause().await;
        first.await;
        y.emit(2).await;
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(items.as_mut()))).is_err());
    let mut seen = Vec::new();
    for _ in 0..5 {
        if let Poll::Ready(Some(item)) = items.as_mut().poll_next(&mut idle()) {
            seen.push(item);
        }
    }
    assert_eq!(seen, [1, 2]);
}

#[test]
fn g81_items_of_a_body_that_panics_go_with_it() {
    let item = Rc::new(());
    let mut items = Box::pin(stream(async |y| {
        let mut emit = pin!(y.emit(item.clone()));
        assert!(emit.as_mut().poll(&mut idle()).is_pending());
        panic!("on purpose");
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(items.as_mut()))).is_err());
    assert_eq!(Rc::strong_count(&item), 1);
    assert!(matches!(poll_once(items.as_mut()), Poll::Ready(None)));
}
